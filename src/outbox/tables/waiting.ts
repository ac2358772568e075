import type { InboundEvent, Need } from '../../domain/event.ts';
import { publicRecord } from '../../domain/record.ts';
import type { Db } from '../database.ts';
import { bytes, number, optionalNumber, optionalText, type Row, rowOf, text } from './columns.ts';
import type { NewRecord } from './records.ts';

/** What is stored of a record that waits. */
export interface NewWaiting extends NewRecord {
  /** Undefined while it is not known. */
  readonly orderNo: string | undefined;
  readonly contextMark: number;
  /** When it gives up, epoch milliseconds. */
  readonly waitUntil: number;
  readonly needs: readonly Need[];
}

/** A waiting record's event, to be mapped again. */
export interface WaitingEvent {
  readonly id: number;
  readonly orderNo: string | undefined;
  readonly source: string;
  readonly content: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** See `InboundEvent.element`. */
  readonly element: number | undefined;
  readonly receivedAt: number;
  /** The newest context value at its arrival: what came after it has a higher id. */
  readonly contextMark: number;
  /** When the wait is over, epoch milliseconds. */
  readonly waitUntil: number;
}

const WAITING_COLUMNS =
  'id, order_no, source, content, topic, payload, element, received_at, context_mark, next_at';

/** The statements over records that wait for what their events lack, prepared once. */
export class Waiting {
  readonly #add;
  readonly #addNeed;
  readonly #numberless;
  readonly #get;
  readonly #waitingFor;
  readonly #overdue;
  readonly #complete;
  readonly #dropNeeds;
  readonly #remove;

  constructor(db: Db) {
    this.#add = db.prepare(
      `INSERT INTO records (order_no, state, sort_at, received_at, source, topic, content, ruled, record, payload, element, context_mark, next_at)
       VALUES (?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#addNeed = db.prepare('INSERT OR IGNORE INTO needs (context, key, record_id) VALUES (?, ?, ?)');
    this.#numberless = db.prepare(
      'SELECT id FROM records WHERE order_no IS NULL AND content = ? AND topic = ? AND payload = ?',
    );
    this.#get = db.prepare(`SELECT ${WAITING_COLUMNS} FROM records WHERE id = ? AND state = 'waiting'`);
    this.#waitingFor = db
      .prepare('SELECT record_id FROM needs WHERE context = ? AND key = ? AND record_id > 0')
      .pluck();
    this.#overdue = db.prepare(
      `SELECT ${WAITING_COLUMNS} FROM records INDEXED BY records_waiting WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT ?`,
    );
    this.#complete = db.prepare(
      `UPDATE records SET state = 'pending', next_at = NULL, order_no = ?, sort_at = ?, content = ?, ruled = ?, record = ? WHERE id = ?`,
    );
    this.#dropNeeds = db.prepare('DELETE FROM needs WHERE record_id = ?');
    this.#remove = db.prepare('DELETE FROM records WHERE id = ?');
  }

  /** Stores a record that waits; its order number, where it has one, must not be known yet. */
  add(made: NewWaiting): void {
    const { lastInsertRowid } = this.#add.run(
      made.orderNo ?? null,
      made.sortAt,
      made.receivedAt,
      made.source,
      made.topic,
      made.content,
      made.ruled.join(' '),
      JSON.stringify(publicRecord(made.record)),
      made.payload,
      made.element ?? null,
      made.contextMark,
      made.waitUntil,
    );
    this.await(lastInsertRowid, made.needs);
  }

  /** Wakes the record when one of these values comes. */
  await(id: number | bigint, needs: readonly Need[]): void {
    for (const { context, key } of needs) this.#addNeed.run(context, key, id);
  }

  /** Whether this very event, whose content is given, waits for its order number already. A read. */
  numberless({ topic, payload }: InboundEvent, content: string): boolean {
    return this.#numberless.get(content, topic, payload) !== undefined;
  }

  /** The waiting record's event, or undefined where it waits no more. A read. */
  get(id: number): WaitingEvent | undefined {
    const row = this.#get.get(id);
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

  /** Turns a waiting record into a pending one, now that all is known. */
  complete(id: number, made: Pick<NewRecord, 'sortAt' | 'content' | 'ruled' | 'record'>): void {
    const { record, ruled } = made;
    this.#complete.run(
      record.orderNo,
      made.sortAt,
      made.content,
      ruled.join(' '),
      JSON.stringify(publicRecord(record)),
      id,
    );
    this.#dropNeeds.run(id);
  }

  /** Takes a record out, its needs with it: only for one whose event goes to quarantine, or is known, in the same commit. */
  remove(id: number): void {
    this.#remove.run(id);
  }
}

function waitingOf(row: Row): WaitingEvent {
  return {
    id: number(row, 'id'),
    orderNo: optionalText(row, 'order_no'),
    source: text(row, 'source'),
    content: text(row, 'content'),
    topic: text(row, 'topic'),
    payload: bytes(row, 'payload'),
    element: optionalNumber(row, 'element'),
    receivedAt: number(row, 'received_at'),
    contextMark: number(row, 'context_mark'),
    waitUntil: number(row, 'next_at'),
  };
}
