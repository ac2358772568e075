import type { Clock, Random } from '../domain/clock.ts';
import { systemClock } from '../domain/clock.ts';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { LogThrottle } from '../ops/log-throttle.ts';
import { Metrics } from '../ops/metrics.ts';
import type { LongestPlans } from '../outbox/tables/meta.ts';
import { BUILD_DATE, VERSION } from '../version.ts';
import { StatusPage } from '../web/status-page.ts';
import { Maintenance } from './maintenance.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import type { Setup } from './setup.ts';
import { openStorage } from './storage.ts';

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
  let stopping = false;
  let stopped = false;
  /** Reloads and the stop go one after the other. */
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const ready = Promise.withResolvers<void>();
  const repeats = new LogThrottle(log);
  const config = () => setup.loaded.config;
  const { outbox, works } = openStorage({
    config,
    buildDate,
    clock,
    log,
    committed: (jobs, ms) => metrics.commit(jobs, ms),
    recovered: () => {
      page.outboxMoved();
      line.refresh();
    },
  });
  /** What is read of the file; while storage fails, as it was last known. */
  const { upkeep } = outbox;
  const metrics: Metrics = new Metrics(
    () => {
      const { mqtt, gate, ...rows } = snapshotOf();
      return {
        ...rows,
        oldestPendingSeconds: rows.records.pending === 0 ? 0 : ageOf(upkeep.oldestPending(), clock.now()),
        outboxBytes: upkeep.size().used,
        mqttConnected: mqtt.connected,
        gateState: gate.state,
      };
    },
    (endToGateMs) => page.delivered(endToGateMs),
  );
  const around = {
    outbox,
    log,
    version,
    clock,
    random,
    metrics,
    repeats,
    storage: works,
    counts: () => upkeep.counts(),
    changed: () => saveState(),
    connected: () => ready.resolve(),
  };
  let line: Pipeline;
  try {
    line = openPipeline({ ...around, setup });
  } catch (error) {
    outbox.close();
    throw error;
  }

  const rounds = new Maintenance({
    outbox,
    line: () => line,
    longestPlans: () => longestPlans(setup),
    keepDelivered: () => config().outbox.keepDelivered,
    buildDate,
    repeats,
    log,
    clock,
  });
  const page = new StatusPage({
    ...around,
    loaded: () => setup.loaded,
    snapshot: snapshotOf,
    oldestPending: () => upkeep.oldestPending(),
  });
  metrics.expect(sourceNames(setup));
  saveState();
  void inTurn(async () => {
    // A box that boots in 1970 must not put off until next century what was planned by a clock that knew better.
    await outbox
      .keep((upkeep) => upkeep.clamp(clock.now(), longestPlans(setup)))
      .catch((error: unknown) => log.debug({ err: error }, 'no plan was looked at: storage fails'));
    if (!stopping) line.start();
  });

  function snapshotOf(): Snapshot {
    const { quarantine, ...records } = upkeep.counts();
    return { mqtt: line.mqtt, gate: line.gate, records, quarantine };
  }

  /** What `pilegate status` reads from the file: written on change only. */
  function saveState(): void {
    if (stopped || !outbox.usable) return;
    const { mqtt, gate } = snapshotOf();
    const station = config().station.id;
    const state = JSON.stringify({ version, station, pid: process.pid, mqtt, gate });
    outbox
      .keep((upkeep) => upkeep.setMeta('daemon', state))
      .catch((error: unknown) => log.debug({ err: error }, 'the state was not written'));
  }

  return {
    ready: ready.promise,
    metrics,
    snapshot: snapshotOf,
    touchStorage: () => void upkeep.dataVersion(),
    reload: (next) =>
      inTurn(async () => {
        if (stopping) return;
        if (next.loaded.config.outbox.path !== config().outbox.path)
          throw new Failure(
            'outbox.path cannot change while the daemon runs: restart it (systemctl restart pilegate)',
            78,
          );
        // Laid before the old one is stopped: what cannot be laid must not end what runs.
        const nextLine = openPipeline({ ...around, setup: next });
        const before = line;
        await before.stop();
        setup = next;
        line = nextLine;
        page.apply();
        metrics.expect(sourceNames(setup));
        // A stop that came meanwhile is next in turn.
        if (!stopping) line.start(before);
      }),
    stop: () => {
      stopping = true;
      return inTurn(async () => {
        if (stopped) return;
        await rounds.stop();
        await line.stop();
        await page.stop();
        saveState();
        stopped = true;
        repeats.close();
        outbox.close();
      });
    },
  };
}

function longestPlans({ loaded }: Setup): LongestPlans {
  const { delivery, sources } = loaded.config;
  return {
    retry: Math.max(delivery.outage.max, delivery.refusal.max),
    wait: Math.max(...sources.map(({ wait }) => wait)),
  };
}

function sourceNames({ loaded }: Setup): string[] {
  return loaded.config.sources.map(({ name }) => name);
}

function ageOf(at: number | undefined, now: number): number {
  return at === undefined ? 0 : Math.max(0, (now - at) / 1000);
}
