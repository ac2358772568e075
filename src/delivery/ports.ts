import type { Backoff, RefusalPolicy } from '../domain/backoff.ts';
import type { Clock, Random } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { Attempt, Outcome, OutcomeKind } from '../domain/outcome.ts';
import type { ChargingRecord, StationField, StationIdentity } from '../domain/record.ts';

/** A record to be delivered, as the store gives it. */
export interface Pending {
  readonly id: number;
  readonly orderNo: string;
  readonly record: ChargingRecord;
  readonly ruled: readonly StationField[];
  /** When its event arrived, epoch milliseconds. */
  readonly receivedAt: number;
  /** Posts so far. */
  readonly attempts: number;
  /** Refusals charged to its own schedule so far. */
  readonly refusals: number;
  /** Failures without a readable result, each followed by another record's success. */
  readonly strikes: number;
}

/** What an attempt's end makes of a record. */
export type Settlement =
  /** `sent` where what was sent differs from what is stored (the config changed meanwhile). */
  | { readonly state: 'delivered'; readonly sent: ChargingRecord | undefined }
  /** `nextAt` in epoch milliseconds; undefined: ready at once. */
  | {
      readonly state: 'pending';
      readonly nextAt: number | undefined;
      readonly refusals: number;
      readonly strikes: number;
    }
  | { readonly state: 'parked'; readonly why: string };

/** A record's schedule as another one's answer moved it. */
export interface Charge {
  readonly id: number;
  readonly strikes: number;
  readonly refusals: number;
  /** When it may be tried again, epoch milliseconds; undefined: at once. */
  readonly nextAt: number | undefined;
  /** Whether it has had all its attempts. */
  readonly parked: boolean;
}

/** A record's counts as an attempt found them: a hand may begin them anew meanwhile. */
export type Counted = Pick<Pending, 'refusals' | 'strikes'>;

/** The order in which records go. */
export type Order = 'newest-first' | 'oldest-first';

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
}

/** How the gate is: taking records, away, or refusing all of them for a fault of the set-up. */
export type GateState = 'up' | 'down' | 'held';

/** The gate's state, since when (epoch milliseconds), and why. */
export interface GateView {
  readonly state: GateState;
  readonly since: number;
  readonly reason: string;
}

/** What delivery needs from around it. */
export interface DeliveryDeps {
  readonly settings: DeliverySettings;
  readonly store: Store;
  /** Hands one record to the gate, once. Never rejects for anything the network or the gate does. */
  send(record: ChargingRecord): Promise<Outcome>;
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
