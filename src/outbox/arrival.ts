import type { Draft, MadeRecord } from '../domain/draft.ts';
import type { Fault, InboundEvent, Need, QuarantineKind } from '../domain/event.ts';
import { conflictWith, findDouble, isSame } from './doubles.ts';
import type { DroppedEvent, NewQuarantine, QuarantinedEvent } from './quarantine.ts';
import type { KnownOrder } from './records.ts';
import type { Tables } from './tables.ts';
import type { WaitingEvent } from './waiting.ts';

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
  | { readonly kind: 'accepted'; readonly id: number; readonly made: MadeRecord }
  | { readonly kind: 'waiting'; readonly needs: readonly Need[] }
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

/** What looking again at a waiting record found; `gone` where it waits no more. */
export type Completion = Accepted | { readonly kind: 'gone' };

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
  const { receivedAt, topic, payload } = event;
  const { source, content } = draft;
  tables.waiting.add({
    sortAt: receivedAt,
    receivedAt,
    source,
    topic,
    content,
    payload,
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

/** Looks again whether a waiting record is complete. Runs inside a commit. */
export function complete(tables: Tables, arrival: Arrival, waiting: WaitingEvent, draft: Draft): Completion {
  if (tables.waiting.get(waiting.id) === undefined) return { kind: 'gone' };
  const moment = { ...waiting, mark: waiting.contextMark };
  const completed = draft.complete((need) => tables.contexts.find(need, moment));
  if (completed.kind === 'missing') return { kind: 'waiting', needs: completed.needs };
  if (completed.kind === 'wrong') return giveUp(tables, waiting, 'unmappable', draft, completed.fault);
  const { made } = completed;
  // Its number may have come with a context, or change with the config's rules: another record may have it.
  const known = tables.records.known(made.record.orderNo);
  if (known !== undefined && known.id !== waiting.id) {
    if (!isSame(known, draft))
      return giveUp(tables, waiting, 'conflict', draft, conflictWith(known, draft.values));
    tables.waiting.remove(waiting.id);
    return { kind: 'duplicate', state: known.state };
  }
  tables.waiting.complete(waiting.id, {
    sortAt: sortTime(made.endAt, arrival),
    content: draft.content,
    ruled: made.ruled,
    record: made.record,
  });
  return { kind: 'accepted', id: waiting.id, made };
}

/** Ends a wait: complete at the last moment, or into quarantine with the name of what is missing. Runs inside a commit. */
export function expire(
  tables: Tables,
  arrival: Arrival,
  waiting: WaitingEvent,
  draft: Draft | Fault,
): Completion {
  if (tables.waiting.get(waiting.id) === undefined) return { kind: 'gone' };
  if (!isDraft(draft)) return giveUp(tables, waiting, 'unmappable', undefined, draft);
  const completed = complete(tables, arrival, waiting, draft);
  if (completed.kind !== 'waiting') return completed;
  const { needs } = completed;
  return giveUp(tables, waiting, 'expired', draft, missing(needs, draft.waitMs), needs);
}

/**
 * Takes a quarantined event the way of a fresh one, with the contexts as they stood for it then. What does not
 * become a record stays, with today's reason. Runs inside a commit.
 */
export function replay(
  tables: Tables,
  arrival: Arrival,
  event: QuarantinedEvent,
  draft: Draft | Fault,
): Accepted {
  // Another hand may have been faster.
  if (tables.quarantine.get(event.id)?.state !== 'open') return { kind: 'duplicate', state: 'quarantined' };
  const stay = (as: QuarantineKind, fault: Fault, needs: readonly Need[] = []): Accepted => {
    tables.quarantine.amend(event.id, as, fault, needs);
    return { kind: 'quarantined', id: event.id, as, fault, dropped: [] };
  };
  if (!isDraft(draft)) return stay('unmappable', draft);
  const { receivedAt, contextMark: mark } = event;
  const moment = { mark, receivedAt, waitUntil: receivedAt + draft.waitMs };
  const completed = draft.complete((need) => tables.contexts.find(need, moment));
  if (completed.kind === 'wrong') return stay('unmappable', completed.fault);
  if (completed.kind === 'missing')
    return stay('expired', missing(completed.needs, draft.waitMs), completed.needs);
  const { made } = completed;
  const known = tables.records.known(made.record.orderNo);
  if (known !== undefined && !isSame(known, draft))
    return stay('conflict', conflictWith(known, draft.values));
  const why = known === undefined ? undefined : 'the same record was there already';
  tables.quarantine.settle(event.id, 'replayed', arrival.now, why);
  return known === undefined
    ? store(tables, arrival, draft, made)
    : { kind: 'duplicate', state: known.state };
}

/** Stores a whole record, unless its order is known. */
function store(tables: Tables, arrival: Arrival, draft: Draft, made: MadeRecord): Accepted {
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
  });
  if (id !== undefined) return { kind: 'accepted', id, made };
  const double = doubleOf(tables, event, made.record.orderNo, draft);
  if (double === undefined) throw new Error(`order ${made.record.orderNo} is known and not known`);
  return double;
}

/** A session that ends in the future counts as ended at its arrival, while our own clock can be trusted. */
function sortTime(endAt: number, { event, buildDate }: Arrival): number {
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

function keep(tables: Tables, entry: NewQuarantine): Accepted {
  const { id, dropped } = tables.quarantine.put(entry);
  return { kind: 'quarantined', id, as: entry.kind, fault: entry.fault, dropped };
}

/** Moves a waiting record's event into quarantine; what is known of it stays known. */
function giveUp(
  tables: Tables,
  waiting: WaitingEvent,
  kind: QuarantineKind,
  draft: Draft | undefined,
  fault: Fault,
  needs: readonly Need[] = [],
): Accepted {
  tables.waiting.remove(waiting.id);
  return keep(tables, {
    kind,
    event: waiting,
    source: draft?.source ?? waiting.source,
    fault,
    orderNo: draft?.orderNo ?? waiting.orderNo,
    content: draft?.content ?? waiting.content,
    contextMark: waiting.contextMark,
    needs,
  });
}

function about(event: InboundEvent, { source, orderNo, content }: Draft) {
  return { event, source, orderNo, content };
}

function missing(needs: readonly Need[], waitMs: number): Fault {
  const list = needs.map((need) => `${need.field} (context ${need.context}, key ${need.key})`).join(', ');
  return {
    field: needs[0]?.field ?? '',
    reason: `nothing supplied ${list} within ${Math.round(waitMs / 1000)} s of the event`,
  };
}

function nothing(): undefined {
  return undefined;
}

function isDraft(value: Draft | Fault): value is Draft {
  return 'complete' in value;
}
