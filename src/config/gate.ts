/** The config's `gate`: the keys that all gate platforms share, and those of each dialect, told apart by `dialect`. */
import { z } from 'zod';
import { checkBaseUrl } from '../domain/base-url.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { publicName, RECORD_FIELDS } from '../domain/record.ts';
import { issue, keyed, mustBe, section, whateverElse } from './mistakes.ts';
import { tls } from './tls.ts';
import { checked, duration, flag, oneOf, shown, text, urlProblem, whole } from './values.ts';

function pattern(value: string): Reason | undefined {
  try {
    new RegExp(value);
    return undefined;
  } catch (error) {
    return reason('config.pattern', { error: error instanceof Error ? error.message : String(error) });
  }
}

const refusal = section(
  {
    match: checked("a regular expression for the reply's description", pattern),
    means: oneOf(
      ['setup', 'final', 'delivered'],
      'setup: all records are held; final: this record is parked at once; delivered: the gate has it already',
    ),
  },
  'what a refusal means',
);

/** A list of texts, at least one; on the wire, so a number or a truth value is written as text. */
const names = (what: string, standard: readonly [string, ...string[]]) =>
  z
    .array(text(what), { error: issue('config.not-a-list', { expected: keyed(what) }) })
    .min(1, issue('config.empty', { expected: keyed(what) }))
    .describe(what)
    .prefault([...standard]);

function disallowed(
  value: string,
  allowed: 'allowed.yuan' | 'allowed.park-number' | 'allowed.header-value',
): Reason {
  return reason('config.not-allowed', { value: shown(value), allowed: reason(allowed, {}) });
}

/** `refusals`, with the words that this dialect's platforms are known to use. */
function refusals(known: readonly z.input<typeof refusal>[]) {
  return z
    .array(refusal, { error: mustBe('a list of { match, means }') })
    .describe("what refusals mean: the first match of the reply's description counts; others are tried again")
    .prefault([...known]);
}

const DISCOUNTS = ['lot', 'time', 'money', 'all'] as const;

/**
 * `discount`, as far as the dialect has fields for it.
 *
 * @param stepMs the dialect's unit of time, of which a time must be a whole number, milliseconds
 */
function discount<const By extends readonly (typeof DISCOUNTS)[number][]>(
  by: readonly ['lot', ...By],
  stepMs: number,
) {
  const unit = stepMs === 60_000 ? 'minutes' : 'seconds';
  return section(
    {
      by: oneOf(
        by,
        "the parking discount that a record asks for: by the lot's own rule, of time, of money, of all",
      ).prefault('lot'),
      time: duration('1s', '30d', 'how much parking time is free, where by is time').exactOptional(),
      money: checked('how many yuan are taken off, such as "10.00", where by is money', (value) =>
        /^\d{1,6}(\.\d{1,2})?$/.test(value) ? undefined : disallowed(value, 'allowed.yuan'),
      ).exactOptional(),
    },
    'the parking discount that a record asks for',
  )
    .superRefine(({ by, time, money }, ctx) => {
      const missing = (key: 'time' | 'money', example: string) =>
        ctx.addIssue({
          code: 'custom',
          path: ['by'],
          message: issue('config.needs-beside', { key, example }),
        });
      if (by === 'time' && time === undefined) missing('time', '2h');
      if (by === 'money' && money === undefined) missing('money', '"10.00"');
      if (by === 'time' && typeof time === 'number' && time % stepMs !== 0)
        ctx.addIssue({
          code: 'custom',
          path: ['time'],
          message: issue('config.whole-units', { unit }),
        });
    }, whateverElse)
    .transform(({ by, time = 0, money = '0' }) => {
      const [yuan = '', fen = ''] = money.split('.');
      return { by, time, money: `${Number(yuan)}.${fen.padEnd(2, '0')}` };
    })
    .prefault({});
}

/** `unanswered`, with the dialect's default. */
function unanswered(standard: 'retry' | 'hold') {
  return oneOf(
    ['retry', 'hold'],
    'what becomes of a record that was sent and not answered. retry: it is sent again; hold: it is parked, for a repeat may grant a second discount',
  ).prefault(standard);
}

const keyFile = text(
  'a file with the key; leave it out where systemd gives the credential gate.key',
).exactOptional();
const parkId = "the car park's id, as the gate platform gave it";

/** The keys that every dialect has. */
const common = {
  baseUrl: checked("the gate's base address, such as http://www.example.com/parkpot-service/", checkBaseUrl),
  timeout: duration('100ms', '10m', 'how long one request may take').prefault('10s'),
  concurrency: whole(1, 256, 'how many requests may be under way').prefault(4),
  proxy: checked('off, env or the URL of a proxy', (value) =>
    value === 'off' || value === 'env' ? undefined : urlProblem(value, ['http', 'https'], 'proxy'),
  ).prefault('off'),
  tls,
};

/** `extraFields`, whose names `taken` may forbid. */
function extraFields(taken: (name: string) => Reason | undefined) {
  return z
    .record(checked('the name of a field of the body', taken), text('the value of an extension field'), {
      error: mustBe('a mapping of field to text'),
    })
    .prefault({});
}

const ofRecord = (value: string) =>
  value === 'sign' || RECORD_FIELDS.some((field) => publicName(field) === value)
    ? reason('config.field-taken', { value: shown(value) })
    : undefined;
/** The names that the other dialects use are known to them alone; `check` compares them when it has the dialect. */
const anyName = () => undefined;

const DIALECT = 'the interface that the gate platform speaks';

/** The end of the address, appended to `baseUrl`. */
function path(standard: string) {
  return text('the end of the address, appended to baseUrl').prefault(standard);
}

/** Each dialect's own keys, for the mistake that a key of another dialect is. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['service', 'serviceField', 'portName', 'reply', 'emptyFields', 'signEmptyFields', 'moneyUnit'].map(
      (key) => [key, 'carpark'],
    ),
  ),
  keytop: 'keytop',
  bolink: 'bolink',
  teld: 'teld',
  parkId: 'carpark|keytop|teld',
  keyFile: 'carpark|keytop|bolink',
};

const ALL = 'the gate platform';

const carpark = section(
  {
    dialect: z.literal('carpark').describe(DIALECT).prefault('carpark'),
    ...common,
    service: text('the service address, appended to baseUrl').prefault('chargePile/chargingRecord'),
    serviceField: checked(
      'the field of the body that names the service, where all is posted to baseUrl + "service"',
      ofRecord,
    ).exactOptional(),
    portName: text('the third-party account, as the gate platform gave it'),
    parkId: text(parkId),
    keyFile,
    emptyFields: oneOf(
      ['send', 'omit'],
      'whether empty fields are sent as empty texts, or left out',
    ).prefault('send'),
    signEmptyFields: flag('whether empty fields are signed').prefault(false),
    moneyUnit: oneOf(['yuan', 'fen'], 'the unit of money on the wire').prefault('yuan'),
    extraFields: extraFields(ofRecord),
    reply: section(
      {
        result: names('the names that the verdict may have in a reply', ['result', 'Result']),
        success: names('the verdicts that mean success', ['0']),
        description: names('the names that its words may have', [
          'description',
          'Description',
          'msg',
          'message',
          'desc',
          'error',
        ]),
      },
      'how the replies of this platform say what became of a record',
    ).prefault({}),
    discount: discount(['lot'], 1000),
    unanswered: unanswered('retry'),
    refusals: refusals([
      { match: '签名|未授权的车场|停车场不存在', means: 'setup' },
      { match: '缺少必要参数|非法参数|优惠规则', means: 'final' },
    ]),
  },
  ALL,
  OWN_KEYS,
).superRefine(({ serviceField, extraFields: extra }, ctx) => {
  if (typeof serviceField !== 'string' || !Object.hasOwn(Object(extra), serviceField)) return;
  ctx.addIssue({
    code: 'custom',
    path: ['extraFields', serviceField],
    message: issue('config.is-service-field', {}),
  });
}, whateverElse);

const keytop = section(
  {
    dialect: z.literal('keytop').describe(DIALECT),
    ...common,
    parkId: checked(parkId, (value) =>
      /^(?:0|[1-9]\d{0,14})$/.test(value) ? undefined : disallowed(value, 'allowed.park-number'),
    ),
    keyFile,
    keytop: section(
      {
        appId: text('the account that KeyTop gave'),
        path: path('api/wec/SyncChargePilePay'),
        version: checked('the value of the header version', (value) =>
          /^[\x21-\x7e]+$/.test(value) ? undefined : disallowed(value, 'allowed.header-value'),
        ).prefault('1.0.0'),
        serviceCode: text('the value of the field serviceCode').prefault('syncChargePilePay'),
        unknownSpaceNo: text('what is sent as spaceNo where the parking space is unknown').prefault('0'),
      },
      'what only KeyTop has',
    ),
    extraFields: extraFields(anyName),
    discount: discount(['lot', 'time', 'money'], 1000),
    unanswered: unanswered('hold'),
    refusals: refusals([{ match: '签名|未授权|appId|车场', means: 'setup' }]),
  },
  ALL,
  OWN_KEYS,
);

const bolink = section(
  {
    dialect: z.literal('bolink').describe(DIALECT),
    ...common,
    keyFile,
    bolink: section(
      {
        comid: text("the lot's number at bolink"),
        unionId: text("the vendor's number at bolink"),
        path: path('chargingPile/syncChargePilePay'),
        bodyEncoding: oneOf(
          ['base64', 'json'],
          'whether the body is the Base64 text of the envelope, or its JSON',
        ).prefault('base64'),
      },
      'what only bolink has',
    ),
    extraFields: extraFields(anyName),
    discount: discount(['lot', 'time', 'money', 'all'], 60_000),
    unanswered: unanswered('retry'),
    refusals: refusals([{ match: '签名', means: 'setup' }]),
  },
  ALL,
  OWN_KEYS,
);

/** A file with one of the secrets of teld. */
function secretFile(what: string, credential: string) {
  return text(
    `a file with ${what}; leave it out where systemd gives the credential ${credential}`,
  ).exactOptional();
}

const teld = section(
  {
    dialect: z.literal('teld').describe(DIALECT),
    ...common,
    parkId: text(parkId),
    teld: section(
      {
        operatorId: text("our operator's id, as the platform gave it"),
        operatorSecretFile: secretFile('OperatorSecret', 'gate.operatorSecret'),
        dataSecretFile: secretFile('DataSecret', 'gate.dataSecret'),
        dataSecretIvFile: secretFile('DataSecretIV', 'gate.dataSecretIv'),
        sigSecretFile: secretFile('SigSecret', 'gate.sigSecret'),
        lotBy: oneOf(
          ['ParkID', 'StationID'],
          'by which field the platform finds the lot; with StationID that one holds parkId too',
        ).prefault('ParkID'),
      },
      'what only the T/CEC 102 envelope has',
    ),
    extraFields: extraFields(anyName),
    discount: discount(['lot', 'time', 'money'], 60_000),
    unanswered: unanswered('hold'),
    refusals: refusals([
      { match: '签名|未授权的车场|停车场不存在|解密失败|解析失败', means: 'setup' },
      { match: '缺少必要参数|非法参数|优惠规则', means: 'final' },
    ]),
  },
  ALL,
  OWN_KEYS,
);

/** The schema of `gate`. */
export const gate = z
  .discriminatedUnion('dialect', [carpark, keytop, bolink, teld], {
    error: ({ code, input }) => {
      if (code === 'invalid_union') {
        const { dialect } = Object(input);
        return issue('config.not-allowed', {
          value: shown(dialect),
          allowed: 'carpark, keytop, bolink, teld',
        });
      }
      const expected = keyed(ALL);
      if (input === undefined) return issue('config.missing', { expected });
      return input === null
        ? issue('config.empty', { expected })
        : issue('config.not-a-mapping', { expected });
    },
  })
  .describe(ALL);
