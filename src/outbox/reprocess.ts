import type { Draft } from '../domain/draft.ts';
import type { Fault, Need, QuarantineKind } from '../domain/event.ts';
import { type Accepted, type Arrival, keep, sortTime, store } from './accept.ts';
import { conflictWith, isSame } from './duplicates.ts';
import type { QuarantinedEvent } from './tables/quarantine.ts';
import type { Tables } from './tables/statements.ts';
import type { WaitingEvent } from './tables/waiting.ts';

/** What looking again at a waiting record found; `gone` where it waits no more. */
export type Completion = Accepted | { readonly kind: 'gone' };

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
  const list = needs.map((need) => `${need.field} (context ${need.context}, key ${need.key})`).join(', ');
  return {
    field: needs[0]?.field ?? '',
    reason: `nothing supplied ${list} within ${Math.round(waitMs / 1000)} s of the event`,
  };
}

function isDraft(value: Draft | Fault): value is Draft {
  return 'complete' in value;
}
