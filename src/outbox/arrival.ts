import type { Draft, MadeRecord } from '../domain/draft.ts';
import type { Fault, InboundEvent, Need, QuarantineKind } from '../domain/event.ts';
import { type ChargingRecord, WIRE_FIELDS } from '../domain/record.ts';
import type { Moment } from './contexts.ts';
import type { Tables } from './outbox.ts';
import type { DroppedEvent, QuarantinedEvent } from './quarantine.ts';
import type { KnownOrder, WaitingEvent } from './records.ts';

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
  const double = draft.orderNo === undefined ? undefined : findDouble(tables, event, draft.orderNo, draft);
  if (double !== undefined) return double;
  const mark = draft.needs.length > 0 ? tables.contexts.mark() : 0;
  // A wait that is over must end even where the clock says 1970: it starts at the arrival as the clock saw it.
  const moment = { mark, receivedAt: event.receivedAt, waitUntil: event.receivedAt + draft.waitMs };
  const completed = draft.complete((need) => tables.contexts.find(need, moment));
  switch (completed.kind) {
    case 'record':
      return store(tables, arrival, draft, completed.made);
    case 'wrong':
      return keep(tables, event, 'unmappable', draft.source, completed.fault, { draft, mark });
    case 'missing': {
      tables.records.insert(
        {
          orderNo: draft.orderNo,
          state: 'waiting',
          sortAt: event.receivedAt,
          receivedAt: event.receivedAt,
          nextAt: moment.waitUntil,
          contextMark: mark,
          source: draft.source,
          topic: event.topic,
          content: draft.content,
          ruled: [],
          record: completed.known,
          payload: event.payload,
        },
        completed.needs,
      );
      return { kind: 'waiting', needs: completed.needs };
    }
  }
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
  return keep(tables, event, 'unmappable', source, fault, { orderNo, mark: tables.contexts.mark() });
}

/** Looks again whether a waiting record is complete. Runs inside a commit. */
export function complete(tables: Tables, arrival: Arrival, waiting: WaitingEvent, draft: Draft): Completion {
  if (tables.records.waiting(waiting.id) === undefined) return { kind: 'gone' };
  const completed = draft.complete((need) => tables.contexts.find(need, momentOf(waiting)));
  if (completed.kind === 'missing') return { kind: 'waiting', needs: completed.needs };
  if (completed.kind === 'wrong')
    return giveUp(tables, arrival, waiting, 'unmappable', draft, completed.fault);
  const { made } = completed;
  const known = tables.records.known(made.record.orderNo);
  if (draft.orderNo === undefined && known !== undefined)
    return giveUp(tables, arrival, waiting, 'conflict', draft, conflictWith(known, made.record));
  tables.records.complete(waiting.id, {
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
  if (!isDraft(draft)) return giveUp(tables, arrival, waiting, 'unmappable', undefined, draft);
  const completed = complete(tables, arrival, waiting, draft);
  if (completed.kind !== 'waiting') return completed;
  return giveUp(
    tables,
    arrival,
    waiting,
    'expired',
    draft,
    missing(completed.needs, draft.waitMs),
    completed.needs,
  );
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
  const stay = (as: QuarantinedEvent['kind'], fault: Fault): Accepted => {
    tables.quarantine.amend(event.id, as, fault);
    return { kind: 'quarantined', id: event.id, as, fault, dropped: [] };
  };
  if (!isDraft(draft)) return stay('unmappable', draft);
  const moment = {
    mark: event.contextMark,
    receivedAt: event.receivedAt,
    waitUntil: event.receivedAt + draft.waitMs,
  };
  const completed = draft.complete((need) => tables.contexts.find(need, moment));
  if (completed.kind === 'wrong') return stay('unmappable', completed.fault);
  if (completed.kind === 'missing') return stay('expired', missing(completed.needs, draft.waitMs));
  const known = tables.records.known(completed.made.record.orderNo);
  if (known !== undefined && known.content !== draft.content)
    return stay('conflict', conflictWith(known, completed.made.record, draft));
  tables.quarantine.settle(
    event.id,
    'replayed',
    arrival.now,
    known === undefined ? undefined : 'the same record was there already',
  );
  return known === undefined
    ? store(tables, arrival, draft, completed.made)
    : { kind: 'duplicate', state: known.state };
}

function store(tables: Tables, arrival: Arrival, draft: Draft, made: MadeRecord): Accepted {
  const { event } = arrival;
  const { orderNo } = made.record;
  if (draft.orderNo === undefined) {
    const double = findDouble(tables, event, orderNo, draft);
    if (double !== undefined) return double;
  }
  const id = tables.records.insert({
    orderNo,
    state: 'pending',
    sortAt: sortTime(made.endAt, arrival),
    receivedAt: event.receivedAt,
    nextAt: undefined,
    contextMark: 0,
    source: draft.source,
    topic: event.topic,
    content: draft.content,
    ruled: made.ruled,
    record: made.record,
    payload: event.payload,
  });
  return { kind: 'accepted', id, made };
}

/** A session that ends in the future counts as ended at its arrival, while our own clock can be trusted. */
function sortTime(endAt: number, { event, buildDate }: Arrival): number {
  return endAt > event.receivedAt && event.receivedAt >= buildDate ? event.receivedAt : endAt;
}

/** An order that is known: the same again is a duplicate; other content goes to quarantine, and the first stands. */
function findDouble(
  tables: Tables,
  event: InboundEvent,
  orderNo: string,
  draft: Draft,
): Accepted | undefined {
  const known = tables.records.known(orderNo);
  if (known === undefined) {
    // A session that waited in vain must not start to wait again, and meet the next car's plate.
    const expired = tables.quarantine.expired(orderNo);
    return expired.includes(draft.content) ? { kind: 'duplicate', state: 'quarantined' } : undefined;
  }
  if (known.content === draft.content) return { kind: 'duplicate', state: known.state };
  if (tables.quarantine.holds(event)) return { kind: 'duplicate', state: 'quarantined' };
  const fault = conflictWith(known, undefined, draft);
  return keep(tables, event, 'conflict', draft.source, fault, {
    draft,
    orderNo,
    mark: tables.contexts.mark(),
  });
}

/** Names the fields in which a second event of an order differs from the record that stands. */
function conflictWith(known: KnownOrder, record: ChargingRecord | undefined, draft?: Draft): Fault {
  const { record: first } = known;
  const values = draft?.values ?? record ?? {};
  if (first === undefined)
    return { field: '', reason: 'this order was delivered long ago with other content; the first stands' };
  const differing = WIRE_FIELDS.filter(
    (field) => values[field] !== undefined && values[field] !== first[field],
  );
  const list = differing
    .map((field) => `${field} is ${quote(first[field])}, here ${quote(values[field])}`)
    .join('; ');
  return {
    field: differing[0] ?? '',
    reason: `another event of this order came first and stands (${known.state}): ${list === '' ? 'it gave other fields' : list}`,
  };
}

function keep(
  tables: Tables,
  event: InboundEvent,
  as: QuarantineKind,
  source: string,
  fault: Fault,
  about: { draft?: Draft; orderNo?: string | undefined; mark: number; needs?: readonly Need[] },
): Accepted {
  const { id, dropped } = tables.quarantine.put({
    kind: as,
    event,
    source,
    fault,
    orderNo: about.orderNo ?? about.draft?.orderNo,
    content: about.draft?.content,
    contextMark: about.mark,
    needs: about.needs ?? [],
  });
  return { kind: 'quarantined', id, as, fault, dropped };
}

function giveUp(
  tables: Tables,
  arrival: Arrival,
  waiting: WaitingEvent,
  as: QuarantineKind,
  draft: Draft | undefined,
  fault: Fault,
  needs: readonly Need[] = [],
): Accepted {
  tables.records.remove(waiting.id);
  return keep(tables, arrival.event, as, draft?.source ?? '', fault, {
    ...(draft === undefined ? {} : { draft }),
    mark: waiting.contextMark,
    needs,
  });
}

function missing(needs: readonly Need[], waitMs: number): Fault {
  const list = needs.map((need) => `${need.field} (context ${need.context}, key ${need.key})`).join(', ');
  return {
    field: needs[0]?.field ?? '',
    reason: `nothing supplied ${list} within ${Math.round(waitMs / 1000)} s of the event`,
  };
}

function momentOf(waiting: WaitingEvent): Moment {
  return { mark: waiting.contextMark, receivedAt: waiting.receivedAt, waitUntil: waiting.waitUntil };
}

function isDraft(value: Draft | Fault): value is Draft {
  return 'complete' in value;
}

function quote(value: string | undefined): string {
  return value === undefined || value === '' ? 'empty' : `"${value}"`;
}
