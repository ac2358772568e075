import type { ContextFact, ContextValue, Fault, Need } from './event.ts';
import type { Reason } from './reason.ts';
import type { ChargingRecord, RecordField, StationField } from './record.ts';

/** Finds a context's value for a need, or undefined where none is there. */
export type Lookup = (need: Need) => ContextValue | undefined;

/** A draft whose contexts were looked up. */
export type Completed =
  | { readonly kind: 'record'; readonly made: MadeRecord }
  /**
   * Fields that a record must have found nothing yet: `needs` are theirs, several for one field where any of
   * them will do. `known` holds the fields known so far, the rest `''`. `without` is the record as it goes where
   * the wait ends in vain: given where only fields that may be empty are missing.
   */
  | {
      readonly kind: 'missing';
      readonly needs: readonly Need[];
      readonly known: ChargingRecord;
      readonly without?: MadeRecord;
    }
  /** Not worth a record (`ignore` of the source): counted and forgotten. */
  | { readonly kind: 'ignored'; readonly reason: Reason }
  | { readonly kind: 'wrong'; readonly fault: Fault };

/** A record, made of an event. */
export interface MadeRecord {
  readonly record: ChargingRecord;
  /** The station fields that a rule of the source set; the others follow the config until delivery. */
  readonly ruled: readonly StationField[];
  /** What the record is ordered by, epoch milliseconds: the session's end, or its arrival where the end is implausible. */
  readonly endAt: number;
  /** Oddities worth a warning (an odd plate); usually none. */
  readonly warnings: readonly Reason[];
}

/** An event's own values, read and checked; what contexts supply is still to come. */
export interface Draft {
  /** The source's name in the config. */
  readonly source: string;
  /** The order number, or undefined while it waits for a context. */
  readonly orderNo: string | undefined;
  /**
   * A fingerprint (32 hex digits) of what the event itself says, so that a bill published again is known even
   * when constants of the config, the device table or a context have changed since.
   */
  readonly content: string;
  /** The fields that the event itself gave, formatted for the wire: what `content` was made of. */
  readonly values: Readonly<Partial<Record<RecordField, string>>>;
  /**
   * Everything {@link complete} asks contexts for; empty for most. Fields that may be empty are among them: they
   * take what is there at the time and hold nothing up.
   */
  readonly needs: readonly Need[];
  /** How long to wait for what is missing, milliseconds. */
  readonly waitMs: number;
  /** Makes the record with the contexts' values. Pure. */
  complete(lookup: Lookup): Completed;
}

/**
 * What a source or a context makes of an event. An event has one of its source (draft, ignored or wrong) for each
 * session in it, and one of each context that takes its topic (context, ignored or wrong).
 */
export type Mapped = (
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'context'; readonly fact: ContextFact }
  /** Not for us (a `where` that does not hold): counted, acknowledged, forgotten. */
  | { readonly kind: 'ignored'; readonly source: string; readonly reason: Reason }
  /** `orderNo` where it could be read, so that a person finds the event by it. */
  | { readonly kind: 'wrong'; readonly source: string; readonly fault: Fault; readonly orderNo?: string }
) & {
  /** What is kept of the event where the message holds several sessions: this one alone. It maps to the same. */
  readonly part?: { readonly payload: Uint8Array; readonly element: number };
};
