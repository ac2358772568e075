import type { Clock } from '../domain/clock.ts';
import type { Act, Changed, Operator } from '../domain/operator.ts';
import { reason, storedReason } from '../domain/reason.ts';
import {
  type ChargingRecord,
  publicName,
  publicRecord,
  RECORD_FIELDS,
  type RecordField,
} from '../domain/record.ts';
import { type Db, openDatabase, openReadOnly } from './database.ts';
import { toFailure } from './reader/reader.ts';
import { Audit, pairsOf } from './tables/audit.ts';
import { number, optionalNumber, optionalText, recordOf, rowOf, ruledOf, text } from './tables/columns.ts';
import { Quarantine } from './tables/quarantine.ts';
import { type RecordState, stateOf } from './tables/records.ts';

/** Values that a person sets in a record, as the record has them. */
export interface Corrected {
  readonly values: Readonly<Partial<Record<RecordField, string>>>;
  /** The new end, epoch milliseconds, where the end was set: records are ordered by it. */
  readonly endAt: number | undefined;
}

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

/** What `resend` made of an order; only a delivered one is sent again. */
export type Resent = 'due' | 'waiting' | 'pending' | 'parked' | 'unknown';

/** What `park` made of an order. */
export type Parked = 'parked' | 'parked-already' | 'delivered' | 'unknown';

/** Called after each step, with how many are done of how many. */
export type Step = (done: number, total: number) => void;

/** Rows a transaction changes at most: a daemon beside us waits a few milliseconds for it. */
const STEP = 500;
/** Between two transactions, milliseconds: a daemon that waits for its turn looks every few milliseconds. */
const PAUSE_MS = 30;

/**
 * Operator actions on the outbox, beside a daemon or without one; a daemon sees them within a second. Each is kept in
 * `audit` by the same transaction. A record that is parked while it waits keeps the end of its wait in `next_at`, and
 * that is how it is known from others. Each method throws Failure where nothing could be written; what was done before
 * that stays done.
 */
export class OperatorActions {
  readonly #path: string;
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #operator: Operator;
  readonly #quarantine: Quarantine;
  readonly #audit: Audit;
  readonly #find;
  readonly #retry;
  readonly #waitAgain;
  readonly #park;
  readonly #correct;

  /** @throws Failure where there is no outbox, it cannot be written, or its version is not this program's */
  constructor(path: string, clock: Clock, operator: Operator) {
    this.#path = path;
    this.#clock = clock;
    this.#operator = operator;
    // An operator action neither makes an outbox nor migrates one.
    openReadOnly(path).close();
    this.#db = this.#orFail(() => openDatabase(path));
    this.#quarantine = new Quarantine(this.#db, {
      maxRows: Number.MAX_SAFE_INTEGER,
      maxBytes: Number.MAX_SAFE_INTEGER,
    });
    this.#audit = new Audit(this.#db);
    this.#find = this.#db.prepare(`SELECT ${FOUND_COLUMNS} FROM records WHERE order_no = ?`);
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
    this.#correct = this.#db.prepare(
      'UPDATE records SET record = @record, ruled = @ruled, corrections = @corrections, sort_at = coalesce(@sortAt, sort_at) WHERE id = @id',
    );
  }

  /**
   * Makes each order due now, with a fresh limit; what became of each, in the order given.
   * @param correction what is set in each of them
   */
  retry(
    orders: readonly string[],
    why?: string | undefined,
    { correction, step }: { correction?: Corrected | undefined; step?: Step } = {},
  ): Promise<Retried[]> {
    const act = this.#act('records retry', why);
    return this.#steps(
      orders,
      (orderNo) => {
        const record = this.#record(this.#find.get(orderNo));
        return record === undefined ? 'unknown' : this.#retryRecord(act, record, correction);
      },
      step,
    );
  }

  /** Makes every parked record due now, those without an order number too. What is parked meanwhile stays parked. */
  async retryParked(step: Step, why?: string | undefined): Promise<{ due: number; waiting: number }> {
    const act = this.#act('records retry', why);
    const ids = this.#orFail(() =>
      this.#db
        .prepare("SELECT id FROM records INDEXED BY records_parked WHERE state = 'parked'")
        .pluck()
        .all(),
    );
    const byId = this.#db.prepare(`SELECT ${FOUND_COLUMNS} FROM records WHERE id = ? AND state = 'parked'`);
    const done = await this.#steps(
      ids,
      (id) => {
        const record = this.#record(byId.get(id));
        return record === undefined ? 'unknown' : this.#retryRecord(act, record, undefined);
      },
      step,
    );
    return {
      due: done.filter((one) => one === 'due').length,
      waiting: done.filter((one) => one === 'waits-again').length,
    };
  }

  /**
   * Makes delivered orders due once more, as fresh ones; what became of each, in the order given.
   * @param correction what is set in each of them
   */
  resend(orders: readonly string[], why: string, correction?: Corrected | undefined): Promise<Resent[]> {
    const act = this.#act('records resend', why);
    return this.#steps(orders, (orderNo) => {
      const record = this.#record(this.#find.get(orderNo));
      if (record === undefined) return 'unknown';
      const { id, state } = record;
      if (state !== 'delivered') return state;
      const changed = correction === undefined ? {} : this.#set(record, correction);
      this.#retry.run(id);
      this.#keep(act, orderNo, { state: [state, 'pending'], ...changed });
      return 'due';
    });
  }

  /** Parks each order; what became of each, in the order given. */
  park(orders: readonly string[], why: string | undefined, step?: Step): Promise<Parked[]> {
    const parked = storedReason(reason('operator.parked', { why }));
    const act = this.#act('records park', why);
    return this.#steps(
      orders,
      (orderNo) => {
        const record = this.#record(this.#find.get(orderNo));
        if (record === undefined) return 'unknown';
        const { id, state } = record;
        if (state === 'delivered') return 'delivered';
        if (state === 'parked') return 'parked-already';
        this.#park.run(this.#clock.now(), parked, id);
        this.#keep(act, orderNo, { state: [state, 'parked'] });
        return 'parked';
      },
      step,
    );
  }

  /** Closes each quarantined event for good; whether it was open, in the order given. */
  discard(ids: readonly number[], why: string, step?: Step): Promise<boolean[]> {
    const act = this.#act('quarantine discard', why);
    return this.#steps(
      ids,
      (id) => {
        const orderNo = this.#quarantine.orderOf(id);
        const done = this.#quarantine.settle(id, 'discarded', this.#clock.now(), why);
        if (done)
          this.#audit.add(act, this.#clock.now(), {
            orderNo,
            eventId: id,
            changed: { state: ['open', 'discarded'] },
          });
        return done;
      },
      step,
    );
  }

  /** Closes the file. */
  close(): void {
    this.#db.close();
  }

  #act(command: string, why: string | undefined): Act {
    return { operator: this.#operator, command, why };
  }

  #retryRecord(act: Act, found: Found, correction: Corrected | undefined): Retried {
    const { id, state, orderNo } = found;
    if (state === 'delivered' || state === 'waiting') return state;
    if (waited(found)) {
      this.#waitAgain.run(id);
      this.#keep(act, orderNo, { state: [state, 'waiting'] });
      return 'waits-again';
    }
    const changed = correction === undefined ? {} : this.#set(found, correction);
    this.#retry.run(id);
    this.#keep(act, orderNo, { state: [state, 'pending'], ...changed });
    return 'due';
  }

  #keep(act: Act, orderNo: string | undefined, changed: Changed): void {
    this.#audit.add(act, this.#clock.now(), { orderNo, changed });
  }

  #record(found: unknown): Found | undefined {
    if (found === undefined) return undefined;
    const row = rowOf(found);
    return {
      id: number(row, 'id'),
      orderNo: optionalText(row, 'order_no'),
      state: stateOf(row),
      nextAt: optionalNumber(row, 'next_at'),
      receivedAt: number(row, 'received_at'),
      record: recordOf(row),
      ruled: text(row, 'ruled'),
      corrections: pairsOf(optionalText(row, 'corrections') ?? '{}'),
    };
  }

  /** Sets values in a record; the first ones stay beside them. Returns what was changed. */
  #set(found: Found, { values, endAt }: Corrected): Changed {
    const record: Record<RecordField, string> = { ...found.record };
    const corrections: Record<string, readonly [string | null, string | null]> = { ...found.corrections };
    const changed: Record<string, readonly [string, string]> = {};
    const set = RECORD_FIELDS.filter((field) => values[field] !== undefined);
    for (const field of set) {
      const name = publicName(field);
      const [before, after] = [record[field], values[field] ?? ''];
      record[field] = after;
      if (before !== after) changed[name] = [before, after];
      const [first = before] = found.corrections[name] ?? [];
      if (first === after) delete corrections[name];
      else corrections[name] = [first, after];
    }
    const ruled = new Set<string>([...ruledOf(found.ruled), ...set]);
    this.#correct.run({
      id: found.id,
      record: JSON.stringify(publicRecord(record)),
      ruled: ruledOf([...ruled].join(' ')).join(' '),
      corrections: Object.keys(corrections).length === 0 ? null : JSON.stringify(corrections),
      // As at its arrival: a session that ends later counts as ended then.
      sortAt: endAt === undefined ? null : Math.min(endAt, found.receivedAt),
    });
    return changed;
  }

  async #steps<T, R>(all: readonly T[], work: (one: T) => R, step?: Step): Promise<R[]> {
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

const FOUND_COLUMNS = 'id, order_no, state, next_at, received_at, record, ruled, corrections';

interface Found {
  readonly id: number;
  readonly orderNo: string | undefined;
  readonly state: RecordState;
  readonly nextAt: number | undefined;
  readonly receivedAt: number;
  readonly record: ChargingRecord;
  readonly ruled: string;
  readonly corrections: Changed;
}

/** Whether it was parked while it waited. */
function waited({ state, nextAt }: Found): boolean {
  return state === 'parked' && nextAt !== undefined;
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}
