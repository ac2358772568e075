import type { Lookup } from '../domain/draft.ts';
import type { Fault, Need } from '../domain/event.ts';
import { reason } from '../domain/reason.ts';
import type { RecordField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import type { Unreadable } from '../domain/unreadable.ts';
import { type Value, wireText } from './values.ts';

/** Values by wire name. */
export type Fields = Partial<Record<RecordField, string>>;

/** What a person supplies for fields when an event is mapped again: local times, kWh, yuan. */
export type Supplied = Readonly<Fields>;

/** Fields as the wire has them, and the session's instants. */
export class Known {
  readonly fields: Fields;
  startAt: number;
  endAt: number;

  constructor(from?: Known) {
    this.fields = from === undefined ? {} : { ...from.fields };
    this.startAt = from?.startAt ?? Number.NaN;
    this.endAt = from?.endAt ?? Number.NaN;
  }

  /** Sets a field and returns its text. */
  set(field: RecordField, value: Value, zone: StationZone): string {
    if (field === 'startTime' && typeof value === 'number') this.startAt = value;
    if (field === 'endTime' && typeof value === 'number') this.endAt = value;
    const text = wireText(value, zone);
    this.fields[field] = text;
    return text;
  }

  /** A session that ends before it begins was not one; unknown times are not judged. */
  disorder(): Fault | undefined {
    if (!(this.endAt < this.startAt)) return undefined;
    const { startTime = '', endTime = '' } = this.fields;
    return { field: 'endTime', reason: reason('time.end-before-start', { start: startTime, end: endTime }) };
  }
}

/** One way in which a field may get a value that the event itself does not have. */
export interface Offer {
  /**
   * What contexts are asked for as things stand; none where the value follows from other fields. Where a context
   * supplies the key of another one, the second need is known only once the first is met.
   */
  needs(lookup: Lookup): readonly Need[];
  /** Whether a field that may be empty waits for it too. */
  readonly waits: boolean;
  /**
   * The value, `''` where there is none, undefined where something is still to come.
   * @param last whether nothing more is to come: what is missing is then done without
   */
  take(lookup: Lookup, known: Known, last: boolean): Value | Unreadable | undefined;
}

/** A field that offers are to supply. */
export interface Pending {
  readonly field: RecordField;
  readonly required: boolean;
  readonly offers: readonly Offer[];
}
