import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { GATE_STATES, type GateState } from '../domain/delivery.ts';
import type { OutcomeKind } from '../domain/outcome.ts';

/** What can become of an event; also the labels of `pilegate_events_total`. */
const EVENT_RESULTS = ['accepted', 'duplicate', 'conflict', 'waiting', 'quarantined', 'ignored'] as const;

/** Each pile is a series of its own: so many at most. */
const DEVICES_MAX = 500;

/** What is measured by looking, at each scrape. */
export interface Gauges {
  readonly records: Readonly<Record<'waiting' | 'pending' | 'delivered' | 'parked', number>>;
  readonly quarantine: number;
  readonly oldestPendingSeconds: number;
  readonly outboxBytes: number;
  readonly mqttConnected: boolean;
  readonly gateState: GateState;
  readonly storageOk: boolean;
  /** How long ago something last came from each pile, seconds. */
  readonly deviceAges: readonly (readonly [id: string, seconds: number])[];
  /** Milliseconds; undefined while it is not known. */
  readonly clockOffset: number | undefined;
}

/** Prometheus metrics under the names that dashboards rely on. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #events = this.#counter('pilegate_events_total', 'Events by source and by what became of them', [
    'source',
    'result',
  ]);
  readonly #reconnects = this.#counter(
    'pilegate_mqtt_reconnects_total',
    'Connections to the broker after the first one',
    [],
  );
  readonly #deliveries = this.#counter(
    'pilegate_deliveries_total',
    'Attempts to hand a record to the gate, by outcome',
    ['outcome'],
  );
  readonly #request = this.#histogram(
    'pilegate_gate_request_seconds',
    'Time of one post to the gate',
    [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly #endToGate = this.#histogram(
    'pilegate_end_to_gate_seconds',
    "Time from an event's arrival to the gate's success",
    [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 7200, 86400],
  );
  readonly #commit = this.#histogram(
    'pilegate_commit_seconds',
    'Time of one commit, fsync included',
    [0.0005, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
  );
  readonly #batch = this.#histogram(
    'pilegate_commit_batch_size',
    'Writes that shared a commit',
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
  );
  readonly #noted = {
    implausible: this.#counter(
      'pilegate_events_implausible_total',
      'Events whose session ends too far ahead of, or behind, their arrival',
    ),
    qos0: this.#counter('pilegate_events_qos0_total', 'Events published at QoS 0'),
    retained: this.#counter('pilegate_events_retained_total', 'Session ends that the broker had retained'),
  };
  readonly #clockOffset = this.#gauge(
    'pilegate_clock_offset_seconds',
    "How far the box's clock is ahead of the gate's; NaN while that is not known",
  );
  readonly #records = this.#gauge('pilegate_records', 'Records by state', ['state']);
  readonly #oldest = this.#gauge(
    'pilegate_oldest_pending_seconds',
    'Age of the oldest pending record; 0 where none is pending',
  );
  readonly #mqtt = this.#gauge('pilegate_mqtt_connected', '1 while connected to the broker and subscribed');
  readonly #gate = this.#gauge('pilegate_gate_state', '1 for the state the gate is in, 0 for the others', [
    'state',
  ]);
  readonly #quarantine = this.#gauge('pilegate_quarantine', 'Open events in quarantine');
  readonly #bytes = this.#gauge('pilegate_outbox_bytes', 'Bytes in use in the outbox file');
  readonly #storage = this.#gauge('pilegate_storage_ok', '1 while events can be stored');
  readonly #alerts = this.#counter('pilegate_alerts_total', 'Alerts by receiver and by what became of them', [
    'to',
    'result',
  ]);
  readonly #devices = this.#gauge(
    'pilegate_device_last_seen_seconds',
    'Time since something last came from a pile',
    ['device'],
  );
  readonly #requests: Readonly<Record<OutcomeKind, Counter.Internal>>;
  readonly #looks: () => Gauges;
  readonly #delivered: (endToGateMs: number) => void;
  #watchesProcess = false;

  /**
   * @param looks reads what is measured by looking
   * @param delivered told of each delivery, how long after its event's arrival it was, milliseconds
   */
  constructor(looks: () => Gauges, delivered: (endToGateMs: number) => void = () => {}) {
    this.#looks = looks;
    this.#delivered = delivered;
    const count = (outcome: OutcomeKind) => {
      const counter = this.#deliveries.labels(outcome);
      counter.inc(0);
      return counter;
    };
    this.#requests = {
      delivered: count('delivered'),
      refused: count('refused'),
      unanswered: count('unanswered'),
      unreachable: count('unreachable'),
      misconfigured: count('misconfigured'),
    };
  }

  /** Begins to count the events of these sources: a rate needs the zero before the first one. */
  expect(sources: readonly string[]): void {
    for (const source of sources) for (const result of EVENT_RESULTS) this.#events.inc({ source, result }, 0);
  }

  /** An event came to an end of its arrival. */
  event(source: string, result: (typeof EVENT_RESULTS)[number]): void {
    this.#events.inc({ source, result });
  }

  /** The broker was connected to again. */
  reconnected(): void {
    this.#reconnects.inc();
  }

  /** Something is odd about an event. */
  noted(what: 'implausible' | 'qos0' | 'retained'): void {
    this.#noted[what].inc();
  }

  /** An attempt ended; times in milliseconds. */
  attempt(outcome: OutcomeKind, ms: number, endToGateMs: number | undefined): void {
    this.#requests[outcome].inc();
    this.#request.observe(ms / 1000);
    if (endToGateMs === undefined) return;
    this.#endToGate.observe(endToGateMs / 1000);
    this.#delivered(endToGateMs);
  }

  /** An alert was taken by a receiver (`wecom`, `uplink` and the like), was not (it is sent again), or was given up. */
  alert(to: string, result: 'sent' | 'failed' | 'dropped'): void {
    this.#alerts.inc({ to, result });
  }

  /** A commit of so many writes took so many milliseconds. */
  commit(writes: number, ms: number): void {
    this.#commit.observe(ms / 1000);
    this.#batch.observe(writes);
  }

  /** The page for a scrape, in Prometheus' text format. */
  page(): Promise<string> {
    this.#watchProcess();
    const looks = this.#looks();
    for (const [state, n] of Object.entries(looks.records)) this.#records.set({ state }, n);
    for (const state of GATE_STATES) this.#gate.set({ state }, looks.gateState === state ? 1 : 0);
    this.#oldest.set(looks.oldestPendingSeconds);
    this.#mqtt.set(looks.mqttConnected ? 1 : 0);
    this.#quarantine.set(looks.quarantine);
    this.#bytes.set(looks.outboxBytes);
    this.#storage.set(looks.storageOk ? 1 : 0);
    this.#devices.reset();
    for (const [device, seconds] of looks.deviceAges.slice(0, DEVICES_MAX))
      this.#devices.set({ device }, seconds);
    this.#clockOffset.set((looks.clockOffset ?? Number.NaN) / 1000);
    return this.#registry.metrics();
  }

  /** The page's content type. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * Watching the event loop costs a daemon at rest more than all else it does: only for one that is scraped, and ten
   * times a second instead of a hundred.
   */
  #watchProcess(): void {
    if (this.#watchesProcess) return;
    this.#watchesProcess = true;
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 100 });
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.#registry] });
  }
}
