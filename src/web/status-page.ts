import { resolve } from 'node:path';
import type { Config, LoadedConfig } from '../config/loaded.ts';
import type { Clock } from '../domain/clock.ts';
import { type Problem, unreadyOf } from '../domain/health.ts';
import type { Log } from '../domain/log.ts';
import { readReason } from '../domain/reason.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { StationZone } from '../domain/station-time.ts';
import { problemIn, sayIn } from '../i18n/catalogue.ts';
import { spoken as en } from '../i18n/en/spoken.ts';
import { inEnglish } from '../i18n/english.ts';
import { ClockWatch } from '../ops/clock-watch.ts';
import { isoTime } from '../ops/iso-time.ts';
import type { LogThrottle } from '../ops/log-throttle.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { Glance } from '../outbox/reader/snapshot.ts';
import { Day, SLOT_MS } from './history.ts';
import { type PageRows, type PageSettings, type PageView, SHOWN } from './page/view.ts';
import { type HttpServer, openHttp } from './server.ts';

/** What the status page is made from. */
export interface StatusPageOptions {
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly repeats: LogThrottle;
  readonly log: Log;
  readonly clock: Clock;
  readonly version: string;
  /** The config in force. */
  loaded(): LoadedConfig;
  snapshot(): Snapshot;
  /** What is wrong, the worst first. */
  problems(): readonly Problem[];
}

/** How often the state is looked at, milliseconds. */
const LOOK_MS = 500;
/** The day is written no more often than this, milliseconds, and only where something happened. */
const SAVE_MS = 300_000;
/** A page that could not open is tried again so often, milliseconds. */
const RETRY_MS = 30_000;
/** The config that commands find by themselves. */
const DEFAULT_CONFIG = '/etc/pilegate/config.yaml';

/**
 * The status page with its memory of the day, for as long as the daemon runs. It only looks: a page that cannot open
 * is told and tried again, and keeps no record from the gate.
 */
export class StatusPage {
  readonly #options: StatusPageOptions;
  readonly #day: Day;
  readonly #glance: Glance;
  readonly #watch: ClockWatch;
  readonly #timer: NodeJS.Timeout;
  /** When this daemon started, by the clock of today. */
  #since: number;
  #settings: PageSettings;
  /** How many configs there were. */
  #applied = 0;
  #savedAt: number;
  #server: HttpServer | undefined;
  /** What `#server` was opened for, or would have been; undefined where it is off. */
  #listen: Config['http']['listen'];
  /** Opening and closing go one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  /** Why it could not open, as it was told. */
  #trouble: string | undefined;
  #stopped = false;
  readonly #failed = (error: unknown): void =>
    this.#options.repeats.say(
      'error',
      'status page',
      { err: error },
      'a defect of pilegate, please report it: the status page failed',
    );

  constructor(options: StatusPageOptions) {
    const { outbox, clock } = options;
    this.#options = options;
    this.#day = new Day(outbox.upkeep.meta('day'));
    this.#glance = new Glance(options.loaded().config.outbox.path);
    this.#watch = new ClockWatch(clock);
    this.#since = clock.now();
    this.#savedAt = clock.monotonic();
    this.#settings = settingsOf(options);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.apply();
  }

  /** A record reached the gate, so many milliseconds after its event. */
  delivered(endToGateMs: number): void {
    this.#day.delivered(this.#options.clock.now(), endToGateMs);
  }

  /** Another file may lie in the outbox's place: it is opened anew. */
  outboxMoved(): void {
    this.#glance.close();
  }

  /** Follows the config of today: where it listens, and what it shows. */
  apply(): void {
    this.#settings = settingsOf(this.#options);
    this.#applied += 1;
    this.#turn = this.#turn.then(() => this.#open()).catch(this.#failed);
  }

  /** Closes the page and hands the day to the outbox. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    await this.#turn;
    await this.#server?.close();
    this.#glance.close();
    this.#save();
  }

  async #open(): Promise<void> {
    const { log, metrics } = this.#options;
    const { listen } = this.#options.loaded().config.http;
    clearTimeout(this.#retry);
    if (this.#stopped || (this.#server !== undefined && same(listen, this.#listen))) return;
    await this.#server?.close();
    this.#server = undefined;
    this.#listen = listen;
    if (listen === undefined) return;
    try {
      this.#server = await openHttp({
        listen,
        metrics,
        source: {
          stamp: () => this.#stamp(),
          view: () => this.#view(),
          now: () => this.#options.clock.now(),
        },
        missing: () => this.#missing(),
        failed: this.#failed,
      });
      this.#trouble = undefined;
      log.info({ url: this.#server.url }, 'the status page is open');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Said once, however often it is tried in vain.
      if (reason !== this.#trouble)
        log.error({ reason }, 'no status page; records go to the gate all the same, and it is tried again');
      this.#trouble = reason;
      this.#retry = setTimeout(() => this.apply(), RETRY_MS).unref();
    }
  }

  #look(): void {
    const { clock, log, snapshot } = this.#options;
    const jump = this.#watch.look();
    if (jump !== undefined) {
      this.#day.shift(jump.by, this.#since, jump.from);
      this.#since += jump.by;
    }
    const { mqtt, gate, counts } = snapshot();
    this.#day.look(clock.now(), clock.monotonic(), {
      gate: gate.state,
      broker: mqtt.connected,
      pending: counts.pending,
    });
    if (!this.#day.changed || clock.monotonic() - this.#savedAt < SAVE_MS) return;
    log.debug({}, 'the day is written');
    this.#save();
  }

  /** Into the next commit: where records are coming in, that is one that was due anyway. */
  #save(): void {
    const { outbox, clock, log } = this.#options;
    if (!outbox.usable || !this.#day.changed) return;
    this.#savedAt = clock.monotonic();
    const day = this.#day.save();
    outbox
      .keep((upkeep) => upkeep.setMeta('day', day))
      .catch((error: unknown) => log.debug({ err: error }, 'the day was not written'));
  }

  #stamp(): string {
    const { clock, outbox, snapshot, problems } = this.#options;
    const { mqtt, gate } = snapshot();
    const rows = outbox.usable ? this.#read(() => this.#glance.version()) : undefined;
    const slot = Math.floor(clock.now() / SLOT_MS);
    const wrong = problems().map(({ code }) => code);
    const { message } = outbox.failure ?? {};
    return [rows, message, mqtt.connected, mqtt.since, gate.state, gate.since, slot, wrong].join(' ');
  }

  #view(): PageView {
    const { clock, snapshot, problems } = this.#options;
    const { mqtt, gate, counts, storage, oldestPending } = snapshot();
    const { quarantine, ...records } = counts;
    const failure = storage.state === 'failed' ? storage.reason : undefined;
    return {
      now: clock.now(),
      settings: this.#settings,
      state: { mqtt, gate, records, quarantine, storage: failure, oldestPending },
      problems: problems(),
      slots: (from, to) => this.#day.slots(from, to),
      rows: this.#read<PageRows>(() => this.#glance.newest(SHOWN)),
    };
  }

  #missing(): string[] {
    const { problems, snapshot } = this.#options;
    const { mqtt, storage } = snapshot();
    return unreadyOf(problems()).map((problem) => {
      if (problem.code === 'broker-down') return `broker: not connected since ${isoTime(mqtt.since)}`;
      if (problem.code === 'storage-failed') return `storage: ${inEnglish(readReason(storage.reason))}`;
      const voice = { say: sayIn(en), local: isoTime };
      return `${problem.code}: ${problemIn(en, problem, voice).text}`;
    });
  }

  #read<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the outbox could not be read for the status page');
      return undefined;
    }
  }
}

function settingsOf({ loaded, version }: StatusPageOptions): PageSettings {
  const { config, file } = loaded();
  const { station, http } = config;
  return {
    station: { id: station.id, name: station.name },
    zone: new StationZone(station.timeZone),
    version,
    showPlates: http.showPlates,
    configFile: resolve(file) === DEFAULT_CONFIG ? undefined : resolve(file),
  };
}

function same(one: Config['http']['listen'], other: Config['http']['listen']): boolean {
  return one?.host === other?.host && one?.port === other?.port;
}
