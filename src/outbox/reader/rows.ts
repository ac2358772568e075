import type { QuarantineKind } from '../../domain/event.ts';
import type { Changed } from '../../domain/operator.ts';
import {
  OUTCOME_KINDS,
  type OutcomeKind,
  REFUSAL_MEANINGS,
  type RefusalMeaning,
} from '../../domain/outcome.ts';
import { type Reason, reason, reasonIn } from '../../domain/reason.ts';
import type { ChargingRecord } from '../../domain/record.ts';
import { pairsOf } from '../tables/audit.ts';
import {
  bytes,
  number,
  optionalNumber,
  optionalText,
  type Row,
  recordOf,
  rowOf,
  text,
} from '../tables/columns.ts';
import { type RecordState, stateOf } from '../tables/records.ts';

/** A record as it lies in the file, for people. Times are epoch milliseconds. */
export interface StoredRecord {
  readonly id: number;
  /** Undefined while a waiting one does not know its number. */
  readonly orderNo: string | undefined;
  readonly state: RecordState;
  /** Fields not known yet are `''`. */
  readonly record: ChargingRecord;
  readonly receivedAt: number;
  /** When a pending one is tried again (undefined: it is due), or when a waiting one (parked or not) gives up. */
  readonly nextAt: number | undefined;
  /** When it was delivered or parked. */
  readonly settledAt: number | undefined;
  /** Posts so far. */
  readonly attempts: number;
  readonly refusals: number;
  readonly lastOutcome: OutcomeKind | undefined;
  /** Why the last attempt failed, or why it is parked; for a delivered one, what was odd. */
  readonly lastError: Reason | undefined;
  /** What a person has corrected, by public name: the first value, and the one that stands. */
  readonly corrections: Changed;
  readonly source: string;
}

/** A record with its event and its attempts. */
export interface RecordStory extends StoredRecord {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The first attempts and the last ones: of many, those between are not kept. */
  readonly history: readonly SeenAttempt[];
}

/** One attempt as it was seen. */
export interface SeenAttempt {
  readonly at: number;
  readonly ms: number;
  readonly outcome: OutcomeKind;
  readonly reason: Reason;
  readonly status: number | undefined;
  /** The beginning of the reply's body. */
  readonly reply: string | undefined;
  /** What a refusal said. */
  readonly result: string | undefined;
  readonly description: string | undefined;
  readonly means: RefusalMeaning | undefined;
}

/** A quarantined event as it lies in the file, for people. Times are epoch milliseconds. */
export interface StoredEvent {
  readonly id: number;
  readonly state: QuarantineState;
  readonly kind: QuarantineKind;
  readonly receivedAt: number;
  readonly orderNo: string | undefined;
  readonly source: string;
  readonly topic: string;
  readonly field: string;
  readonly reason: string;
  /** How many bytes the event had. */
  readonly size: number;
  /** The bytes, or the first of them where there were too many to keep; undefined once they were dropped. */
  readonly payload: Uint8Array | undefined;
  /** When it was replayed, discarded or dropped, and why. */
  readonly settledAt: number | undefined;
  readonly why: string | undefined;
}

/** What can become of a quarantined event: `dropped` is without its payload, since quarantine was full. */
export const QUARANTINE_STATES = ['open', 'replayed', 'discarded', 'dropped'] as const;

/** One of {@link QUARANTINE_STATES}. */
export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** The three reasons for which events are in quarantine. */
export const QUARANTINE_KINDS = ['unmappable', 'conflict', 'expired'] as const;

/** The columns that {@link recordFrom} reads. */
export const RECORD_COLUMNS =
  'id, order_no, state, record, received_at, next_at, settled_at, attempts, refusals, last_outcome, last_error, corrections, source';

/** The columns that {@link storyFrom} reads. */
export const STORY_COLUMNS = `${RECORD_COLUMNS}, topic, payload, history`;

/** The columns that {@link eventFrom} reads. */
export const EVENT_COLUMNS =
  'id, state, kind, received_at, order_no, source, topic, field, reason, size, payload, settled_at, why';

/** A record's row. @throws StorageError where the file is damaged */
export function recordFrom(found: unknown): StoredRecord {
  const row = rowOf(found);
  return {
    id: number(row, 'id'),
    orderNo: optionalText(row, 'order_no'),
    state: stateOf(row),
    record: recordOf(row),
    receivedAt: number(row, 'received_at'),
    nextAt: optionalNumber(row, 'next_at'),
    settledAt: optionalNumber(row, 'settled_at'),
    attempts: number(row, 'attempts'),
    refusals: number(row, 'refusals'),
    lastOutcome: OUTCOME_KINDS.find((kind) => kind === row['last_outcome']),
    lastError: reasonIn(row['last_error']),
    corrections: pairsOf(optionalText(row, 'corrections') ?? '{}'),
    source: text(row, 'source'),
  };
}

/** A record's row with event and attempts. @throws StorageError where the file is damaged */
export function storyFrom(found: unknown): RecordStory {
  const row = rowOf(found);
  const history: unknown = JSON.parse(text(row, 'history'));
  return {
    ...recordFrom(row),
    topic: text(row, 'topic'),
    payload: bytes(row, 'payload'),
    history: Array.isArray(history) ? history.map(attemptFrom) : [],
  };
}

/** A quarantined event's row. @throws StorageError where the file is damaged */
export function eventFrom(found: unknown): StoredEvent {
  const row = rowOf(found);
  return {
    id: number(row, 'id'),
    state: QUARANTINE_STATES.find((state) => state === row['state']) ?? 'open',
    kind: QUARANTINE_KINDS.find((kind) => kind === row['kind']) ?? 'unmappable',
    receivedAt: number(row, 'received_at'),
    orderNo: optionalText(row, 'order_no'),
    source: text(row, 'source'),
    topic: text(row, 'topic'),
    field: text(row, 'field'),
    reason: text(row, 'reason'),
    size: number(row, 'size'),
    payload: row['payload'] === null ? undefined : bytes(row, 'payload'),
    settledAt: optionalNumber(row, 'settled_at'),
    why: optionalText(row, 'why'),
  };
}

function attemptFrom(value: unknown): SeenAttempt {
  const attempt = rowOf(value);
  const outcome = rowOf(attempt['outcome']);
  return {
    at: number(attempt, 'at'),
    ms: number(attempt, 'ms'),
    outcome: OUTCOME_KINDS.find((kind) => kind === outcome['kind']) ?? 'unanswered',
    reason: reasonIn(outcome['reason']) ?? reason('prose', { text: '' }),
    status: typeof outcome['status'] === 'number' ? outcome['status'] : undefined,
    reply: textIn(outcome, 'reply'),
    result: textIn(outcome, 'result'),
    description: textIn(outcome, 'description'),
    means: REFUSAL_MEANINGS.find((meaning) => meaning === outcome['means']),
  };
}

function textIn(row: Row, name: string): string | undefined {
  const value = row[name];
  return typeof value === 'string' ? value : undefined;
}
