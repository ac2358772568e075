import type { Clock, Random } from '../domain/clock.ts';
import { systemClock } from '../domain/clock.ts';
import { Failure } from '../domain/failure.ts';
import type { Problem } from '../domain/health.ts';
import type { Log } from '../domain/log.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { WarningSink } from '../domain/warnings.ts';
import type { Spoken } from '../i18n/en/spoken.ts';
import { spoken as en } from '../i18n/en/spoken.ts';
import { ClockTrust, ntpSynchronised } from '../ops/clock-trust.ts';
import { LogThrottle } from '../ops/log-throttle.ts';
import { Metrics } from '../ops/metrics.ts';
import type { Replaced } from '../outbox/place.ts';
import type { SalvageReport } from '../outbox/recovery/salvage.ts';
import type { LongestPlans } from '../outbox/tables/clock-shift.ts';
import { BUILD_DATE, VERSION } from '../version.ts';
import { StatusPage } from '../web/status-page.ts';
import { Alerting, alertingStation, alertTargets } from './alerting.ts';
import { DaemonState } from './daemon-state.ts';
import { DeviceWatch } from './device-watch.ts';
import { Maintenance } from './maintenance.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import type { Setup } from './setup.ts';
import { openStorage } from './storage.ts';
import { openUplink, uplinkReceiver } from './uplinking.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly setup: Setup;
  readonly log: Log;
  /** This program's, unless told otherwise. */
  readonly version?: string;
  /** Epoch milliseconds: a wall clock before it is not sane. This program's, unless told otherwise. */
  readonly buildDate?: number;
  /** `$RUNTIME_DIRECTORY`: where the state for `status` is written; beside the outbox where there is none. */
  readonly runtimeDirectory?: string | undefined;
  /** The station's language, in which alerts are sent; English unless told otherwise. */
  readonly texts?: Spoken;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A running daemon. */
export interface Daemon {
  /** Resolves once the broker is subscribed for the first time. */
  readonly ready: Promise<void>;
  readonly metrics: Metrics;
  snapshot(): Snapshot;
  /** What is wrong now, the worst first. */
  problems(): Problem[];
  /** Where warnings are raised that no room of the daemon sees itself. */
  readonly warnings: WarningSink;
  /**
   * Goes over to another config and other secrets: the line is stopped and laid anew, the outbox stays open.
   * @throws Failure where the new one cannot be run; the old one then goes on
   */
  reload(next: Setup): Promise<void>;
  /** Asks the outbox's file something; hangs where storage hangs. */
  touchStorage(): void;
  /** For how long an attempt that delivery gave up has still not ended, milliseconds; 0 where there is none. */
  stuckForMs(): number;
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
    texts = en,
  } = options;
  let { setup } = options;
  let line: Pipeline | undefined;
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
  let damage: SalvageReport | undefined;
  const storage = openStorage({
    config,
    buildDate,
    clock,
    log,
    committed: (jobs, ms) => metrics.commit(jobs, ms),
    failed: () => state.changed(),
    recovered: () => {
      page.outboxMoved();
      line?.refresh();
      state.storageRecovered();
      alerting.save();
    },
    salvaged: (report) => {
      damage = report;
      // At the start it is raised below: the registry reads what it kept from the outbox.
      if (line !== undefined) raiseSalvaged(state.warnings, report);
    },
    replaced: (what) => raiseReplaced(state.warnings, config().outbox.path, what),
  });
  const { outbox } = storage;
  const { upkeep } = outbox;
  let devices: DeviceWatch | undefined;
  const metrics: Metrics = new Metrics(
    () => {
      const { mqtt, gate, counts, oldestPending, storage: stored } = state.snapshot();
      return {
        records: counts,
        quarantine: counts.quarantine,
        oldestPendingSeconds: counts.pending === 0 ? 0 : ageOf(oldestPending, clock.now()),
        outboxBytes: upkeep.size().used,
        mqttConnected: mqtt.connected,
        gateState: gate.state,
        storageOk: stored.state === 'ok',
        deviceAges: devices?.ages() ?? [],
        clockOffset: clockTrust.offset,
      };
    },
    (endToGateMs) => page.delivered(endToGateMs),
  );
  const state = new DaemonState({
    outbox,
    log,
    repeats,
    clock,
    version,
    runtimeDirectory: options.runtimeDirectory,
    setup: () => setup,
    pipeline: () => line,
    storage: storage.view,
    devices: () => devices?.view ?? { total: 0, silent: [] },
    changed: () => line?.stateChanged(),
  });
  devices = new DeviceWatch({
    outbox,
    clock,
    log,
    warnings: state.warnings,
    watched: () => ({ table: config().devices, silentAfter: config().silentAfter }),
  });
  const clockTrust = new ClockTrust({ clock, synchronised: ntpSynchronised, warnings: state.warnings });
  const around = {
    outbox,
    log,
    version,
    buildDate,
    clock,
    clockTrust,
    random,
    metrics,
    repeats,
    storage: storage.works,
    state,
    heard: (deviceId: string) => devices?.heard(deviceId),
    changed: () => state.changed(),
    connected: () => ready.resolve(),
  };
  try {
    line = openPipeline({ ...around, setup });
  } catch (error) {
    state.stop();
    outbox.close();
    throw error;
  }

  const alerting = new Alerting({
    outbox,
    clock,
    repeats,
    metrics,
    station: () => alertingStation(setup.loaded, texts),
    problems: () => state.problems(),
    silent: () => devices?.view.silent ?? [],
  });
  let uplink = openUplink({ setup, version, state, clock, repeats, texts });
  const applyAlerts = () =>
    alerting.apply(alertTargets(setup), uplink ? [uplinkReceiver(uplink, setup)] : []);
  void applyAlerts();
  const rounds = new Maintenance({
    outbox,
    line: () => pipeline(),
    clockJumped: (by) => {
      state.clockJumped(by);
      clockTrust.ask();
      alerting.clockJumped(by);
    },
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
    snapshot: () => state.snapshot(),
    problems: () => state.problems(),
  });
  clockTrust.start();
  metrics.expect(sourceNames(setup));
  if (damage !== undefined) raiseSalvaged(state.warnings, damage);
  state.changed();
  void inTurn(async () => {
    // A box that boots in 1970 must not put off until next century what was planned by a clock that knew better.
    await outbox
      .keep((upkeep) => upkeep.clamp(clock.now(), longestPlans(setup)))
      .catch((error: unknown) => log.debug({ err: error }, 'no plan was looked at: storage fails'));
    if (!stopping) pipeline().start();
  });

  function pipeline(): Pipeline {
    if (line === undefined) throw new Error('the pipeline is not open yet');
    return line;
  }

  return {
    ready: ready.promise,
    metrics,
    snapshot: () => state.snapshot(),
    problems: () => state.problems(),
    warnings: state.warnings,
    touchStorage: () => void upkeep.dataVersion(),
    stuckForMs: () => line?.delivery.stuckAttempts.stuckForMs ?? 0,
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
        const before = pipeline();
        await before.stop();
        setup = next;
        line = nextLine;
        state.changed();
        page.apply();
        metrics.expect(sourceNames(setup));
        await uplink?.stop();
        uplink = openUplink({ setup, version, state, clock, repeats, texts });
        await applyAlerts();
        // A stop that came meanwhile is next in turn.
        if (!stopping) nextLine.start(before);
      }),
    stop: () => {
      stopping = true;
      return inTurn(async () => {
        if (stopped) return;
        await rounds.stop();
        await pipeline().stop();
        await page.stop();
        clockTrust.stop();
        devices?.stop();
        await Promise.all([alerting.stop(), uplink?.stop()]);
        state.stop();
        stopped = true;
        repeats.close();
        outbox.close();
      });
    },
  };
}

function raiseSalvaged(warnings: WarningSink, { saved, lost, aside = '' }: SalvageReport): void {
  const kept = Object.values(saved).reduce((sum, rows) => sum + rows, 0);
  warnings.raise('outbox-salvaged', { kept, lost, aside });
}

function raiseReplaced(warnings: WarningSink, path: string, { taken, rescued }: Replaced): void {
  warnings.raise('outbox-replaced', { path, taken, rescued });
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
