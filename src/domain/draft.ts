import type { ContextFact, Fault, Need } from './event.ts';
import type { ChargingRecord, RecordField, StationField } from './record.ts';

/** Finds a context's value for a need: its text, or undefined where none is there. */
export type Lookup = (need: Need) => string | undefined;

/** A draft whose contexts were looked up. */
export type Completed =
  | { readonly kind: 'record'; readonly made: MadeRecord }
  /**
   * Fields that a record must have found nothing yet: `needs` are theirs, several for one field where any of
   * them will do. `known` holds the fields known so far, the rest `''`.
   */
  | { readonly kind: 'missing'; readonly needs: readonly Need[]; readonly known: ChargingRecord }
  | { readonly kind: 'wrong'; readonly fault: Fault };

/** A record, made of an event. */
export interface MadeRecord {
  readonly record: ChargingRecord;
  /** The station fields that a rule of the source set; the others follow the config until delivery. */
  readonly ruled: readonly StationField[];
  /** The session's end, epoch milliseconds. */
  readonly endAt: number;
  /** Oddities worth a warning (an odd plate), each one line; usually none. */
  readonly warnings: readonly string[];
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
 * What a source or a context makes of an event. An event has one of its source (draft, ignored or wrong) and one
 * of each context that takes its topic (context, ignored or wrong).
 */
export type Mapped =
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'context'; readonly fact: ContextFact }
  /** Not for us (a `where` that does not hold): counted, acknowledged, forgotten. */
  | { readonly kind: 'ignored'; readonly source: string; readonly reason: string }
  /** `orderNo` where it could be read, so that a person finds the event by it. */
  | { readonly kind: 'wrong'; readonly source: string; readonly fault: Fault; readonly orderNo?: string };
