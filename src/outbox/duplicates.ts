import type { Draft } from '../domain/draft.ts';
import type { Fault, InboundEvent } from '../domain/event.ts';
import { reason } from '../domain/reason.ts';
import { type ChargingRecord, publicName, RECORD_FIELDS } from '../domain/record.ts';
import type { KnownOrder } from './tables/records.ts';
import type { Tables } from './tables/statements.ts';

/** What a second event of a known order is: the same again, or another one that contradicts the first. */
export type Double =
  | { readonly kind: 'duplicate'; readonly state: KnownOrder['state'] | 'quarantined' }
  | { readonly kind: 'conflict'; readonly fault: Fault };

/** Whether an event that says so is the one that is known: what a salvage could not read counts as the same. */
export function isSame(known: KnownOrder, draft: Draft): boolean {
  return known.content === draft.content || known.content === '';
}

/** How an event stands to what is known of its order number; undefined where nothing is. A read. */
export function findDouble(
  tables: Tables,
  event: InboundEvent,
  orderNo: string,
  draft: Draft,
): Double | undefined {
  const known = tables.records.known(orderNo);
  if (known === undefined) return expiredBefore(tables, event, orderNo, draft);
  if (isSame(known, draft)) return { kind: 'duplicate', state: known.state };
  if (tables.quarantine.holds(event)) return { kind: 'duplicate', state: 'quarantined' };
  return { kind: 'conflict', fault: conflictWith(known, draft.values) };
}

/**
 * A session that waited in vain must not start to wait again, and meet the next car's plate: neither the same
 * event, nor another one of its order that lacks something too. One that lacks nothing is taken.
 */
function expiredBefore(
  { quarantine }: Tables,
  event: InboundEvent,
  orderNo: string,
  draft: Draft,
): Double | undefined {
  if (draft.needs.length === 0) return undefined;
  const contents = quarantine.expired(orderNo);
  if (contents.length === 0) return undefined;
  if (contents.includes(draft.content) || quarantine.holds(event))
    return { kind: 'duplicate', state: 'quarantined' };
  return { kind: 'conflict', fault: { field: '', reason: reason('conflict.expired', {}) } };
}

/** Names the fields in which a second event of an order differs from the record that stands. */
export function conflictWith(
  { record: first, state }: KnownOrder,
  values: Readonly<Partial<ChargingRecord>>,
): Fault {
  if (first === undefined) return { field: '', reason: reason('conflict.pruned', {}) };
  const differing = RECORD_FIELDS.filter(
    (field) => values[field] !== undefined && values[field] !== first[field],
  );
  const differs = differing.map((field) =>
    reason('conflict.differs', {
      field: publicName(field),
      first: first[field],
      here: values[field] ?? '',
    }),
  );
  return {
    field: publicName(differing[0] ?? ''),
    reason: reason('conflict.first-stands', { state, differs }),
  };
}
