/** What `init` needs to know, by its option. */
export interface Answers {
  readonly stationId: string;
  readonly stationName: string;
  readonly gateUrl: string;
  readonly dialect: Dialect;
  readonly portName: string;
  readonly parkId: string;
  readonly brokerUrl: string;
}

/** The gate platforms' protocols. */
export const DIALECTS = ['carpark', 'keytop', 'bolink', 'teld'] as const;

/** One of {@link DIALECTS}. */
export type Dialect = (typeof DIALECTS)[number];

/** In the order in which they are asked. */
export const QUESTIONS = [
  'stationId',
  'stationName',
  'gateUrl',
  'dialect',
  'portName',
  'parkId',
  'brokerUrl',
] as const satisfies readonly (keyof Answers)[];

/** What is taken where nothing is said. */
export const DEFAULTS: Partial<Answers> = { dialect: 'carpark', brokerUrl: 'mqtt://127.0.0.1:1883' };

/** Right answers to all that was not asked yet, so that what was answered can be checked. */
export const STAND_INS: Answers = {
  stationId: '1',
  stationName: '1',
  gateUrl: 'http://127.0.0.1/',
  dialect: 'carpark',
  portName: '1',
  parkId: '1',
  brokerUrl: 'mqtt://127.0.0.1:1883',
};

/** Whether a text names a dialect. */
export function isDialect(text: string): text is Dialect {
  return DIALECTS.some((one) => one === text);
}

/** The option of an answer, as it is typed. */
export function optionOf(name: keyof Answers): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const ACCOUNTS: Readonly<Record<Dialect, string>> = {
  carpark: 'gate.portName',
  keytop: 'gate.keytop.appId',
  bolink: 'gate.bolink.unionId',
  teld: 'gate.teld.operatorId',
};

/** The config's key that holds an answer. */
export function keyOf(name: keyof Answers, dialect: Dialect): string {
  switch (name) {
    case 'stationId':
      return 'station.id';
    case 'stationName':
      return 'station.name';
    case 'gateUrl':
      return 'gate.baseUrl';
    case 'dialect':
      return 'gate.dialect';
    case 'brokerUrl':
      return 'mqtt.url';
    case 'portName':
      return ACCOUNTS[dialect];
    case 'parkId':
      return dialect === 'bolink' ? 'gate.bolink.comid' : 'gate.parkId';
  }
}
