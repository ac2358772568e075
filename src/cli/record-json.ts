/** Rows of the outbox as JSON has them; times in ISO 8601 with the offset of the station's zone. */
import type { AuditEntry } from '../domain/operator.ts';
import type { Reason } from '../domain/reason.ts';
import { readReason } from '../domain/reason.ts';
import { publicRecord } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { inEnglish } from '../i18n/english.ts';
import type { RecordStory, SeenAttempt, StoredEvent, StoredRecord } from '../outbox/reader/rows.ts';
import { isWhole, payloadJson } from './payload.ts';
import { isoOfLocal, isoTime } from './times.ts';

/** A record of `records list`; null stands for what is not known, or not there. */
export function recordJson(stored: StoredRecord, zone: StationZone): object {
  const { record, state, nextAt } = stored;
  return {
    orderNo: stored.orderNo ?? null,
    state,
    plateNo: record.plateNo || null,
    deviceId: record.deviceId || null,
    receivedAt: isoTime(zone, stored.receivedAt),
    endTime: isoOfLocal(zone, record.endTime) ?? null,
    attempts: stored.attempts,
    nextAttemptAt: state === 'pending' && nextAt !== undefined ? isoTime(zone, nextAt) : null,
    lastOutcome: stored.lastOutcome ?? null,
    lastError: stored.lastError === undefined ? null : inEnglish(stored.lastError),
    record: publicRecord(record),
    code: codeOf(stored.lastError),
  };
}

/** A record with its event and its attempts, as `records show` and `export` have it. */
export function storyJson(story: RecordStory, zone: StationZone): object {
  const { state, settledAt, source, topic, payload } = story;
  return {
    ...recordJson(story, zone),
    deliveredAt: state === 'delivered' && settledAt !== undefined ? isoTime(zone, settledAt) : null,
    corrections: story.corrections,
    event: { source, topic, payload: payloadJson(payload) },
    history: story.history.map((attempt) => attemptJson(attempt, zone)),
  };
}

function attemptJson({ at, ms, outcome, status, reason, reply }: SeenAttempt, zone: StationZone): object {
  return {
    at: isoTime(zone, at),
    ms,
    outcome,
    status: status ?? null,
    reason: inEnglish(reason),
    code: codeOf(reason),
    reply: reply ?? null,
  };
}

/** An operator action, as `audit --json` has it. */
export function auditJson(entry: AuditEntry, zone: StationZone): object {
  const { at, who, via, command, orderNo, eventId, changed, why } = entry;
  return {
    at: isoTime(zone, at),
    who,
    command,
    orderNo: orderNo ?? null,
    id: eventId ?? null,
    changed,
    why: why ?? null,
    via,
  };
}

/** An event of `quarantine list`. */
export function eventJson(event: StoredEvent, zone: StationZone): object {
  const { id, kind, source, topic, field, payload } = event;
  const why = readReason(event.reason);
  return {
    id,
    receivedAt: isoTime(zone, event.receivedAt),
    kind,
    source,
    topic,
    reason: inEnglish(why),
    code: why.code === 'prose' ? null : why.code,
    field,
    payload: payload === undefined ? null : payloadJson(payload, isWhole(event)),
  };
}

/** An event with what became of it, as `quarantine show` has it. */
export function eventStoryJson(event: StoredEvent, zone: StationZone): object {
  const { state, orderNo, size, settledAt, why } = event;
  return {
    ...eventJson(event, zone),
    state,
    orderNo: orderNo ?? null,
    size,
    whole: isWhole(event),
    settledAt: settledAt === undefined ? null : isoTime(zone, settledAt),
    why: why ?? null,
  };
}

/** The code of a reason for programs; null for the prose of version 0.1. */
function codeOf(why: Reason | undefined): string | null {
  return why === undefined || why.code === 'prose' ? null : why.code;
}
