import { configHash } from '../config/hash.ts';
import type { DeliveryWorker } from '../delivery/worker.ts';
import type { Clock } from '../domain/clock.ts';
import type { GateView } from '../domain/delivery.ts';
import { type Problem, problemsOf } from '../domain/health.ts';
import type { Log } from '../domain/log.ts';
import type { DevicesView, MqttView, Snapshot, StorageView } from '../domain/snapshot.ts';
import { WarningRegistry } from '../domain/warning-registry.ts';
import { WARNINGS, type Warning } from '../domain/warnings.ts';
import { problemIn, sayIn } from '../i18n/catalogue.ts';
import { spoken as en } from '../i18n/en/spoken.ts';
import { isoTime } from '../ops/iso-time.ts';
import { LiveStateWriter } from '../ops/live-state.ts';
import type { LogThrottle } from '../ops/log-throttle.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Setup } from './setup.ts';

/** What the state is made of. */
export interface DaemonStateOptions {
  readonly outbox: Outbox;
  readonly log: Log;
  readonly repeats: LogThrottle;
  readonly clock: Clock;
  readonly version: string;
  /** `$RUNTIME_DIRECTORY`, where the service manager gives one. */
  readonly runtimeDirectory: string | undefined;
  setup(): Setup;
  /** Undefined before the first one is there. */
  pipeline():
    | {
        readonly mqtt: MqttView;
        readonly gate: GateView;
        readonly delivery: Pick<DeliveryWorker, 'stuckAttempts'>;
      }
    | undefined;
  storage(): StorageView;
  devices(): DevicesView;
  /** The state changed in what the status topic shows. */
  changed(): void;
}

/** How often the daemon confirms its state, milliseconds: half of what readers wait for (`CONFIRMED_MS`). */
const CONFIRM_MS = 5_000;

/** What the daemon knows of itself, and how it tells it to whoever looks from outside: confirmed every five seconds. */
export class DaemonState {
  readonly warnings: WarningRegistry;
  readonly #options: DaemonStateOptions;
  readonly #file: LiveStateWriter;
  readonly #timer: NodeJS.Timeout;
  #startedAt: number;
  /** Of today's setup. */
  #identity: { readonly setup: Setup; readonly hash: string; readonly keyFingerprint: string } | undefined;
  #stopped = false;

  constructor(options: DaemonStateOptions) {
    const { outbox, clock } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#file = new LiveStateWriter(options.setup().loaded.config.outbox.path, options.runtimeDirectory);
    this.warnings = new WarningRegistry({
      clock,
      saved: outbox.upkeep.meta('warnings'),
      save: (json) => this.#keep('warnings', json),
      began: (warning) => this.#logWarning(warning),
      changed: () => this.changed(),
    });
    this.#timer = setInterval(() => this.#confirm(), CONFIRM_MS);
  }

  /** All of it, as of now. */
  snapshot(): Snapshot {
    const { outbox, clock, version, setup, pipeline, storage } = this.#options;
    const { config } = setup().loaded;
    const { hash, keyFingerprint } = this.#identityOf(setup());
    const running = pipeline();
    const since = this.#startedAt;
    return {
      at: clock.now(),
      version,
      station: config.station.id,
      pid: process.pid,
      boot: { startedAt: this.#startedAt, clientId: config.mqtt.clientId },
      config: { hash },
      mqtt: running?.mqtt ?? { connected: false, since },
      gate: { ...(running?.gate ?? { state: 'up', since, reason: undefined }), keyFingerprint },
      storage: storage(),
      devices: this.#options.devices(),
      ...outbox.upkeep.facts(),
      warnings: this.warnings.list(),
      stuckAttempts: running?.delivery.stuckAttempts.stuck ?? 0,
    };
  }

  /** What is wrong, as the one judge sees it. */
  problems(): Problem[] {
    const daemon = this.snapshot();
    return problemsOf({ running: true, daemon, outbox: daemon }, daemon.at);
  }

  /** Something that others see changed: they are told at once, and the outbox keeps it for after our end. */
  changed(): void {
    this.#confirm();
    this.#keep('daemon', JSON.stringify(this.snapshot()));
    this.#options.changed();
  }

  /** The outbox can be written again: what was not written meanwhile is. */
  storageRecovered(): void {
    this.warnings.save();
    this.changed();
  }

  /** The wall clock was set by so many milliseconds. */
  clockJumped(by: number): void {
    this.#startedAt += by;
    this.warnings.shift(by);
    this.#confirm();
  }

  /** Writes the last state; the file stays as it is. */
  stop(): void {
    clearInterval(this.#timer);
    this.warnings.save();
    this.changed();
    this.#stopped = true;
    this.#file.close();
  }

  #confirm(): void {
    if (this.#stopped) return;
    try {
      this.#file.write(this.snapshot());
      this.#options.repeats.over('live state');
    } catch (error) {
      this.#options.repeats.say(
        'warn',
        'live state',
        { err: error },
        'the state for `pilegate status` could not be written: it cannot say GREEN',
      );
    }
  }

  #keep(name: string, value: string): void {
    const { outbox, log } = this.#options;
    if (this.#stopped || !outbox.usable) return;
    outbox
      .keep((upkeep) => upkeep.setMeta(name, value))
      .catch((error: unknown) => log.debug({ err: error }, 'the state was not written'));
  }

  #identityOf(setup: Setup): { readonly hash: string; readonly keyFingerprint: string } {
    if (this.#identity?.setup !== setup) {
      const { loaded, secrets } = setup;
      const keyFingerprint = secrets.gate.fingerprint;
      this.#identity = { setup, hash: configHash(loaded.config), keyFingerprint };
    }
    return this.#identity;
  }

  #logWarning(warning: Warning): void {
    const { code, params } = warning;
    const say = sayIn(en);
    const { text, remedy } = problemIn(en, warning, { say, local: isoTime });
    const level = WARNINGS[code].level === 'red' ? 'error' : 'warn';
    this.#options.log[level]({ warning: code, ...params, remedy }, text);
  }
}
