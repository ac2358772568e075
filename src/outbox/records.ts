import type { Need } from '../domain/event.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { ChargingRecord, StationField } from '../domain/record.ts';
import type { Db } from './database.ts';
import { bytes, number, type Row, recordOf, rowOf, ruledOf, text } from './row.ts';

/** The four states of a record. */
export const RECORD_STATES = ['waiting', 'pending', 'delivered', 'parked'] as const;

/** One of {@link RECORD_STATES}. */
export type RecordState = (typeof RECORD_STATES)[number];

/** A pending record as delivery sees it. */
export interface PendingRecord {
  readonly id: number;
  readonly orderNo: string;
  readonly record: ChargingRecord;
  /** Station fields that a rule set; the others follow the config. */
  readonly ruled: readonly StationField[];
  /** When its event arrived, epoch milliseconds. */
  readonly receivedAt: number;
  /** Posts so far. */
  readonly attempts: number;
  /** Refusals charged to its own schedule so far. */
  readonly refusals: number;
  /** Failures without a readable result, each followed by another record's success. */
  readonly strikes: number;
}

/** What an attempt's end makes of a record. */
export type Settlement =
  /** `sent` where what was sent differs from what is stored (the config changed meanwhile). */
  | { readonly state: 'delivered'; readonly sent: ChargingRecord | undefined }
  | {
      readonly state: 'pending';
      readonly nextAt: number | undefined;
      readonly refusals: number;
      readonly strikes: number;
    }
  | { readonly state: 'parked'; readonly why: string };

/** Failures of a pending record that turned out to be its own. */
export interface Charge {
  readonly id: number;
  readonly strikes: number;
  readonly refusals: number;
  /** When it is tried again, epoch milliseconds. */
  readonly nextAt: number;
  /** Whether it has had all its attempts. */
  readonly parked: boolean;
}

/** A record about to be stored. */
export interface NewRecord {
  readonly orderNo: string | undefined;
  readonly state: 'pending' | 'waiting';
  readonly sortAt: number;
  readonly receivedAt: number;
  /** When a waiting one gives up, epoch milliseconds. */
  readonly nextAt: number | undefined;
  readonly contextMark: number;
  readonly source: string;
  readonly topic: string;
  readonly content: string;
  readonly ruled: readonly StationField[];
  readonly record: ChargingRecord;
  readonly payload: Uint8Array;
}

/** What is known of an order number already. */
export interface KnownOrder {
  /** `pruned` where only its number is left. */
  readonly state: RecordState | 'pruned';
  readonly content: string;
  /** The record, where it is still there. */
  readonly record: ChargingRecord | undefined;
}

/** A waiting record's event, to be mapped again. */
export interface WaitingEvent {
  readonly id: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  /** The newest context value at its arrival: what came after it has a higher id. */
  readonly contextMark: number;
  /** When the wait is over, epoch milliseconds. */
  readonly waitUntil: number;
}

/** Attempts kept of a record: the first ones tell how it began, the last ones how it stands. */
export const HISTORY_FIRST = 4;
export const HISTORY_MOST = 24;

const PENDING_COLUMNS = 'id, order_no, record, ruled, received_at, attempts, refusals, strikes';

/** The statements over `records`, prepared once. */
export class Records {
  readonly #insert;
  readonly #byOrder;
  readonly #seen;
  readonly #ready;
  readonly #promote;
  readonly #nextDeferred;
  readonly #delivered;
  readonly #retryLater;
  readonly #parked;
  readonly #charge;
  readonly #chargeLast;
  readonly #addNeed;
  readonly #waiting;
  readonly #waitingFor;
  readonly #overdue;
  readonly #nextOverdue;
  readonly #complete;
  readonly #remove;
  readonly #dropNeeds;

  constructor(db: Db) {
    this.#insert = db.prepare(
      `INSERT INTO records (order_no, state, sort_at, received_at, next_at, context_mark, source, topic, content, ruled, record, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#byOrder = db.prepare('SELECT state, content, record FROM records WHERE order_no = ?');
    this.#seen = db.prepare('SELECT content FROM seen WHERE order_no = ?');
    const ready = (direction: string) =>
      db.prepare(
        `SELECT ${PENDING_COLUMNS} FROM records INDEXED BY records_ready WHERE state = 'pending' AND next_at IS NULL
         ORDER BY sort_at ${direction}, received_at ${direction} LIMIT ?`,
      );
    this.#ready = { 'newest-first': ready('DESC'), 'oldest-first': ready('ASC') };
    this.#promote = db.prepare(
      `UPDATE records SET next_at = NULL WHERE id IN (
         SELECT id FROM records INDEXED BY records_deferred WHERE state = 'pending' AND next_at IS NOT NULL AND next_at <= ? LIMIT ?)`,
    );
    this.#nextDeferred = db
      .prepare(
        "SELECT min(next_at) FROM records INDEXED BY records_deferred WHERE state = 'pending' AND next_at IS NOT NULL",
      )
      .pluck();
    // A first attempt replaces the empty list; later ones go at its end, and the middle makes room.
    const history = `CASE WHEN history = '[]' THEN '[' || @attempt || ']'
      WHEN json_array_length(history) >= ${HISTORY_MOST} THEN json_insert(json_remove(history, '$[${HISTORY_FIRST}]'), '$[#]', json(@attempt))
      ELSE json_insert(history, '$[#]', json(@attempt)) END`;
    const tried = `attempts = attempts + @sent, last_outcome = @outcome, last_error = @error, history = ${history}`;
    this.#delivered = db.prepare(
      `UPDATE records SET state = 'delivered', next_at = NULL, settled_at = @at, record = coalesce(@record, record), ${tried} WHERE id = @id`,
    );
    this.#retryLater = db.prepare(
      `UPDATE records SET next_at = @nextAt, refusals = @refusals, strikes = @strikes, ${tried} WHERE id = @id AND state = 'pending'`,
    );
    this.#parked = db.prepare(
      `UPDATE records SET state = 'parked', next_at = NULL, settled_at = @at, refusals = refusals + 1, ${tried} WHERE id = @id AND state = 'pending'`,
    );
    this.#charge = db.prepare(
      "UPDATE records SET strikes = ?, refusals = ?, next_at = ? WHERE id = ? AND state = 'pending'",
    );
    this.#chargeLast = db.prepare(
      "UPDATE records SET state = 'parked', settled_at = ?, next_at = NULL, strikes = ?, refusals = ? WHERE id = ? AND state = 'pending'",
    );
    this.#addNeed = db.prepare('INSERT OR IGNORE INTO needs (context, key, record_id) VALUES (?, ?, ?)');
    const waiting = 'SELECT id, topic, payload, received_at, context_mark, next_at FROM records';
    this.#waiting = db.prepare(`${waiting} WHERE id = ? AND state = 'waiting'`);
    this.#waitingFor = db
      .prepare('SELECT record_id FROM needs WHERE context = ? AND key = ? AND record_id > 0')
      .pluck();
    this.#overdue = db.prepare(
      `${waiting} INDEXED BY records_waiting WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT ?`,
    );
    this.#nextOverdue = db
      .prepare("SELECT min(next_at) FROM records INDEXED BY records_waiting WHERE state = 'waiting'")
      .pluck();
    this.#complete = db.prepare(
      `UPDATE records SET state = 'pending', next_at = NULL, order_no = ?, sort_at = ?, content = ?, ruled = ?, record = ? WHERE id = ? AND state = 'waiting'`,
    );
    this.#remove = db.prepare('DELETE FROM records WHERE id = ?');
    this.#dropNeeds = db.prepare('DELETE FROM needs WHERE record_id = ?');
  }

  /** Stores a new record; its order number must not be known yet. Returns its id. */
  insert(record: NewRecord, needs: readonly Need[] = []): number {
    const { lastInsertRowid } = this.#insert.run(
      record.orderNo ?? null,
      record.state,
      record.sortAt,
      record.receivedAt,
      record.nextAt ?? null,
      record.contextMark,
      record.source,
      record.topic,
      record.content,
      record.ruled.join(' '),
      JSON.stringify(record.record),
      record.payload,
    );
    const id = Number(lastInsertRowid);
    for (const need of needs) this.#addNeed.run(need.context, need.key, id);
    return id;
  }

  /** What is known of an order number, also long after its record was pruned. */
  known(orderNo: string): KnownOrder | undefined {
    const row = this.#byOrder.get(orderNo);
    if (row !== undefined) {
      const found = rowOf(row);
      return {
        state: stateOf(found),
        content: text(found, 'content'),
        record: recordOf(text(found, 'record')),
      };
    }
    const seen = this.#seen.get(orderNo);
    return seen === undefined
      ? undefined
      : { state: 'pruned', content: text(rowOf(seen), 'content'), record: undefined };
  }

  /** The records to post next, in order. A read. */
  ready(order: 'newest-first' | 'oldest-first', limit: number): PendingRecord[] {
    return this.#ready[order].all(limit).map((row) => pendingOf(rowOf(row)));
  }

  /** When the next deferred record falls due, epoch milliseconds. A read. */
  nextDeferred(): number | undefined {
    const at = this.#nextDeferred.get();
    return typeof at === 'number' ? at : undefined;
  }

  /** Makes deferred records ready whose time has come; returns how many. */
  promote(now: number, limit: number): number {
    return this.#promote.run(now, limit).changes;
  }

  /** The waiting record's event, or undefined where it waits no more. A read. */
  waiting(id: number): WaitingEvent | undefined {
    const row = this.#waiting.get(id);
    return row === undefined ? undefined : waitingOf(rowOf(row));
  }

  /** The ids of the records that wait for this context's key. A read. */
  waitingFor(context: string, key: string): number[] {
    return this.#waitingFor.all(context, key).map(Number);
  }

  /** The waiting records whose wait is over, first those that are over the longest. A read. */
  overdue(now: number, limit: number): WaitingEvent[] {
    return this.#overdue.all(now, limit).map((row) => waitingOf(rowOf(row)));
  }

  /** When the next wait is over, epoch milliseconds. A read. */
  nextOverdue(): number | undefined {
    const at = this.#nextOverdue.get();
    return typeof at === 'number' ? at : undefined;
  }

  /** Turns a waiting record into a pending one, now that all is known. */
  complete(id: number, made: Pick<NewRecord, 'sortAt' | 'content' | 'ruled' | 'record'>): void {
    const { record } = made;
    this.#complete.run(
      record.orderNo,
      made.sortAt,
      made.content,
      made.ruled.join(' '),
      JSON.stringify(record),
      id,
    );
    this.#dropNeeds.run(id);
  }

  /** Takes a record out, its needs with it: only for one whose event goes to quarantine in the same commit. */
  remove(id: number): void {
    this.#remove.run(id);
  }

  /** Writes how an attempt ended. The gate's success stands whatever a hand did meanwhile; anything else only on a pending record. */
  settle(id: number, attempt: Attempt, settlement: Settlement): boolean {
    const { outcome } = attempt;
    const tried = {
      id,
      attempt: JSON.stringify(attempt),
      sent: wasSent(attempt) ? 1 : 0,
      outcome: outcome.kind,
      error: outcome.kind === 'delivered' ? (outcome.warning ?? null) : outcome.reason,
    };
    const at = attempt.at + Math.round(attempt.ms);
    switch (settlement.state) {
      case 'delivered':
        return (
          this.#delivered.run({
            ...tried,
            at,
            record: settlement.sent === undefined ? null : JSON.stringify(settlement.sent),
          }).changes > 0
        );
      case 'pending':
        return (
          this.#retryLater.run({
            ...tried,
            nextAt: settlement.nextAt ?? null,
            refusals: settlement.refusals,
            strikes: settlement.strikes,
          }).changes > 0
        );
      case 'parked':
        return this.#parked.run({ ...tried, error: settlement.why, at }).changes > 0;
    }
  }

  /** Charges a pending record with failures that were its own, without an attempt. */
  charge({ id, strikes, refusals, nextAt, parked }: Charge, now: number): void {
    if (parked) this.#chargeLast.run(now, strikes, refusals, id);
    else this.#charge.run(strikes, refusals, nextAt, id);
  }
}

/** Whether the request left us: `attempts` counts every post. */
function wasSent({ outcome }: Attempt): boolean {
  return outcome.kind === 'misconfigured' ? outcome.sent : outcome.kind !== 'unreachable';
}

/** A row's state. @throws StorageError where it is none of the four */
export function stateOf(row: Row): RecordState {
  const value = text(row, 'state');
  const state = RECORD_STATES.find((known) => known === value);
  if (state === undefined) throw new TypeError(`the outbox holds a record in the unknown state ${value}`);
  return state;
}

function waitingOf(row: Row): WaitingEvent {
  return {
    id: number(row, 'id'),
    topic: text(row, 'topic'),
    payload: bytes(row, 'payload'),
    receivedAt: number(row, 'received_at'),
    contextMark: number(row, 'context_mark'),
    waitUntil: number(row, 'next_at'),
  };
}

function pendingOf(row: Row): PendingRecord {
  return {
    id: number(row, 'id'),
    orderNo: text(row, 'order_no'),
    record: recordOf(text(row, 'record')),
    ruled: ruledOf(text(row, 'ruled')),
    receivedAt: number(row, 'received_at'),
    attempts: number(row, 'attempts'),
    refusals: number(row, 'refusals'),
    strikes: number(row, 'strikes'),
  };
}
