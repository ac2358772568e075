import type { LoadedConfig } from './config/loaded.ts';
import { Delivery } from './delivery/delivery.ts';
import type { GateView } from './delivery/ports.ts';
import type { Clock, Random } from './domain/clock.ts';
import type { Log } from './domain/log.ts';
import { createGateClient } from './gate/client.ts';
import { Arrivals } from './intake/arrivals.ts';
import { Intake } from './intake/intake.ts';
import type { Mapping } from './mapping/compile.ts';
import type { Metrics } from './ops/metrics.ts';
import type { Repeats } from './ops/repeats.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { HeldEvent } from './outbox/quarantine.ts';
import type { WaitingEvent } from './outbox/records.ts';
import { identityOf, type Setup } from './setup.ts';

/** What a line is laid with. */
export interface LineOptions {
  readonly setup: Setup;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly repeats: Repeats;
  readonly log: Log;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves when storage can be written: at once while it works. */
  storage(): Promise<void>;
  /** The broker's or the gate's state changed. */
  changed(): void;
  /** The broker is connected and subscribed. */
  connected(): void;
}

/** The way from the broker to the gate: laid anew where the config changes, while the outbox stays. */
export interface Line {
  readonly mqtt: { readonly connected: boolean; readonly since: number };
  readonly gate: GateView;
  start(): void;
  /** Rows, storage or the clock changed: everything is looked at again. */
  refresh(): void;
  /** Ends the waits that are over. */
  endWaits(): Promise<void>;
  /** The set-up may have been mended: probes the gate at once. */
  probeNow(): void;
  /** Takes no more events, waits for the answers under way (at most `patienceMs`), closes. */
  stop(): Promise<void>;
}

/** Answers under way are waited for so long, milliseconds: the whole stop must end within ten seconds. */
const PATIENCE_MS = 7_000;

/** Lays a line; `start()` lets it run. */
export function openLine(options: LineOptions): Line {
  const { setup, outbox, metrics, repeats, log, clock, random } = options;
  const { loaded, secrets, mapping } = setup;
  const { config } = loaded;
  const identity = identityOf(loaded);
  let mqtt = { connected: false, since: clock.now() };
  const client = createGateClient(config.gate, secrets.gateKey.reveal(), { version: options.version });
  const changed = () => {
    options.changed();
    intake.stateChanged();
  };
  const delivery = new Delivery({
    settings: { ...config.delivery, concurrency: config.gate.concurrency },
    store: {
      writable: () => outbox.usable,
      ready: (order, limit) => outbox.ready(order, limit),
      nextDeferred: () => outbox.nextDeferred(),
      promote: (limit) => outbox.promote(limit),
      settle: (id, attempt, settlement) => outbox.settle(id, attempt, settlement),
      charge: (charge) => outbox.charge(charge),
    },
    send: (record) => client.send(record),
    identity: () => identity,
    gateChanged: changed,
    observe: (kind, ms, endToGateMs) => {
      metrics.attempt(kind, ms, endToGateMs);
      intake.stateChanged();
    },
    keyRemedy: secrets.gateKey.needsRestart
      ? `mend the key (${secrets.gateKey.origin}) and restart pilegate: a reload does not read it again`
      : `mend the key in ${secrets.gateKey.origin}: pilegate sees the change by itself`,
    log,
    clock,
    random,
  });
  const arrivals = new Arrivals<WaitingEvent, HeldEvent>({
    map: (event) => mapping.map(event),
    store: {
      accept: (event, draft) => outbox.accept(event, draft),
      quarantine: (event, source, fault, orderNo) => outbox.quarantine(event, source, fault, orderNo),
      learn: (fact, graceMs) => outbox.learn(fact, graceMs),
      waiting: (id) => outbox.waiting(id),
      overdue: (limit) => outbox.overdue(limit),
      complete: (waiting, draft) => outbox.complete(waiting, draft),
      expire: (waiting, draft) => outbox.expire(waiting, draft),
      held: (id) => outbox.held(id),
      replay: (held, draft) => outbox.replay(held, draft),
    },
    longestWaitMs: longestWait(loaded),
    ready: () => delivery.arrived(),
    count: (source, result) => {
      metrics.event(source, result);
      intake.stateChanged();
    },
    sayOnce: (level, key, fields, message) => repeats.say(level, key, fields, message),
    log,
    clock,
  });
  const filters = filtersOf(mapping, config.mqtt.shareGroup);
  const intake: Intake = new Intake({
    settings: { ...config.mqtt, password: secrets.mqttPassword?.reveal() },
    filters,
    staleFilters: staleFilters(outbox, filters),
    take: (message) => arrivals.take(message),
    storage: options.storage,
    state: (connected) => stateMessage(options, connected, delivery.gate.state),
    changed: ({ connected }) => {
      mqtt = { connected, since: clock.now() };
      options.changed();
      if (connected) options.connected();
    },
    subscribed: () => {
      outbox
        .keep((upkeep) => upkeep.setMeta('filters', JSON.stringify(filters)))
        .catch((error: unknown) => log.debug({ err: error }, 'the filters were not written'));
    },
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
    start: () => {
      delivery.start();
      intake.start();
    },
    refresh: () => delivery.refresh(),
    endWaits: async () => {
      while (outbox.usable && (await arrivals.endWaits()));
    },
    probeNow: () => delivery.probeNow(),
    stop: async () => {
      await intake.stop();
      const patience = setTimeout(() => void client.destroy(), PATIENCE_MS);
      await delivery.stop();
      clearTimeout(patience);
      await client.close();
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

/** What the broker's session may hold from an earlier config and this one does not want. */
function staleFilters(outbox: Outbox, filters: readonly string[]): string[] {
  const known: unknown = JSON.parse(outbox.upkeep.meta('filters') ?? '[]');
  return Array.isArray(known)
    ? known.filter((filter) => typeof filter === 'string' && !filters.includes(filter))
    : [];
}

/** The retained message on the status topic. */
function stateMessage({ outbox, version, setup }: LineOptions, connected: boolean, gate: string): string {
  const { quarantine, ...records } = outbox.usable ? outbox.upkeep.counts() : { quarantine: undefined };
  return JSON.stringify({
    version,
    station: setup.loaded.config.station.id,
    connected,
    records,
    gate: { state: gate },
    quarantine,
  });
}
