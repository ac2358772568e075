import type { Backoff, RefusalPolicy } from '../domain/backoff.ts';
import type { Clock, Random } from '../domain/clock.ts';
import type { Charge, Counted, GateView, Order, Pending, Settlement } from '../domain/delivery.ts';
import type { Log } from '../domain/log.ts';
import type { Attempt, Outcome, OutcomeKind, ProbeOutcome } from '../domain/outcome.ts';
import type { ChargingRecord, StationIdentity } from '../domain/record.ts';
import type { MarkStore } from './send-mark.ts';

/** What delivery needs of the outbox. Promises settle when it is on disk. */
export interface Store {
  /** Whether anything can be written at the moment. */
  writable(): boolean;
  /** The pending records that are not deferred, in order. Throws where the file cannot be read, as all reads do. */
  ready(order: Order, limit: number): Pending[];
  /** A record, where it is pending and not deferred. */
  pending(id: number): Pending | undefined;
  /** When the earliest deferred record falls due, epoch milliseconds. */
  nextDeferred(): number | undefined;
  /** Makes deferred records ready that are due by the wall clock; returns how many. */
  promote(limit: number): Promise<number>;
  /**
   * Writes how an attempt ended; false where a hand parked the record meanwhile, or began to count anew. Kept while
   * storage fails.
   * @param counted the record's counts when it was posted
   */
  settle(id: number, attempt: Attempt, settlement: Settlement, counted: Counted): Promise<boolean>;
  /**
   * Moves a pending record's schedule without an attempt; parks it where it has had all its attempts. False where it
   * did not stand, as in `settle`.
   * @param counted the record's counts when it failed
   */
  charge(charge: Charge, counted: Counted): Promise<boolean>;
}

/** The `delivery` part of the config with the gate's concurrency, loaded. */
export interface DeliverySettings {
  readonly order: Order;
  readonly outage: Backoff;
  readonly refusal: RefusalPolicy;
  /** The most posts under way at once. */
  readonly concurrency: number;
  /** Every attempt has ended after so long, milliseconds: `gate.timeout` + 1 s. */
  readonly attemptMs: number;
}

/** What holding unanswered records needs. */
export interface Hold {
  /** Asks the gate without a record whether it would take one. Never rejects. */
  probe(): Promise<ProbeOutcome>;
  /** Keeps over a crash what is being sent. */
  readonly marks: MarkStore;
}

/** What delivery needs from around it. */
export interface DeliveryDeps {
  readonly settings: DeliverySettings;
  readonly store: Store;
  /** Hands one record to the gate, once. Never rejects for anything the network or the gate does. */
  send(record: ChargingRecord): Promise<Outcome>;
  /** There where a record that was sent and not answered is parked, since a repeat may grant a second discount. */
  readonly hold?: Hold | undefined;
  /** Who we are to the gate today. */
  identity(): StationIdentity;
  /** The gate's state changed. */
  gateChanged(view: GateView): void;
  /** An attempt ended: for the metrics. Times in milliseconds; `endToGateMs` from arrival to the gate's answer, for a delivery. */
  observe(kind: OutcomeKind, ms: number, endToGateMs: number | undefined): void;
  /** What to mend when the gate holds for a refused key, in plain words (a credential needs a restart). */
  readonly keyRemedy: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}
