import type { LoadedConfig } from '../../config/loaded.ts';
import { identityOf } from '../../daemon/setup.ts';
import { StationZone } from '../../domain/station-time.ts';
import { examine as examineFile } from '../../outbox/recovery/integrity-check.ts';
import { BUILD_DATE } from '../../version.ts';
import { brokerVerdict, listenCommand, tryBroker } from './broker.ts';
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
import {
  absentVerdict,
  closedVerdict,
  fileVerdict,
  lookAtOutbox,
  type OutboxFacts,
  type Read,
} from './outbox.ts';
import { diskVerdict, folderState, tryDisk } from './storage.ts';
import { makeTestRecord, sendTestRecord, testRecordWarning } from './test-record.ts';
import { topicsVerdict } from './topics.ts';
import { both, type Check, check, type InBoth, untried, type Verdict, wrongConfig } from './verdict.ts';

/** How an examination is to be. */
export interface ExaminationOptions {
  /** This program's. */
  readonly version: string;
  /** Sends a made-up record; told by `warn` before. */
  readonly sendTestRecord: boolean;
  warn(words: InBoth): void;
  /** For each step of a link, milliseconds. */
  readonly limitMs: number;
}

/**
 * Tries everything that can be tried with what could be read of a config: all links at once, each within a few
 * seconds, told in the order of an event's way. Nothing of the daemon's is touched: not its session at the broker, not
 * its tables.
 */
export function examine(reading: ConfigReading, options: ExaminationOptions): Check[] {
  const first = [
    check('config', both(`config ${reading.file}`, `配置 ${reading.file}`), () => configVerdict(reading)),
  ];
  if (reading.loaded === undefined) return first;
  const secrets = check('key', both('key, password and certificates', '密钥、密码和证书'), () =>
    secretsVerdict(reading),
  );
  return [...first, secrets, ...new Examination(reading, reading.loaded, options).checks()];
}

/** The way of an event, and then what came of those before. */
const ORDER = (
  'storage outbox daemon broker subscriptions events gate clock refusals backlog parked quarantine ' +
  'test-record'
).split(' ');

/** Without these the broker and the gate cannot be tried. */
const BROKER_KEYS = ['mqtt.url', 'mqtt.protocol', 'mqtt.username', 'mqtt.tls'];
const GATE_KEYS = ['gate.baseUrl', 'gate.service', 'gate.serviceField', 'gate.proxy', 'gate.tls'];

class Examination {
  readonly #reading: ConfigReading;
  readonly #loaded: LoadedConfig;
  readonly #options: ExaminationOptions;
  readonly #zone: StationZone;
  readonly #now = Date.now();
  /** What the outbox tells; undefined where this user may not look at it, or the config is wrong about it. */
  readonly #facts: Promise<OutboxFacts | undefined>;

  constructor(reading: ConfigReading, loaded: LoadedConfig, options: ExaminationOptions) {
    this.#reading = reading;
    this.#loaded = loaded;
    this.#options = options;
    this.#zone = new StationZone(loaded.config.station.timeZone);
    const { path } = loaded.config.outbox;
    this.#facts = folderState(path).then((state) =>
      state === 'closed' || reading.wrong('outbox') ? undefined : lookAtOutbox(path),
    );
    this.#facts.catch(() => undefined);
  }

  /** Starts what is timed: once the outbox is read, since that may hold up everything else for a second or two. */
  async #start<T>(work: () => Promise<T>): Promise<T> {
    await this.#facts.catch(() => undefined);
    return await work();
  }

  checks(): Check[] {
    const gate = this.#gate();
    gate?.catch(() => undefined);
    const checks = [
      ...this.#outboxChecks(),
      ...this.#brokerChecks(),
      ...this.#gateChecks(gate),
      this.#clock(gate),
      ...this.#test(gate),
    ];
    return checks.toSorted((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
  }

  readonly #local = (at: number): string => this.#zone.local(at);

  #outboxChecks(): Check[] {
    const { path, maxSize } = this.#loaded.config.outbox;
    const { version } = this.#options;
    const { mqtt } = this.#loaded.config;
    const title = { storage: both('storage', '存储'), outbox: both('outbox', '记录库') };
    if (this.#reading.wrong('outbox'))
      return (['storage', 'outbox'] as const).map((id) => check(id, title[id], () => wrongConfig('outbox')));
    const facts = this.#facts;
    const rows = (id: string, name: InBoth, tell: (read: Read) => Verdict) =>
      check(id, name, async () => {
        const read = (await facts)?.read;
        return read && tell(read);
      });
    const filter = this.#filters()?.[0] ?? '#';
    return [
      check('storage', title.storage, async () => {
        const known = await facts;
        if (known === undefined) return closedVerdict(path);
        return known.folder ? diskVerdict(await tryDisk(path), path) : absentVerdict(path);
      }),
      check('outbox', title.outbox, async () => {
        const known = await facts;
        if (known === undefined) return closedVerdict(path);
        const limitMs = this.#options.limitMs;
        if (!known.there) return absentVerdict(path);
        const room = { maxSize, delivered: known.read?.health.counts.delivered };
        return fileVerdict(await examineFile(path, limitMs), path, limitMs, room);
      }),
      check('daemon', both('daemon', '守护进程'), async () => {
        const known = await facts;
        return known && daemonVerdict(known, version, this.#local);
      }),
      rows('backlog', both('backlog', '积压'), (read) => backlogVerdict(read, this.#now)),
      rows('parked', both('parked', '搁置'), parkedVerdict),
      rows('quarantine', both('quarantine', '隔离区'), quarantineVerdict),
      rows('events', both('events', '事件'), (read) =>
        eventsVerdict(read, listenCommand(mqtt, filter), this.#now, this.#local),
      ),
      rows('refusals', both('refusals', '拒收'), (read) =>
        refusalsVerdict(read, identityIn(this.#reading, this.#loaded), this.#local),
      ),
    ];
  }

  #asService(): InBoth {
    return asService(this.#reading.service, this.#reading.file);
  }

  /** Without `$share`: a member of the group would be handed events, and they would be lost. */
  #filters(): string[] | undefined {
    const { mapping, wrong } = this.#reading;
    if (mapping === undefined || wrong('sources', 'contexts')) return undefined;
    return [...new Set([...mapping.filters.sources, ...mapping.filters.contexts])];
  }

  #brokerChecks(): Check[] {
    const { mqtt } = this.#loaded.config;
    const { wrong, secrets, service } = this.#reading;
    const title = both(`broker ${mqtt.url}`, `MQTT 服务器 ${mqtt.url}`);
    const topics = both('subscriptions', '订阅');
    if (wrong(...BROKER_KEYS))
      return [
        check('broker', both('broker', 'MQTT 服务器'), () => wrongConfig('mqtt')),
        check('subscriptions', topics, () => wrongConfig('mqtt')),
      ];
    const ofService = service.some(({ name }) => name === 'mqtt.password');
    const settings =
      ofService || wrong('mqtt.passwordFile')
        ? undefined
        : { ...mqtt, password: secrets.mqttPassword?.reveal() };
    const filters = this.#filters();
    const tried = this.#start(() => tryBroker(mqtt.url, settings, filters ?? [], this.#options.limitMs));
    return [
      check('broker', title, async () =>
        brokerVerdict(await tried, mqtt, this.#now, ofService ? this.#asService() : undefined),
      ),
      check('subscriptions', topics, async () =>
        topicsVerdict(await tried, { filters, shareGroup: mqtt.shareGroup }),
      ),
    ];
  }

  #gate(): Promise<GateTry> | undefined {
    if (this.#reading.wrong(...GATE_KEYS)) return undefined;
    const { version, limitMs } = this.#options;
    return this.#start(() => tryGate(this.#loaded.config.gate, this.#zone, version, limitMs));
  }

  #gateChecks(gate: Promise<GateTry> | undefined): Check[] {
    const { proxy, baseUrl } = this.#loaded.config.gate;
    if (gate === undefined) return [check('gate', both('gate', '道闸平台'), () => wrongConfig('gate'))];
    const title = both(`gate ${baseUrl}`, `道闸平台 ${baseUrl}`);
    return [check('gate', title, async () => gateVerdict(await gate, proxy, this.#now))];
  }

  #clock(gate: Promise<GateTry> | undefined): Check {
    const { url } = this.#loaded.config.mqtt;
    const { limitMs } = this.#options;
    const broker = this.#reading.wrong('mqtt.url') ? undefined : this.#start(() => brokerClock(url, limitMs));
    return check('clock', both('clock', '时钟'), async () => {
      const probe = (await gate?.catch(() => undefined))?.probe;
      const readings: (ClockReading | undefined)[] = [await broker];
      if (probe?.kind === 'answered' && probe.date !== undefined) {
        const { date, asked, answered } = probe;
        readings.unshift({ whose: both("the gate's", '道闸平台'), date, asked, answered });
      }
      return clockVerdict(
        readings.filter((one) => one !== undefined),
        BUILD_DATE,
        Date.now(),
        this.#local,
      );
    });
  }

  /** The made-up record, where it is wanted, after the gate was tried without one. */
  #test(gate: Promise<GateTry> | undefined): Check[] {
    if (!this.#options.sendTestRecord) return [];
    const { version, warn } = this.#options;
    const { gateKey } = this.#reading.secrets;
    const record = makeTestRecord(identityOf(this.#loaded), this.#zone, this.#now);
    return [
      check('test-record', both('test record', '测试记录'), async () => {
        if (gate === undefined || this.#reading.wrong('gate', 'station')) return wrongConfig('gate');
        if (gateKey === undefined)
          return untried(both('only the service has the key', '只有服务能看到密钥'), this.#asService());
        const { probe } = await gate;
        if (probe?.kind !== 'answered')
          return untried(
            both('the gate does not answer', '道闸平台没有应答'),
            both('see "gate" above', '见上面的“道闸平台”'),
          );
        warn(testRecordWarning(record));
        return await sendTestRecord(record, this.#loaded.config.gate, gateKey.reveal(), version, this.#zone);
      }),
    ];
  }
}
