import type { Completed, Draft, MadeRecord } from '../domain/draft.ts';
import type { Fault, InboundEvent, Need, QuarantineKind } from '../domain/event.ts';
import { reason } from '../domain/reason.ts';
import { type Accepted, type Arrival, accept, keep, quarantine, sortTime, store } from './accept.ts';
import { conflictWith, isSame } from './duplicates.ts';
import type { HeldEvent, QuarantinedEvent } from './tables/quarantine.ts';
import type { Tables } from './tables/statements.ts';
import type { WaitingEvent } from './tables/waiting.ts';

/** What looking again at a waiting record found; `gone` where it waits no more. */
export type Completion = Accepted | { readonly kind: 'gone' };

/**
 * Looks again whether a waiting record is complete. Runs inside a commit.
 * @param last whether the wait is over: fields that may be empty are then done without
 */
export function complete(
  tables: Tables,
  arrival: Arrival,
  waiting: WaitingEvent,
  draft: Draft,
  last = false,
): Completion {
  if (tables.waiting.get(waiting.id) === undefined) return { kind: 'gone' };
  const moment = { ...waiting, mark: waiting.contextMark };
  const completed = draft.complete((need) => tables.contexts.find(need, moment));
  if (completed.kind === 'wrong') return giveUp(tables, waiting, 'unmappable', draft, completed.fault);
  if (completed.kind === 'ignored') {
    tables.waiting.remove(waiting.id);
    return completed;
  }
  const made = madeOf(completed, last);
  if (made === undefined) {
    const needs = completed.kind === 'missing' ? completed.needs : [];
    // A context may have supplied the key of the next one.
    tables.waiting.await(waiting.id, needs);
    return { kind: 'waiting', needs };
  }
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
  const completed = complete(tables, arrival, waiting, draft, true);
  if (completed.kind !== 'waiting') return completed;
  const { needs } = completed;
  return giveUp(tables, waiting, 'expired', draft, missing(needs, draft.waitMs), needs);
}

/**
 * Takes a quarantined event the way of a fresh one, with the contexts as they stood for it then. What does not
 * become a record stays, with today's reason. Runs inside a commit.
 * @param mayReplace whether it may take the place of a parked record of its order, which it contradicts
 */
export function replay(
  tables: Tables,
  arrival: Arrival,
  event: HeldEvent,
  draft: Draft | Fault,
  mayReplace = false,
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
  if (completed.kind === 'ignored') return stay('unmappable', { field: '', reason: completed.reason });
  const made = madeOf(completed, true);
  if (made === undefined) {
    const needs = completed.kind === 'missing' ? completed.needs : [];
    return stay('expired', missing(needs, draft.waitMs), needs);
  }
  const known = tables.records.known(made.record.orderNo);
  if (mayReplace && known?.state === 'parked' && known.id !== undefined && !isSame(known, draft)) {
    replace(tables, arrival, event, draft, made, known.id);
    return { kind: 'accepted', id: known.id, made, ...(known.record && { replaced: known.record }) };
  }
  if (known !== undefined && !isSame(known, draft))
    return stay('conflict', conflictWith(known, draft.values));
  const why = known === undefined ? undefined : 'the same record was there already';
  tables.quarantine.settle(event.id, 'replayed', arrival.now, why);
  return known === undefined
    ? store(tables, arrival, draft, made)
    : { kind: 'duplicate', state: known.state };
}

/** Gives a parked record's place to the event that contradicted it; the former event is kept as discarded. */
function replace(
  tables: Tables,
  arrival: Arrival,
  event: HeldEvent,
  draft: Draft,
  made: MadeRecord,
  id: number,
): void {
  tables.quarantine.keepReplaced(id, event.id, arrival.now);
  tables.records.replace(id, {
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
  tables.quarantine.settle(event.id, 'replayed', arrival.now, undefined);
}

/** One session of a replayed event that holds several. */
export interface ReplayedPart {
  readonly event: InboundEvent;
  readonly source: string;
  readonly draft: Draft | Fault;
  readonly orderNo: string | undefined;
}

/**
 * Takes a quarantined event that holds several sessions apart: each goes the way of a fresh event, and the row is
 * closed. Runs inside a commit.
 */
export function replayParts(
  tables: Tables,
  arrival: Arrival,
  { id }: QuarantinedEvent,
  parts: readonly ReplayedPart[],
): readonly Accepted[] {
  if (tables.quarantine.get(id)?.state !== 'open') return [];
  tables.quarantine.settle(id, 'replayed', arrival.now, undefined);
  return parts.map(({ event, source, draft, orderNo }) =>
    isDraft(draft)
      ? accept(tables, { ...arrival, event }, draft)
      : quarantine(tables, event, source, draft, orderNo),
  );
}

/** The record, or what goes in its place where nothing more is to come. */
function madeOf(
  completed: Completed & { kind: 'record' | 'missing' },
  last: boolean,
): MadeRecord | undefined {
  if (completed.kind === 'record') return completed.made;
  return last ? completed.without : undefined;
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

function missing(needs: readonly Need[], waitMs: number): Fault {
  const lacks = needs.map(({ field, context, key }) => reason('context.lacks', { field, context, key }));
  return {
    field: needs[0]?.field ?? '',
    reason: reason('context.over', { missing: lacks, seconds: Math.round(waitMs / 1000) }),
  };
}

function isDraft(value: Draft | Fault): value is Draft {
  return 'complete' in value;
}
