import type { Clock } from '../domain/clock.ts';
import { reason, storedReason } from '../domain/reason.ts';
import { type Db, openDatabase, openReadOnly } from './database.ts';
import { toFailure } from './reader/reader.ts';
import { number, optionalNumber, rowOf } from './tables/columns.ts';
import { Quarantine } from './tables/quarantine.ts';
import { type RecordState, stateOf } from './tables/records.ts';

/** What `retry` made of an order. */
export type Retried =
  /** Pending, due now, with a fresh limit. */
  | 'due'
  /** It was parked while it waited, and waits again until its old time. */
  | 'waits-again'
  /** Not touched: it waits for what its event lacks. */
  | 'waiting'
  /** Not touched: the gate has it. */
  | 'delivered'
  | 'unknown';

/** What `park` made of an order. */
export type Parked = 'parked' | 'parked-already' | 'delivered' | 'unknown';

/** Rows a transaction changes at most: a daemon beside us waits a few milliseconds for it. */
const STEP = 500;
/** Between two transactions, milliseconds: a daemon that waits for its turn looks every few milliseconds. */
const PAUSE_MS = 30;

/**
 * What a person does to the outbox, beside a daemon or without one; a daemon sees it within a second. A record
 * that is parked while it waits keeps the end of its wait in `next_at`, and that is how it is told from others.
 * Each method throws Failure where nothing could be written; what was done before that stays done.
 */
export class OperatorActions {
  readonly #path: string;
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #quarantine: Quarantine;
  readonly #find;
  readonly #retry;
  readonly #waitAgain;
  readonly #park;

  /** @throws Failure where there is no outbox, it cannot be written, or its version is not this program's */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    // A hand neither makes an outbox nor migrates one.
    openReadOnly(path).close();
    this.#db = this.#orFail(() => openDatabase(path));
    this.#quarantine = new Quarantine(this.#db, {
      maxRows: Number.MAX_SAFE_INTEGER,
      maxBytes: Number.MAX_SAFE_INTEGER,
    });
    this.#find = this.#db.prepare('SELECT id, state, next_at FROM records WHERE order_no = ?');
    // What a person said of it is over; what the last attempt said stands again.
    this.#retry = this.#db.prepare(
      `UPDATE records SET state = 'pending', next_at = NULL, settled_at = NULL, refusals = 0, strikes = 0,
         last_error = iif(CASE WHEN json_valid(last_error) THEN last_error ->> '$.code' END = 'operator.parked',
           json_extract(history, '$[#-1].outcome.reason'), last_error)
       WHERE id = ?`,
    );
    this.#waitAgain = this.#db.prepare(
      "UPDATE records SET state = 'waiting', settled_at = NULL, last_error = NULL WHERE id = ?",
    );
    this.#park = this.#db.prepare(
      "UPDATE records SET state = 'parked', settled_at = ?, last_error = ?, next_at = iif(state = 'waiting', next_at, NULL) WHERE id = ?",
    );
  }

  /** Makes each order due now, with a fresh limit; what became of each, in the order given. */
  retry(orders: readonly string[]): Promise<Retried[]> {
    return this.#steps(orders, (orderNo) => {
      const record = this.#record(orderNo);
      return record === undefined ? 'unknown' : this.#retryRecord(record);
    });
  }

  /**
   * Makes every parked record due now. What is parked meanwhile stays parked.
   * @param step called after each step, with how many are done of how many
   */
  async retryParked(step: (done: number, total: number) => void): Promise<{ due: number; waiting: number }> {
    const ids = this.#orFail(() =>
      this.#db
        .prepare("SELECT id FROM records INDEXED BY records_parked WHERE state = 'parked'")
        .pluck()
        .all(),
    );
    const byId = this.#db.prepare("SELECT id, state, next_at FROM records WHERE id = ? AND state = 'parked'");
    const done = await this.#steps(
      ids,
      (id) => {
        const row = byId.get(id);
        return row === undefined ? 'unknown' : this.#retryRecord(recordRow(row));
      },
      step,
    );
    return {
      due: done.filter((one) => one === 'due').length,
      waiting: done.filter((one) => one === 'waits-again').length,
    };
  }

  /** Parks each order; what became of each, in the order given. */
  park(orders: readonly string[], why: string | undefined): Promise<Parked[]> {
    const parked = storedReason(reason('operator.parked', { why }));
    return this.#steps(orders, (orderNo) => {
      const record = this.#record(orderNo);
      if (record === undefined) return 'unknown';
      if (record.state === 'delivered') return 'delivered';
      if (record.state === 'parked') return 'parked-already';
      this.#park.run(this.#clock.now(), parked, record.id);
      return 'parked';
    });
  }

  /** Closes each quarantined event for good; whether it was open, in the order given. */
  discard(ids: readonly number[], why: string): Promise<boolean[]> {
    return this.#steps(ids, (id) => this.#quarantine.settle(id, 'discarded', this.#clock.now(), why));
  }

  /** Closes the file. */
  close(): void {
    this.#db.close();
  }

  #record(orderNo: string): HandRecord | undefined {
    const row = this.#find.get(orderNo);
    return row === undefined ? undefined : recordRow(row);
  }

  #retryRecord({ id, state, nextAt }: HandRecord): Retried {
    if (state === 'delivered' || state === 'waiting') return state;
    const waited = state === 'parked' && nextAt !== undefined;
    (waited ? this.#waitAgain : this.#retry).run(id);
    return waited ? 'waits-again' : 'due';
  }

  async #steps<T, R>(
    all: readonly T[],
    work: (one: T) => R,
    step?: (done: number, total: number) => void,
  ): Promise<R[]> {
    const results: R[] = [];
    for (let at = 0; at < all.length; at += STEP) {
      if (at > 0) await pause();
      const some = all.slice(at, at + STEP);
      results.push(...this.#orFail(() => this.#db.transaction(() => some.map(work)).immediate()));
      step?.(results.length, all.length);
    }
    return results;
  }

  #orFail<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toFailure(this.#path, error);
    }
  }
}

interface HandRecord {
  readonly id: number;
  readonly state: RecordState;
  readonly nextAt: number | undefined;
}

function recordRow(found: unknown): HandRecord {
  const row = rowOf(found);
  return { id: number(row, 'id'), state: stateOf(row), nextAt: optionalNumber(row, 'next_at') };
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}
