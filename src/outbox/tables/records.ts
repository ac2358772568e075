import type { Pending } from '../../domain/delivery.ts';
import { reason } from '../../domain/reason.ts';
import { type ChargingRecord, publicRecord, type StationField } from '../../domain/record.ts';
import type { Db } from '../database.ts';
import { StorageError } from '../errors.ts';
import { number, optionalText, type Row, recordOf, rowOf, ruledOf, text } from './columns.ts';

/** The four states of a record. */
export const RECORD_STATES = ['waiting', 'pending', 'delivered', 'parked'] as const;

/** One of {@link RECORD_STATES}. */
export type RecordState = (typeof RECORD_STATES)[number];

/** Attempts kept of a record: the first ones tell how it began, the last ones how it stands. */
export const HISTORY_FIRST = 4;
/** See {@link HISTORY_FIRST}. */
export const HISTORY_MOST = 24;

/** What is stored of an event, whether its record is whole or waits. Times are epoch milliseconds. */
export interface NewRecord {
  /** The time it is ordered by. */
  readonly sortAt: number;
  readonly receivedAt: number;
  readonly source: string;
  readonly topic: string;
  readonly content: string;
  readonly ruled: readonly StationField[];
  readonly record: ChargingRecord;
  readonly payload: Uint8Array;
  /** See `InboundEvent.element`. */
  readonly element?: number | undefined;
}

/** What is known of an order number already. */
export interface KnownOrder {
  /** Undefined where only its number is left. */
  readonly id: number | undefined;
  /** `pruned` where only its number is left. */
  readonly state: RecordState | 'pruned';
  /** Empty where it could not be salvaged from a damaged file. */
  readonly content: string;
  /** The record, where it is still there. */
  readonly record: ChargingRecord | undefined;
}

const PENDING_COLUMNS = 'id, order_no, record, ruled, received_at, attempts, refusals, strikes, corrections';

/** The statements over whole records, from arrival to post, prepared once. What waits: `Waiting`; how posts end: `Settling`. */
export class Records {
  readonly #add;
  readonly #replace;
  readonly #dropNeeds;
  readonly #byOrder;
  readonly #seen;
  readonly #ready;
  readonly #pending;
  readonly #promote;
  readonly #nextDeferred;

  constructor(db: Db) {
    // One statement looks and writes: twice as fast as looking first. `OR FAIL`: SQLite would else copy every page
    // before it writes to it, to undo one row half written, which cannot happen here.
    this.#add = db.prepare(
      `INSERT OR FAIL INTO records (order_no, state, sort_at, received_at, source, topic, content, ruled, record, payload, element)
       SELECT ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM seen WHERE order_no = ?)
       ON CONFLICT (order_no) DO NOTHING`,
    );
    this.#replace = db.prepare(
      `UPDATE records SET state = 'pending', next_at = NULL, settled_at = NULL, refusals = 0, strikes = 0, last_error = NULL,
         corrections = NULL, sort_at = ?, received_at = ?, source = ?, topic = ?, content = ?, ruled = ?, record = ?, payload = ?, element = ?
       WHERE id = ?`,
    );
    this.#dropNeeds = db.prepare('DELETE FROM needs WHERE record_id = ?');
    this.#byOrder = db.prepare('SELECT id, state, content, record FROM records WHERE order_no = ?');
    this.#seen = db.prepare('SELECT content FROM seen WHERE order_no = ?').pluck();
    const ready = (direction: string) =>
      db.prepare(
        `SELECT ${PENDING_COLUMNS} FROM records INDEXED BY records_ready WHERE state = 'pending' AND next_at IS NULL
         ORDER BY sort_at ${direction}, received_at ${direction} LIMIT ?`,
      );
    this.#ready = { 'newest-first': ready('DESC'), 'oldest-first': ready('ASC') };
    this.#pending = db.prepare(
      `SELECT ${PENDING_COLUMNS} FROM records WHERE id = ? AND state = 'pending' AND next_at IS NULL`,
    );
    this.#promote = db.prepare(
      `UPDATE records SET next_at = NULL WHERE id IN (
         SELECT id FROM records INDEXED BY records_deferred
         WHERE state = 'pending' AND next_at IS NOT NULL AND next_at <= ? ORDER BY next_at LIMIT ?)`,
    );
    this.#nextDeferred = db
      .prepare(
        "SELECT min(next_at) FROM records INDEXED BY records_deferred WHERE state = 'pending' AND next_at IS NOT NULL",
      )
      .pluck();
  }

  /** Stores a whole record, pending; its id, or undefined where its order number is known already and nothing was stored. */
  add(made: NewRecord): number | undefined {
    const { orderNo } = made.record;
    const { changes, lastInsertRowid } = this.#add.run(
      orderNo,
      made.sortAt,
      made.receivedAt,
      made.source,
      made.topic,
      made.content,
      made.ruled.join(' '),
      JSON.stringify(publicRecord(made.record)),
      made.payload,
      made.element ?? null,
      orderNo,
    );
    return changes === 0 ? undefined : Number(lastInsertRowid);
  }

  /** Puts another event's record in the place of one, pending; its attempts stay in its story. */
  replace(id: number, made: NewRecord): void {
    this.#replace.run(
      made.sortAt,
      made.receivedAt,
      made.source,
      made.topic,
      made.content,
      made.ruled.join(' '),
      JSON.stringify(publicRecord(made.record)),
      made.payload,
      made.element ?? null,
      id,
    );
    this.#dropNeeds.run(id);
  }

  /** What is known of an order number, also long after its record was pruned. A read. */
  known(orderNo: string): KnownOrder | undefined {
    const found = this.#byOrder.get(orderNo);
    if (found === undefined) {
      const content = this.#seen.get(orderNo);
      return content === undefined
        ? undefined
        : { id: undefined, state: 'pruned', content: String(content), record: undefined };
    }
    const row = rowOf(found);
    return {
      id: number(row, 'id'),
      state: stateOf(row),
      content: text(row, 'content'),
      record: recordOf(row),
    };
  }

  /** The records to post next, in order. A read. */
  ready(order: 'newest-first' | 'oldest-first', limit: number): Pending[] {
    return this.#ready[order].all(limit).map((row) => pendingOf(rowOf(row)));
  }

  /** A record, where it is pending and not deferred. A read. */
  pending(id: number): Pending | undefined {
    const row = this.#pending.get(id);
    return row === undefined ? undefined : pendingOf(rowOf(row));
  }

  /** When the next deferred record falls due, epoch milliseconds. A read. */
  nextDeferred(): number | undefined {
    const at = this.#nextDeferred.get();
    return typeof at === 'number' ? at : undefined;
  }

  /** Makes deferred records ready whose time has come, the earliest first; returns how many. */
  promote(now: number, limit: number): number {
    return this.#promote.run(now, limit).changes;
  }
}

/** A row's state. @throws StorageError where it is none of the four (a damaged file) */
export function stateOf(row: Row): RecordState {
  const value = text(row, 'state');
  const state = RECORD_STATES.find((known) => known === value);
  if (state === undefined)
    throw new StorageError(reason('storage.state-unknown', { state: value }), 'SQLITE_CORRUPT');
  return state;
}

function pendingOf(row: Row): Pending {
  return {
    id: number(row, 'id'),
    orderNo: text(row, 'order_no'),
    record: recordOf(row),
    ruled: ruledOf(text(row, 'ruled')),
    receivedAt: number(row, 'received_at'),
    attempts: number(row, 'attempts'),
    refusals: number(row, 'refusals'),
    strikes: number(row, 'strikes'),
    corrections: optionalText(row, 'corrections') ?? null,
  };
}
