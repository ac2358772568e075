import type { Draft, MadeRecord } from '../domain/draft.ts';
import type { Fault, InboundEvent, Need, QuarantineKind } from '../domain/event.ts';
import type { Reason } from '../domain/reason.ts';
import type { ChargingRecord } from '../domain/record.ts';
import { findDouble } from './duplicates.ts';
import type { DroppedEvent, NewQuarantine } from './tables/quarantine.ts';
import type { KnownOrder } from './tables/records.ts';
import type { Tables } from './tables/statements.ts';

/** An event at the door, with what the rules need of the time. */
export interface Arrival {
  readonly event: InboundEvent;
  /** The wall clock, epoch milliseconds. */
  readonly now: number;
  /** Before this the wall clock is not sane, epoch milliseconds. */
  readonly buildDate: number;
}

/** What became of an event, once it is on disk. */
export type Accepted =
  | {
      readonly kind: 'accepted';
      readonly id: number;
      readonly made: MadeRecord;
      /** The record whose place it took, by a person's will. */
      readonly replaced?: ChargingRecord;
    }
  | { readonly kind: 'waiting'; readonly needs: readonly Need[] }
  /** Worth no record (`ignore` of its source): nothing is kept. */
  | { readonly kind: 'ignored'; readonly reason: Reason }
  /** Known already; nothing was written. */
  | { readonly kind: 'duplicate'; readonly state: KnownOrder['state'] | 'quarantined' }
  | {
      readonly kind: 'quarantined';
      readonly id: number;
      readonly as: QuarantineKind;
      readonly fault: Fault;
      /** What had to go to make room. */
      readonly dropped: readonly DroppedEvent[];
    };

/** Takes a fresh event's draft in: the rules of doubles, conflicts, contexts and waiting. Runs inside a commit. */
export function accept(tables: Tables, arrival: Arrival, draft: Draft): Accepted {
  const { event } = arrival;
  const alone = draft.needs.length === 0;
  const mark = alone ? 0 : tables.contexts.mark();
  // A wait that is over must end even where the clock says 1970: it starts at the arrival as the clock saw it.
  const waitUntil = event.receivedAt + draft.waitMs;
  const completed = draft.complete(
    alone ? nothing : (need) => tables.contexts.find(need, { mark, receivedAt: event.receivedAt, waitUntil }),
  );
  // Most events lack nothing: one statement looks for a double and writes.
  if (completed.kind === 'record' && alone) return store(tables, arrival, draft, completed.made);
  if (completed.kind === 'ignored') return completed;
  const orderNo = completed.kind === 'record' ? completed.made.record.orderNo : draft.orderNo;
  const double = doubleOf(tables, event, orderNo, draft);
  if (double !== undefined) return double;
  if (completed.kind === 'record') return store(tables, arrival, draft, completed.made);
  if (completed.kind === 'wrong') {
    if (tables.quarantine.holds(event)) return { kind: 'duplicate', state: 'quarantined' };
    return keep(tables, {
      ...about(event, draft),
      kind: 'unmappable',
      fault: completed.fault,
      contextMark: mark,
    });
  }
  const { receivedAt, topic, payload, element } = event;
  const { source, content } = draft;
  tables.waiting.add({
    sortAt: receivedAt,
    receivedAt,
    source,
    topic,
    content,
    payload,
    element,
    orderNo: draft.orderNo,
    ruled: [],
    record: completed.known,
    contextMark: mark,
    waitUntil,
    needs: completed.needs,
  });
  return { kind: 'waiting', needs: completed.needs };
}

/** Keeps an event that mapping could not make a draft of. Runs inside a commit. */
export function quarantine(
  tables: Tables,
  event: InboundEvent,
  source: string,
  fault: Fault,
  orderNo: string | undefined,
): Accepted {
  if (tables.quarantine.holds(event)) return { kind: 'duplicate', state: 'quarantined' };
  const contextMark = tables.contexts.mark();
  return keep(tables, { kind: 'unmappable', event, source, fault, orderNo, content: undefined, contextMark });
}

/** Stores a whole record, unless its order is known; see {@link Accepted}. Runs inside a commit. */
export function store(tables: Tables, arrival: Arrival, draft: Draft, made: MadeRecord): Accepted {
  const { event } = arrival;
  const id = tables.records.add({
    sortAt: sortTime(made.endAt, arrival),
    receivedAt: event.receivedAt,
    source: draft.source,
    topic: event.topic,
    content: draft.content,
    ruled: made.ruled,
    record: made.record,
    payload: event.payload,
    element: event.element,
  });
  if (id !== undefined) return { kind: 'accepted', id, made };
  const double = doubleOf(tables, event, made.record.orderNo, draft);
  if (double === undefined) throw new Error(`order ${made.record.orderNo} is known and not known`);
  return double;
}

/** A session that ends in the future counts as ended at its arrival, while our own clock can be trusted. */
export function sortTime(endAt: number, { event, buildDate }: Arrival): number {
  return endAt > event.receivedAt && event.receivedAt >= buildDate ? event.receivedAt : endAt;
}

/** What an event of a known order becomes: the same again is a duplicate; other content goes to quarantine, and the first stands. */
function doubleOf(
  tables: Tables,
  event: InboundEvent,
  orderNo: string | undefined,
  draft: Draft,
): Accepted | undefined {
  if (orderNo === undefined) {
    // While its number is still to come it is known by its bytes only.
    if (tables.waiting.numberless(event, draft.content)) return { kind: 'duplicate', state: 'waiting' };
    return tables.quarantine.holds(event) ? { kind: 'duplicate', state: 'quarantined' } : undefined;
  }
  const double = findDouble(tables, event, orderNo, draft);
  if (double?.kind !== 'conflict') return double;
  const contextMark = tables.contexts.mark();
  return keep(tables, {
    ...about(event, draft),
    orderNo,
    kind: 'conflict',
    fault: double.fault,
    contextMark,
  });
}

/** Puts an event into quarantine. Runs inside a commit. */
export function keep(tables: Tables, entry: NewQuarantine): Accepted {
  const { id, dropped } = tables.quarantine.put(entry);
  return { kind: 'quarantined', id, as: entry.kind, fault: entry.fault, dropped };
}

function about(event: InboundEvent, { source, orderNo, content }: Draft) {
  return { event, source, orderNo, content };
}

function nothing(): undefined {
  return undefined;
}
