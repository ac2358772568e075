import { type Reason, reason } from '../domain/reason.ts';
import { OPTIONAL_FIELDS, RECORD_FIELDS, type RecordField } from '../domain/record.ts';
import type { Health, OrderStory } from '../outbox/reader/reader.ts';
import type { RecordStory, SeenAttempt, StoredEvent } from '../outbox/reader/rows.ts';

/** A context that a waiting record waits for. */
export interface Awaited {
  readonly context: string;
  readonly key: string;
}

/** Why an order is where it is: all that its sentence needs. Times are epoch milliseconds. */
export type Standing =
  | { readonly kind: 'due'; readonly gate: GateTrouble | undefined; readonly last: SeenAttempt | undefined }
  | {
      readonly kind: 'deferred';
      readonly at: number;
      readonly running: boolean;
      readonly last: SeenAttempt | undefined;
      readonly refusals: number;
      readonly limit: number;
    }
  | {
      readonly kind: 'waiting';
      /** The fields that a record must have and that are still empty. */
      readonly fields: readonly RecordField[];
      readonly needs: readonly Awaited[];
      readonly until: number | undefined;
      readonly running: boolean;
    }
  | {
      readonly kind: 'delivered';
      readonly at: number;
      readonly posts: number;
      readonly odd: Reason | undefined;
    }
  | {
      readonly kind: 'parked';
      readonly at: number;
      readonly why: Reason;
      readonly last: SeenAttempt | undefined;
      readonly refusals: number;
      /** False where it was parked before its refusals were used up: such a refusal is final. */
      readonly exhausted: boolean;
    }
  | { readonly kind: 'parked-by-hand'; readonly at: number; readonly why: string; readonly waited: boolean }
  | { readonly kind: 'quarantined'; readonly event: StoredEvent }
  | { readonly kind: 'pruned'; readonly at: number; readonly knownUntil: number };

/** Why nothing is sent at all. */
export type GateTrouble =
  | { readonly kind: 'no-daemon' }
  | { readonly kind: 'down' | 'held'; readonly since: number; readonly reason: Reason | undefined };

/** Says why an order is where it is; undefined where nothing is known of it. Pure. */
export function standingOf(
  { record, needs, quarantined, pruned }: OrderStory,
  health: Pick<Health, 'running' | 'daemon'>,
  limit: number,
  now: number,
): Standing | undefined {
  if (record !== undefined) return recordStanding(record, needs, health, limit, now);
  if (pruned !== undefined) return { kind: 'pruned', ...pruned };
  const event = quarantined.find(({ state }) => state === 'open') ?? quarantined[0];
  return event === undefined ? undefined : { kind: 'quarantined', event };
}

function recordStanding(
  record: RecordStory,
  needs: readonly Awaited[],
  health: Pick<Health, 'running' | 'daemon'>,
  limit: number,
  now: number,
): Standing {
  const { nextAt, refusals, history } = record;
  const last = history.at(-1);
  const at = record.settledAt ?? record.receivedAt;
  switch (record.state) {
    case 'waiting':
      return {
        kind: 'waiting',
        fields: missingFields(record),
        needs,
        until: nextAt,
        running: health.running,
      };
    case 'pending':
      return nextAt === undefined || nextAt <= now
        ? { kind: 'due', gate: troubleOf(health), last }
        : { kind: 'deferred', at: nextAt, running: health.running, last, refusals, limit };
    case 'delivered':
      return { kind: 'delivered', at, posts: record.attempts, odd: record.lastError };
    case 'parked': {
      const why = record.lastError ?? reason('prose', { text: '' });
      if (why.code === 'operator.parked')
        return {
          kind: 'parked-by-hand',
          at,
          why: String(why.params['why'] ?? ''),
          waited: nextAt !== undefined,
        };
      return { kind: 'parked', at, why, last, refusals, exhausted: refusals >= limit };
    }
  }
}

/** The fields that a record must have and that are empty. */
export function missingFields({ record }: Pick<RecordStory, 'record'>): RecordField[] {
  return RECORD_FIELDS.filter(
    (field) => record[field] === '' && !OPTIONAL_FIELDS.some((optional) => optional === field),
  );
}

function troubleOf({ running, daemon }: Pick<Health, 'running' | 'daemon'>): GateTrouble | undefined {
  if (!running) return { kind: 'no-daemon' };
  if (daemon === undefined || daemon.gate.state === 'up') return undefined;
  return { kind: daemon.gate.state, since: daemon.gate.since, reason: daemon.gate.reason };
}
