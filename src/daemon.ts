import type { Clock, Random } from './domain/clock.ts';
import { systemClock } from './domain/clock.ts';
import { Failure } from './domain/failure.ts';
import type { Log } from './domain/log.ts';
import { type Line, openLine } from './line.ts';
import { ClockWatch } from './ops/clock-watch.ts';
import { isoTime } from './ops/iso-time.ts';
import { Metrics } from './ops/metrics.ts';
import { Repeats } from './ops/repeats.ts';
import { Housekeeping } from './outbox/housekeeping.ts';
import { Outbox } from './outbox/outbox.ts';
import type { Setup } from './setup.ts';
import { BUILD_DATE, VERSION } from './version.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly setup: Setup;
  readonly log: Log;
  /** This program's, unless told otherwise. */
  readonly version?: string;
  /** Epoch milliseconds: a wall clock before it is not sane. This program's, unless told otherwise. */
  readonly buildDate?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How a daemon stands. */
export interface Snapshot {
  readonly mqtt: { readonly connected: boolean; readonly since: number };
  readonly gate: { readonly state: 'up' | 'down' | 'held'; readonly since: number; readonly reason: string };
  readonly records: {
    readonly waiting: number;
    readonly pending: number;
    readonly delivered: number;
    readonly parked: number;
  };
  readonly quarantine: number;
}

/** A running daemon. */
export interface Daemon {
  /** Resolves once the broker is subscribed for the first time. */
  readonly ready: Promise<void>;
  readonly metrics: Metrics;
  snapshot(): Snapshot;
  /**
   * Goes over to another config and other secrets: the line is stopped and laid anew, the outbox stays open.
   * @throws Failure where the new one cannot be run; the old one then goes on
   */
  reload(next: Setup): Promise<void>;
  /** Asks the outbox's file something; hangs where storage hangs. */
  touchStorage(): void;
  /** Stops in reverse order; posts under way are waited for. Resolves when all is on disk and closed. */
  stop(): Promise<void>;
}

/** How often clocks, other writers and waits are looked at, milliseconds. */
const TICK_MS = 500;
/** How often old rows are looked for, in ticks. */
const HOUSEKEEPING_TICKS = 10;

/**
 * The composition root: opens the outbox, lays the line from broker to gate, and looks after both.
 * @throws Failure where the config or the outbox cannot be run with
 */
export function startDaemon(options: DaemonOptions): Daemon {
  const {
    log,
    version = VERSION,
    buildDate = BUILD_DATE,
    clock = systemClock,
    random = Math.random,
  } = options;
  let { setup } = options;
  let stopped = false;
  let storageBack = Promise.withResolvers<void>();
  storageBack.resolve();
  const ready = Promise.withResolvers<void>();
  const repeats = new Repeats(log);
  const outbox = new Outbox({
    path: setup.loaded.config.outbox.path,
    limits: setup.loaded.config.quarantine,
    maxSize: setup.loaded.config.outbox.maxSize,
    buildDate,
    clock,
    hooks: {
      failed: (error) => {
        storageBack = Promise.withResolvers();
        log.error(
          { event: 'storage.failed', code: error.code, reason: error.message },
          'nothing can be stored: events stay with the broker until it can',
        );
      },
      recovered: (failedForMs) => {
        log.info({ event: 'storage.recovered', failedForMs: Math.round(failedForMs) }, 'storage works again');
        storageBack.resolve();
        line?.refresh();
      },
      committed: (jobs, ms) => metrics.commit(jobs, ms),
    },
  });
  const metrics: Metrics = new Metrics(() => ({
    ...snapshotOf(),
    records: outbox.upkeep.counts(),
    oldestPendingSeconds: ageOf(outbox.upkeep.oldestPending(), clock.now()),
    outboxBytes: outbox.upkeep.size().used,
    mqttConnected: line?.mqtt.connected ?? false,
    gateState: line?.gate.state ?? 'up',
  }));
  const around = {
    outbox,
    log,
    version,
    clock,
    random,
    metrics,
    repeats,
    storage: () => storageBack.promise,
    changed: () => saveState(),
    connected: () => ready.resolve(),
  };
  let line: Line | undefined;
  try {
    line = openLine({ ...around, setup });
  } catch (error) {
    outbox.close();
    throw error;
  }

  const housekeeping = new Housekeeping({
    outbox,
    keepDelivered: setup.loaded.config.outbox.keepDelivered,
    buildDate,
    log,
    clock,
  });
  const watch = new ClockWatch(clock);
  const started = clock.now();
  let seenVersion = outbox.upkeep.dataVersion();
  let ticks = 0;
  const ticker = setInterval(() => void tick(), TICK_MS);
  // A box that boots in 1970 must not put off until next century what was planned by a clock that knew better.
  void outbox.keep((upkeep) => upkeep.clamp(clock.now(), longestPlan(setup))).then(() => line?.start());

  async function tick(): Promise<void> {
    const jump = watch.look();
    if (!outbox.usable) return;
    if (jump !== undefined) await jumped(jump);
    const now = outbox.upkeep.dataVersion();
    if (now !== seenVersion) {
      seenVersion = now;
      line?.refresh();
    }
    await line?.endWaits();
    ticks += 1;
    if (ticks % HOUSEKEEPING_TICKS === 0) housekeeping.run();
  }

  async function jumped(jump: { by: number; from: number; to: number }): Promise<void> {
    log.warn(
      { event: 'clock.jumped', byMs: jump.by, from: isoTime(jump.from), to: isoTime(jump.to) },
      'the wall clock was set; what is planned keeps its distance',
    );
    housekeeping.distrustClock();
    await outbox.keep((upkeep) => upkeep.shift(jump.by, Math.min(started, jump.from)));
    line?.refresh();
  }

  function snapshotOf(): Snapshot {
    const { quarantine, ...records } = outbox.upkeep.counts();
    return {
      mqtt: line?.mqtt ?? { connected: false, since: started },
      gate: line?.gate ?? { state: 'up', since: started, reason: '' },
      records,
      quarantine,
    };
  }

  /** What `pilegate status` reads from the file: written on change only. */
  function saveState(): void {
    if (stopped || outbox.failure !== undefined) return;
    const { mqtt, gate } = snapshotOf();
    const state = JSON.stringify({
      version,
      station: setup.loaded.config.station.id,
      pid: process.pid,
      mqtt,
      gate,
    });
    outbox
      .keep((upkeep) => upkeep.setMeta('daemon', state))
      .catch((error: unknown) => log.debug({ err: error }, 'the state was not written'));
  }

  return {
    ready: ready.promise,
    metrics,
    snapshot: snapshotOf,
    touchStorage: () => {
      if (outbox.usable) outbox.upkeep.dataVersion();
    },
    reload: async (next) => {
      if (next.loaded.config.outbox.path !== setup.loaded.config.outbox.path)
        throw new Failure(
          'outbox.path cannot change while the daemon runs: restart it (systemctl restart pilegate)',
          78,
        );
      await line?.stop();
      setup = next;
      line = openLine({ ...around, setup });
      line.start();
    },
    stop: async () => {
      if (stopped) return;
      clearInterval(ticker);
      await line?.stop();
      saveState();
      stopped = true;
      await housekeeping.stop();
      outbox.close();
    },
  };
}

/** The furthest away that anything is planned, milliseconds. */
function longestPlan({
  loaded: {
    config: { delivery, sources },
  },
}: Setup): number {
  return Math.max(delivery.outage.max, delivery.refusal.max, ...sources.map(({ wait }) => wait));
}

function ageOf(at: number | undefined, now: number): number {
  return at === undefined ? 0 : Math.max(0, (now - at) / 1000);
}
