import { gateAccount } from '../../config/gate-secrets.ts';
import type { LoadedConfig } from '../../config/loaded.ts';
import { identityOf } from '../../daemon/setup.ts';
import { StationZone } from '../../domain/station-time.ts';
import { examine as examineFile } from '../../outbox/recovery/integrity-check.ts';
import { BUILD_DATE } from '../../version.ts';
import { type BrokerTry, brokerVerdict, listenCommand, tryBroker } from './broker.ts';
import { brokerClock, type ClockReading, clockVerdict } from './clock.ts';
import type { ConfigReading } from './config.ts';
import { asService, configVerdict, secretsVerdict } from './config-verdict.ts';
import {
  backlogVerdict,
  daemonVerdict,
  eventsVerdict,
  identityIn,
  parkedVerdict,
  quarantineVerdict,
  refusalsVerdict,
} from './delivery-state.ts';
import { type GateTry, gateVerdict, tryGate } from './gate.ts';
import { fileVerdict, type OutboxFacts, type Read, readOutbox } from './outbox.ts';
import { diskVerdict, folderState, tryDisk } from './storage.ts';
import { makeTestRecord, sendTestRecord } from './test-record.ts';
import { topicsVerdict } from './topics.ts';
import { type Check, check, combined, found, type Verdict, wrongConfig } from './verdict.ts';

/** How an examination is to be. */
export interface ExaminationOptions {
  /** This program's. */
  readonly version: string;
  /** Sends a made-up record; `warn` is called before. */
  readonly sendTestRecord: boolean;
  warn(record: { readonly orderNo: string; readonly plateNo: string }): void;
  /** For each step of a link, milliseconds. */
  readonly limitMs: number;
}

/**
 * The checks that can be made with what could be read of a config, in the order of an event's way, and then what came
 * of the events before. They share their tries (the gate is asked once) and may run all at once, each within a few
 * seconds. Nothing of the daemon's is touched: not its session at the broker, not its tables.
 */
export function checksFor(reading: ConfigReading, options: ExaminationOptions): Check[] {
  const config = check('config', reading.file, () => configVerdict(reading));
  if (reading.loaded === undefined) return [config];
  const seen = new Tries(reading, reading.loaded, options);
  const { mqtt, gate, outbox } = reading.loaded.config;
  const broken = {
    outbox: reading.wrong('outbox'),
    mqtt: reading.wrong(...BROKER_KEYS),
    gate: reading.wrong(...GATE_KEYS),
  };
  const rows = (work: (read: Read) => Verdict) => async () => {
    const read = (await seen.facts())?.read;
    return read && work(read);
  };
  return [
    config,
    check('key', '', () => secretsVerdict(reading)),
    check('storage', '', () => (broken.outbox ? wrongConfig('outbox') : seen.storage(outbox.path))),
    check('outbox', '', () => (broken.outbox ? wrongConfig('outbox') : seen.file())),
    check('daemon', '', async () => {
      const facts = await seen.facts();
      return facts && daemonVerdict(facts, options.version);
    }),
    check('broker', broken.mqtt ? '' : mqtt.url.join(', '), () =>
      broken.mqtt ? wrongConfig('mqtt') : seen.broker(),
    ),
    check('subscriptions', '', () => (broken.mqtt ? wrongConfig('mqtt') : seen.subscriptions())),
    check(
      'events',
      '',
      rows((read) => eventsVerdict(read, listenCommand(mqtt, seen.filters?.[0] ?? '#'), seen.now)),
    ),
    check('gate', broken.gate ? '' : gate.baseUrl, async () =>
      broken.gate ? wrongConfig('gate') : gateVerdict(await seen.gate(), gate.proxy, seen.now),
    ),
    check('clock', '', () => seen.clock(broken.gate)),
    check(
      'refusals',
      '',
      rows((read) => refusalsVerdict(read, identityIn(reading, seen.loaded))),
    ),
    check(
      'backlog',
      '',
      rows((read) => backlogVerdict(read, seen.now)),
    ),
    check('parked', '', rows(parkedVerdict)),
    check('quarantine', '', rows(quarantineVerdict)),
    ...(options.sendTestRecord ? [check('test-record', '', () => seen.testRecord(broken.gate))] : []),
  ];
}

/** Without these the broker and the gate cannot be tried. */
const BROKER_KEYS = ['mqtt.url', 'mqtt.protocol', 'mqtt.username', 'mqtt.tls'];
const GATE_KEYS = [
  ...['gate.dialect', 'gate.baseUrl', 'gate.service', 'gate.serviceField', 'gate.proxy', 'gate.tls'],
  ...['gate.keytop', 'gate.bolink', 'gate.teld.operatorId', 'gate.teld.lotBy'],
];

/** What is tried once and looked at by several checks. */
class Tries {
  readonly loaded: LoadedConfig;
  /** When the examination began, epoch milliseconds. */
  readonly now = Date.now();
  /** Without `$share`: a member of the group would be handed events, and they would be lost. Undefined where the rules are wrong. */
  readonly filters: readonly string[] | undefined;
  readonly #reading: ConfigReading;
  readonly #options: ExaminationOptions;
  readonly #zone: StationZone;
  #facts: Promise<OutboxFacts | undefined> | undefined;
  #gate: Promise<GateTry> | undefined;
  #brokers: Promise<readonly BrokerTry[]> | undefined;

  constructor(reading: ConfigReading, loaded: LoadedConfig, options: ExaminationOptions) {
    this.#reading = reading;
    this.loaded = loaded;
    this.#options = options;
    this.#zone = new StationZone(loaded.config.station.timeZone);
    const { mapping, wrong } = reading;
    if (mapping !== undefined && !wrong('sources', 'contexts'))
      this.filters = [...new Set([...mapping.filters.sources, ...mapping.filters.contexts])];
  }

  /** What the outbox says; undefined where this user may not look at it, or the config is wrong about it. */
  facts(): Promise<OutboxFacts | undefined> {
    const { path } = this.loaded.config.outbox;
    this.#facts ??= folderState(path).then((state) =>
      state === 'closed' || this.#reading.wrong('outbox') ? undefined : readOutbox(path),
    );
    return this.#facts;
  }

  /** Starts what is timed: once the outbox is read, since that may hold up everything else for a second or two. */
  async #timed<T>(work: () => Promise<T>): Promise<T> {
    await this.facts().catch(() => undefined);
    return await work();
  }

  async storage(path: string): Promise<Verdict> {
    const facts = await this.facts();
    if (facts === undefined) return found('yellow', 'outbox.closed', { path });
    return facts.folder ? diskVerdict(await tryDisk(path), path) : found('yellow', 'outbox.absent', { path });
  }

  async file(): Promise<Verdict> {
    const { path, maxSize } = this.loaded.config.outbox;
    const { limitMs } = this.#options;
    const facts = await this.facts();
    if (facts === undefined) return found('yellow', 'outbox.closed', { path });
    if (!facts.there) return found('yellow', 'outbox.absent', { path });
    const room = { maxSize, delivered: facts.read?.health.counts.delivered };
    return fileVerdict(await examineFile(path, limitMs), path, limitMs, room);
  }

  async broker(): Promise<Verdict> {
    const { mqtt } = this.loaded.config;
    const command = this.#serviceHas('mqtt.password') ? this.#asService() : undefined;
    const tries = await this.#triedBrokers();
    const verdicts = tries.map((one) => brokerVerdict(one, mqtt, this.now, command));
    const connects = tries.some(({ probe }) => probe?.kind === 'connected');
    return combined(connects ? verdicts.map(atMostYellow) : verdicts);
  }

  async subscriptions(): Promise<Verdict> {
    const { shareGroup } = this.loaded.config.mqtt;
    return topicsVerdict(connectedFirst(await this.#triedBrokers()), { filters: this.filters, shareGroup });
  }

  /** Each address of the list. */
  #triedBrokers(): Promise<readonly BrokerTry[]> {
    const { mqtt } = this.loaded.config;
    const { wrong, secrets } = this.#reading;
    const unread = this.#serviceHas('mqtt.password') || wrong('mqtt.passwordFile');
    const settings = unread ? undefined : { ...mqtt, password: secrets.mqttPassword?.reveal() };
    const { limitMs } = this.#options;
    this.#brokers ??= this.#timed(() =>
      Promise.all(mqtt.url.map((url) => tryBroker(url, settings, this.filters ?? [], limitMs))),
    );
    return this.#brokers;
  }

  gate(): Promise<GateTry> {
    const { version, limitMs } = this.#options;
    const secrets = this.#reading.secrets.gate?.reveal();
    this.#gate ??= this.#timed(() => tryGate(this.loaded.config.gate, this.#zone, version, limitMs, secrets));
    return this.#gate;
  }

  async clock(gateWrong: boolean): Promise<Verdict> {
    const [url = ''] = this.loaded.config.mqtt.url;
    const brokers = this.#reading.wrong('mqtt.url')
      ? undefined
      : this.#timed(() => brokerClock(url, this.#options.limitMs));
    const gate = gateWrong ? undefined : await this.gate().catch(() => undefined);
    const probe = gate?.probe;
    const readings: (ClockReading | undefined)[] = [await brokers];
    if (probe?.kind === 'answered' && probe.date !== undefined) {
      const { date, asked, answered } = probe;
      readings.unshift({ against: 'gate', date, asked, answered });
    }
    const had = readings.filter((one) => one !== undefined);
    return clockVerdict(had, BUILD_DATE, Date.now(), gate?.dialect.signsTime);
  }

  /** The made-up record, after the gate was tried without one. */
  async testRecord(gateWrong: boolean): Promise<Verdict> {
    const { version, warn } = this.#options;
    const secrets = this.#reading.secrets.gate;
    if (gateWrong || this.#reading.wrong('gate', 'station')) return wrongConfig('gate');
    if (secrets === undefined) return found('yellow', 'test-record.no-key', { command: this.#asService() });
    const { probe } = await this.gate();
    if (probe?.kind !== 'answered') return found('yellow', 'test-record.no-gate', {});
    const record = makeTestRecord(identityOf(this.loaded), this.#zone, this.now);
    warn(record);
    const { gate } = this.loaded.config;
    return await sendTestRecord(record, gate, secrets.reveal(), version, this.#zone, gateAccount(gate));
  }

  #serviceHas(credential: string): boolean {
    return this.#reading.service.some(({ name }) => name === credential);
  }

  #asService(): string {
    return asService(this.#reading.service, this.#reading.file);
  }
}

/** Another address serves: what is wrong with this one is not urgent. */
function atMostYellow({ level, findings }: Verdict): Verdict {
  const lower = (one: Verdict['level']): Verdict['level'] => (one === 'red' ? 'yellow' : one);
  return { level: lower(level), findings: findings.map((one) => ({ ...one, level: lower(one.level) })) };
}

/** The try that came furthest, for what is asked of one broker only. */
function connectedFirst(tries: readonly BrokerTry[]): BrokerTry {
  const [first] = tries;
  const best = tries.find(({ probe }) => probe?.kind === 'connected') ?? first;
  if (best === undefined) throw new Error('mqtt.url is empty');
  return best;
}
