/**
 * The vocabulary of delivery, shared by the outbox, which keeps it, and by delivery, which decides it: a record as it is
 * posted, what the end of an attempt makes of it, and the gate's state.
 */
import type { Reason } from './reason.ts';
import type { ChargingRecord, StationField } from './record.ts';

/** The order in which records go, by the session's end. */
export type Order = 'newest-first' | 'oldest-first';

/** A record to be delivered: `pending`, and not deferred. */
export interface Pending {
  /** Its row. */
  readonly id: number;
  readonly orderNo: string;
  readonly record: ChargingRecord;
  /** The station fields that a rule of the source set; the others follow today's config. */
  readonly ruled: readonly StationField[];
  /** When its event arrived, epoch milliseconds. */
  readonly receivedAt: number;
  /** Posts so far. */
  readonly attempts: number;
  /** Refusals charged to its own schedule so far. */
  readonly refusals: number;
  /** Failures without a readable result, each followed by another record's success. */
  readonly strikes: number;
  /** What a person has corrected in it, as it is stored; null where nothing. Tells a later correction from this one. */
  readonly corrections?: string | null;
}

/** A record's counts and corrections as an attempt found them: an operator may change them meanwhile. */
export type Counted = Pick<Pending, 'refusals' | 'strikes' | 'corrections'>;

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
  | { readonly state: 'parked'; readonly why: Reason };

/** A record's schedule as another record's success moved it: earlier failures turned out to be its own. */
export interface Charge {
  readonly id: number;
  readonly strikes: number;
  readonly refusals: number;
  /** When it may be tried again, epoch milliseconds; undefined: at once. */
  readonly nextAt: number | undefined;
  /** Whether it has had all its attempts. */
  readonly parked: boolean;
}

/** `up`: takes records; `down`: does not answer; `held`: refuses all of them for a configuration error. */
export const GATE_STATES = ['up', 'down', 'held'] as const;

/** One of {@link GATE_STATES}. */
export type GateState = (typeof GATE_STATES)[number];

/** The gate's state, since when (epoch milliseconds), and why; `reason` is undefined while it is up. */
export interface GateView {
  readonly state: GateState;
  readonly since: number;
  readonly reason: Reason | undefined;
}
