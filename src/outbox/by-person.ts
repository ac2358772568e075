import type { Act, Changed } from '../domain/operator.ts';
import { type ChargingRecord, publicName, RECORD_FIELDS, type RecordField } from '../domain/record.ts';
import type { Accepted } from './accept.ts';
import type { Completion } from './reprocess.ts';
import type { QuarantinedEvent } from './tables/quarantine.ts';
import type { Tables } from './tables/statements.ts';

/** A person maps an event again. */
export interface ByPerson {
  readonly act: Act;
  /** What the person supplies. */
  readonly supplied: Readonly<Partial<Record<RecordField, string>>>;
  /** Whether a conflict may take the place of a parked record of its order. */
  readonly replace: boolean;
}

/** Keeps that a person has replayed an event, where that closed it. Runs in the same commit. */
export function auditReplay(
  { audit }: Tables,
  now: number,
  event: QuarantinedEvent,
  results: readonly Accepted[],
  { act, supplied }: ByPerson,
): void {
  const [only] = results;
  if (results.length === 0 || (only?.kind === 'quarantined' && only.id === event.id)) return;
  if (only?.kind === 'duplicate' && only.state === 'quarantined') return;
  const made = only?.kind === 'accepted' && results.length === 1 ? only : undefined;
  audit.add(act, now, {
    orderNo: made?.made.record.orderNo ?? event.orderNo,
    eventId: event.id,
    changed: {
      state: ['open', 'replayed'],
      ...(made?.replaced === undefined
        ? suppliedOf(supplied, made?.made.record)
        : differing(made.replaced, made.made.record)),
    },
  });
}

/** Keeps that a person has completed a waiting record. Runs in the same commit. */
export function auditCompletion(
  { audit }: Tables,
  now: number,
  orderNo: string | undefined,
  result: Completion,
  { act, supplied }: ByPerson,
): void {
  if (result.kind !== 'accepted') return;
  const { record } = result.made;
  audit.add(act, now, {
    orderNo: record.orderNo || orderNo,
    changed: { state: ['waiting', 'pending'], ...suppliedOf(supplied, record) },
  });
}

function suppliedOf(supplied: ByPerson['supplied'], record: ChargingRecord | undefined): Changed {
  const fields = RECORD_FIELDS.filter((field) => supplied[field] !== undefined);
  return Object.fromEntries(
    fields.map((field) => [publicName(field), [null, record?.[field] ?? supplied[field] ?? ''] as const]),
  );
}

function differing(before: ChargingRecord, after: ChargingRecord): Changed {
  const fields = RECORD_FIELDS.filter((field) => before[field] !== after[field]);
  return Object.fromEntries(
    fields.map((field) => [publicName(field), [before[field], after[field]] as const]),
  );
}
