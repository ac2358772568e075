import type { ChargingRecord } from '../../domain/record.ts';
import { type Db, openReadOnly } from '../database.ts';
import { number, recordOf, rowOf, text } from '../tables/columns.ts';
import { type RecordState, stateOf } from '../tables/records.ts';
import { readOrFail } from './reader.ts';

/** What the outbox knows of an order. */
export type Known =
  | { readonly status: RecordState; readonly record: ChargingRecord }
  /** Delivered, and its record forgotten since. */
  | { readonly status: 'pruned' }
  | { readonly status: 'quarantined' }
  | { readonly status: 'missing' };

/** Pages kept in memory, KiB. */
const CACHE_KIB = 2_048;
/** Rows of a batch of what is not listed. */
const BATCH = 1_000;

/**
 * Looks orders up one by one, and remembers which records were found: a bit for each, so that what a list lacks can be
 * named without keeping the list.
 */
export class ReconcilingReader {
  readonly #path: string;
  readonly #db: Db;
  readonly #order;
  readonly #state;
  readonly #seen;
  readonly #quarantined;
  #found = new Uint8Array(1024);

  /** @throws Failure where there is no outbox or it cannot be read */
  constructor(path: string) {
    this.#path = path;
    this.#db = openReadOnly(path);
    this.#db.pragma(`cache_size = -${CACHE_KIB}`);
    this.#order = this.#db.prepare('SELECT id, state, record FROM records WHERE order_no = ?');
    this.#state = this.#db.prepare('SELECT id, state FROM records WHERE order_no = ?');
    this.#seen = this.#db.prepare('SELECT 1 FROM seen WHERE order_no = ?');
    this.#quarantined = this.#db.prepare(
      "SELECT 1 FROM quarantine WHERE order_no = ? AND state <> 'replayed' LIMIT 1",
    );
  }

  /** What is known of an order, with its record. */
  find(orderNo: string): Known {
    return readOrFail(this.#path, () => {
      const found = this.#order.get(orderNo);
      if (found === undefined) return this.#elsewhere(orderNo);
      const row = rowOf(found);
      this.#mark(number(row, 'id'));
      return { status: stateOf(row), record: recordOf(row) };
    });
  }

  /** What is known of an order, without its record. */
  status(orderNo: string): Known['status'] {
    return readOrFail(this.#path, () => {
      const found = this.#state.get(orderNo);
      if (found === undefined) return this.#elsewhere(orderNo).status;
      const row = rowOf(found);
      this.#mark(number(row, 'id'));
      return stateOf(row);
    });
  }

  /** The orders that arrived in this time and were not looked up, a batch at a time. */
  *unlisted(since: number, until: number): Generator<string[]> {
    const rows = this.#db.prepare(
      `SELECT id, order_no FROM records NOT INDEXED
       WHERE id > ? AND received_at >= ? AND received_at < ? AND order_no IS NOT NULL ORDER BY id LIMIT ${BATCH}`,
    );
    for (let after = 0; ; ) {
      const some = readOrFail(this.#path, () => rows.all(after, since, until).map(rowOf));
      const last = some.at(-1);
      if (last === undefined) return;
      after = number(last, 'id');
      yield some.filter((row) => !this.#has(number(row, 'id'))).map((row) => text(row, 'order_no'));
    }
  }

  close(): void {
    this.#db.close();
  }

  #elsewhere(orderNo: string): Known {
    if (this.#seen.get(orderNo) !== undefined) return { status: 'pruned' };
    return { status: this.#quarantined.get(orderNo) === undefined ? 'missing' : 'quarantined' };
  }

  #mark(id: number): void {
    const at = id >> 3;
    if (at >= this.#found.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#found.length * 2));
      grown.set(this.#found);
      this.#found = grown;
    }
    this.#found[at] = (this.#found[at] ?? 0) | (1 << (id & 7));
  }

  #has(id: number): boolean {
    return ((this.#found[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }
}
