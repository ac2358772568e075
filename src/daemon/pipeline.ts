import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { LoadedConfig } from '../config/loaded.ts';
import type { MarkStore } from '../delivery/send-mark.ts';
import { DeliveryWorker } from '../delivery/worker.ts';
import type { Clock, Random } from '../domain/clock.ts';
import type { GateView } from '../domain/delivery.ts';
import { levelOf, warningsAmong } from '../domain/health.ts';
import type { Log } from '../domain/log.ts';
import { Plausibility } from '../domain/plausible.ts';
import { StationZone } from '../domain/station-time.ts';
import { createGateClient } from '../gate/client.ts';
import { ReplyWatch } from '../gate/reply-watch.ts';
import { sayIn } from '../i18n/catalogue.ts';
import { spoken as en } from '../i18n/en/spoken.ts';
import { Ingest } from '../intake/ingest.ts';
import { MqttSubscriber } from '../intake/mqtt/subscriber.ts';
import type { SessionMemory } from '../intake/mqtt/subscriptions.ts';
import type { Mapping } from '../mapping/compile.ts';
import type { ClockTrust } from '../ops/clock-trust.ts';
import { isoTime } from '../ops/iso-time.ts';
import type { LogThrottle } from '../ops/log-throttle.ts';
import type { Metrics } from '../ops/metrics.ts';
import { StorageError } from '../outbox/errors.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HeldEvent } from '../outbox/tables/quarantine.ts';
import type { WaitingEvent } from '../outbox/tables/waiting.ts';
import type { DaemonState } from './daemon-state.ts';
import { identityOf, type Setup } from './setup.ts';

/** What a line is laid with. */
export interface PipelineOptions {
  readonly setup: Setup;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly repeats: LogThrottle;
  readonly log: Log;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves when storage can be written: at once while it works. */
  storage(): Promise<void>;
  /** Something came from a pile. */
  heard(deviceId: string): void;
  /** How the daemon stands, and what is wrong. */
  readonly state: Pick<DaemonState, 'snapshot' | 'problems' | 'warnings'>;
  /** Epoch milliseconds: a wall clock before it is not sane. */
  readonly buildDate: number;
  readonly clockTrust: Pick<ClockTrust, 'isRight' | 'heardGate'>;
  /** The broker's or the gate's state changed. */
  changed(): void;
  /** The broker is connected and subscribed. */
  connected(): void;
}

/** The way from the broker to the gate: laid anew where the config changes, while the outbox stays. */
export interface Pipeline {
  readonly mqtt: { readonly connected: boolean; readonly since: number };
  readonly gate: GateView;
  readonly delivery: DeliveryWorker;
  /** @param before the stopped line that this one follows: its gate may be down or held still, and is probed at once */
  start(before?: Pipeline): void;
  /** Rows, storage or the clock changed: everything is looked at again. */
  refresh(): void;
  /** The state changed in what the status topic shows. */
  stateChanged(): void;
  /** Ends the waits that are over. */
  endWaits(): Promise<void>;
  /** The clock was set: judges again what was refused because its end was implausible. */
  judgeAgain(): Promise<void>;
  /** The set-up may have been mended: probes the gate at once. */
  probeNow(): void;
  /** Waits for the answers under way, but not for ever; takes no more events, and closes. */
  stop(): Promise<void>;
}

/** Answers under way are waited for so long, milliseconds: the whole stop must end within ten seconds. */
const PATIENCE_MS = 6_000;
/** What was cut off then, or cannot be written, is left pending after so long more, milliseconds. */
const LEAVE_MS = 500;

/** After `gate.timeout` an attempt has so long to come to its outcome, milliseconds. */
const GUARD_MS = 1_000;

/** Lays a line; `start()` lets it run. */
export function openPipeline(options: PipelineOptions): Pipeline {
  const { setup, outbox, metrics, repeats, log, clock, random } = options;
  const { loaded, secrets, mapping } = setup;
  const { config } = loaded;
  const identity = identityOf(loaded);
  let mqtt = { connected: false, since: clock.now() };
  const client = createGateClient(config.gate, secrets.gate.reveal(), {
    version: options.version,
    zone: new StationZone(config.station.timeZone),
    clockHeard: (date, tookMs) => options.clockTrust.heardGate(date, tookMs),
  });
  const replies = new ReplyWatch({
    timeoutMs: config.gate.timeout,
    warnings: options.state.warnings,
    log,
    monotonic: () => clock.monotonic(),
  });
  const delivery = new DeliveryWorker({
    settings: {
      ...config.delivery,
      concurrency: config.gate.concurrency,
      attemptMs: config.gate.timeout + GUARD_MS,
    },
    store: {
      writable: () => outbox.usable,
      ready: (order, limit) => outbox.ready(order, limit),
      pending: (id) => outbox.pending(id),
      nextDeferred: () => outbox.nextDeferred(),
      promote: (limit) => outbox.promote(limit),
      settle: (id, attempt, settlement, counted) => outbox.settle(id, attempt, settlement, counted),
      charge: (charge, counted) => outbox.charge(charge, counted),
    },
    send: async (record) => {
      const began = clock.monotonic();
      const outcome = await client.send(record);
      replies.see(outcome, clock.monotonic() - began);
      return outcome;
    },
    hold:
      config.gate.unanswered === 'hold'
        ? { probe: () => client.probe(), marks: sendMarks(outbox) }
        : undefined,
    identity: () => identity,
    gateChanged: options.changed,
    observe: (kind, ms, endToGateMs) => {
      metrics.attempt(kind, ms, endToGateMs);
      intake.stateChanged();
    },
    keyRemedy: secrets.gate.needsRestart
      ? `mend the key (${secrets.gate.origin}) and restart pilegate: a reload does not read it again`
      : `mend the key in ${secrets.gate.origin}: pilegate sees the change by itself`,
    log,
    clock,
    random,
  });
  const arrivals = new Ingest<WaitingEvent, HeldEvent>({
    mapping,
    store: {
      accept: (event, draft) => outbox.accept(event, draft),
      acceptAll: (parts) => outbox.acceptAll(parts),
      quarantine: (event, source, fault, orderNo) => outbox.quarantine(event, source, fault, orderNo),
      learn: (fact, graceMs) => outbox.learn(fact, graceMs),
      waiting: (id) => outbox.waiting(id),
      overdue: (limit) => outbox.overdue(limit),
      complete: (waiting, draft) => outbox.complete(waiting, draft),
      expire: (waiting, draft) => outbox.expire(waiting, draft),
      held: (id) => outbox.held(id),
      replay: (held, draft) => outbox.replay(held, draft),
      implausible: (from, limit) => outbox.implausible(from, limit),
    },
    plausible: new Plausibility(config.plausible, {
      buildDate: options.buildDate,
      isRight: () => options.clockTrust.isRight(),
    }),
    warnings: options.state.warnings,
    heard: options.heard,
    noted: (what) => metrics.noted(what),
    storageFault: (error) => error instanceof StorageError,
    longestWaitMs: longestWait(loaded),
    ready: (id) => delivery.arrived(id),
    count: (source, result) => {
      metrics.event(source, result);
      intake.stateChanged();
    },
    say: sayIn(en),
    sayOnce: (level, key, fields, message) => repeats.say(level, key, fields, message),
    log,
    clock,
  });
  const intake: MqttSubscriber = new MqttSubscriber({
    settings: { ...config.mqtt, password: secrets.mqttPassword?.reveal() },
    filters: filtersOf(mapping, config.mqtt.shareGroup),
    memory: sessionMemory(outbox, config.mqtt),
    receiver: arrivals,
    storage: options.storage,
    state: (as) => JSON.stringify(stateOf(options, as)),
    changed: (connected) => {
      mqtt = { connected, since: clock.now() };
      options.changed();
      if (connected) options.connected();
    },
    reconnected: () => metrics.reconnected(),
    warnings: options.state.warnings,
    log,
    clock,
    random,
  });
  return {
    get mqtt() {
      return mqtt;
    },
    get gate() {
      return delivery.gate;
    },
    delivery,
    start: (before) => {
      delivery.start(before?.delivery);
      intake.start();
    },
    refresh: () => delivery.refresh(),
    stateChanged: () => intake.stateChanged(),
    endWaits: async () => {
      while (outbox.usable && (await arrivals.endWaits()));
    },
    judgeAgain: () => arrivals.judgeAgain(),
    probeNow: () => delivery.probeNow(),
    stop: async () => {
      // Posts first, so that the goodbye tells how it ends. What arrives meanwhile is kept, as ever.
      const patience = setTimeout(() => void client.destroy(), PATIENCE_MS);
      await Promise.race([delivery.stop(), sleep(PATIENCE_MS + LEAVE_MS, undefined, { ref: false })]);
      clearTimeout(patience);
      await intake.stop();
      await client.destroy();
    },
  };
}

/** The longest wait of any source, milliseconds. */
function longestWait({ config }: LoadedConfig): number {
  return Math.max(0, ...config.sources.map(({ wait }) => wait));
}

/** Sources are shared where adapters share the work; contexts never are, since each adapter needs all of them. */
function filtersOf({ filters }: Mapping, shareGroup: string | undefined): string[] {
  const sources =
    shareGroup === undefined
      ? filters.sources
      : filters.sources.map((filter) => `$share/${shareGroup}/${filter}`);
  return [...new Set([...sources, ...filters.contexts])];
}

const filtersOfSession = z.array(z.string());
const rememberedSessions = z.union([
  z.object({ clientId: z.string(), sessions: z.record(z.string(), filtersOfSession) }),
  // As version 0.1 wrote it, which knew one address.
  z
    .object({ url: z.string(), clientId: z.string(), filters: filtersOfSession })
    .transform(({ url, clientId, filters }) => ({ clientId, sessions: { [url]: filters } })),
]);

/** The filters that our session at each of the brokers holds, remembered in the outbox, since both outlive us. */
function sessionMemory(
  outbox: Outbox,
  { url: urls, clientId }: { readonly url: readonly string[]; readonly clientId: string },
): SessionMemory {
  const stored = () => outbox.upkeep.meta('session');
  const sessions = (): Readonly<Record<string, readonly string[]>> => {
    const { data } = rememberedSessions.safeParse(JSON.parse(stored() ?? 'null'));
    return data?.clientId === clientId ? data.sessions : {};
  };
  return {
    read: (url) => sessions()[url] ?? [],
    write: async (url, filters) => {
      const all = Object.entries({ ...sessions(), [url]: filters }).filter(([at]) => urls.includes(at));
      const written = JSON.stringify({ clientId, sessions: Object.fromEntries(all) });
      if (written !== stored()) await outbox.keep((upkeep) => upkeep.setMeta('session', written));
    },
  };
}

/** The retained message on the status topic. The will is of a time that nobody knows yet: it only says that we are gone. */
export function stateOf(
  { version, setup, state }: Pick<PipelineOptions, 'version' | 'setup' | 'state'>,
  as: 'connected' | 'goodbye' | 'will',
): object {
  const about = { version, station: setup.loaded.config.station.id, connected: as === 'connected' };
  if (as === 'will') return about;
  const { counts, gate, storage, config, boot, devices, oldestPending } = state.snapshot();
  const { quarantine, ...records } = counts;
  const problems = state.problems();
  return {
    ...about,
    name: setup.loaded.config.station.name,
    level: levelOf(problems),
    records,
    ...(oldestPending === undefined ? {} : { oldestPending: isoTime(oldestPending) }),
    gate: { state: gate.state, keyFingerprint: gate.keyFingerprint },
    quarantine,
    storage: { state: storage.state },
    config,
    boot: { startedAt: isoTime(boot.startedAt), clientId: boot.clientId },
    devices,
    warnings: warningsAmong(problems).map(({ code }) => ({ code })),
  };
}

/** Keeps in the outbox which records are being sent. */
function sendMarks(outbox: Outbox): MarkStore {
  return {
    read: () => outbox.upkeep.meta('sending'),
    write: async (text) => {
      await outbox.keep((upkeep) => upkeep.setMeta('sending', text));
    },
  };
}
