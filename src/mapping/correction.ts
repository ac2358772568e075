import type { Fault } from '../domain/event.ts';
import { reason } from '../domain/reason.ts';
import { type ChargingRecord, RECORD_FIELDS, type RecordField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { Unreadable } from '../domain/unreadable.ts';
import { REQUIRED } from './field-plan.ts';
import { Known, type Supplied } from './known.ts';
import { fieldKind, plainFormat } from './values.ts';

/** Values that a person sets in a record that is whole, read and checked. */
export interface Correction {
  /** As the record has them. */
  readonly values: Readonly<Partial<Record<RecordField, string>>>;
  /** The new end, epoch milliseconds, where the end was set. */
  readonly endAt: number | undefined;
}

/**
 * Reads the values that a person sets as the rules of the profile would: local times, kWh, yuan, plates cleaned.
 * @returns what is wrong with them, the session's order of times included
 */
export function readCorrection(
  record: ChargingRecord,
  supplied: Supplied,
  zone: StationZone,
): Correction | Fault {
  const values: Partial<Record<RecordField, string>> = {};
  const known = new Known();
  for (const field of RECORD_FIELDS) {
    const given = supplied[field]?.trim();
    const typed = given ?? record[field];
    const value = typed === '' ? '' : plainFormat(fieldKind(field), { zone, shiftMs: 0, none: [] })(typed);
    // What stands may be older than today's rules.
    if (given === undefined) {
      if (!(value instanceof Unreadable)) known.set(field, value, zone);
      continue;
    }
    if (value instanceof Unreadable) return { field, reason: reason('rule.supplied', { why: value.reason }) };
    if (value === '' && REQUIRED.has(field)) return { field, reason: reason('rule.supplied-empty', {}) };
    values[field] = known.set(field, value, zone);
  }
  const disorder = known.disorder();
  if (disorder !== undefined) return disorder;
  return { values, endAt: supplied.endTime === undefined ? undefined : known.endAt };
}
