import type { Store } from '../../src/delivery/ports.ts';
import type { Charge, Counted, Order, Pending, Settlement } from '../../src/domain/delivery.ts';
import type { Attempt } from '../../src/domain/outcome.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { record } from '../gate/record.ts';

/** A row of {@link FakeStore}. */
export interface FakeRow {
  readonly id: number;
  readonly orderNo: string;
  readonly sortAt: number;
  readonly receivedAt: number;
  state: 'pending' | 'delivered' | 'parked';
  nextAt: number | undefined;
  attempts: number;
  refusals: number;
  strikes: number;
  why: string;
  readonly history: Attempt[];
}

/** A write on its way to a commit. */
interface Write {
  run(): void;
  /** What does not outlive a failure of storage is rejected by it. */
  lose?(error: Error): void;
}

/**
 * The outbox's rules in memory. A write is applied with the commit that takes it, a turn of the event loop
 * later; while storage fails, outcomes wait, what falls due is rejected, and nothing can be read.
 */
export class FakeStore implements Store {
  readonly rows = new Map<number, FakeRow>();
  readonly #now: () => number;
  #lastId = 0;
  #failed = false;
  #queue: Write[] = [];
  #scheduled = false;
  /** How often rows were read, for tests of what costs. */
  reads = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  writable(): boolean {
    return !this.#failed;
  }

  /** Lets storage fail or work again; what waited is committed before anyone can read. */
  fail(failed: boolean): void {
    this.#failed = failed;
    for (const write of this.#queue.splice(0)) {
      if (!failed) write.run();
      else if (write.lose === undefined) this.#queue.push(write);
      else write.lose(new Error('storage has failed'));
    }
  }

  /** What a process sees of the store until it dies: then nothing it does has any effect. */
  process(): { readonly store: Store; kill(): void } {
    let alive = true;
    const ask = <T>(call: () => T, dead: T): T => (alive ? call() : dead);
    const never = new Promise<never>(() => {});
    const store: Store = {
      writable: () => ask(() => this.writable(), false),
      ready: (order, limit) => ask(() => this.ready(order, limit), []),
      pending: (id) => ask(() => this.pending(id), undefined),
      nextDeferred: () => ask(() => this.nextDeferred(), undefined),
      promote: (limit) => ask(() => this.promote(limit), never),
      settle: (id, attempt, settlement, counted) =>
        ask(() => this.settle(id, attempt, settlement, counted), never),
      charge: (charge, counted) => ask(() => this.charge(charge, counted), never),
    };
    const kill = () => {
      alive = false;
      this.#queue = [];
    };
    return { store, kill };
  }

  ready(order: Order, limit: number): Pending[] {
    this.#read();
    const sign = order === 'newest-first' ? -1 : 1;
    return [...this.rows.values()]
      .filter(({ state, nextAt }) => state === 'pending' && nextAt === undefined)
      .sort((a, b) => sign * (a.sortAt - b.sortAt || a.receivedAt - b.receivedAt || a.id - b.id))
      .slice(0, limit)
      .map(pendingOf);
  }

  pending(id: number): Pending | undefined {
    this.#read();
    const row = this.rows.get(id);
    return row?.state === 'pending' && row.nextAt === undefined ? pendingOf(row) : undefined;
  }

  nextDeferred(): number | undefined {
    this.#read();
    const times = [...this.rows.values()].flatMap(({ state, nextAt }) =>
      state === 'pending' && nextAt !== undefined ? [nextAt] : [],
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  promote(limit: number): Promise<number> {
    if (this.#failed) return Promise.reject(new Error('storage is failed'));
    const promote = () => {
      const due = [...this.rows.values()]
        .filter(({ state, nextAt }) => state === 'pending' && nextAt !== undefined && nextAt <= this.#now())
        .slice(0, limit);
      for (const row of due) row.nextAt = undefined;
      return due.length;
    };
    return new Promise((resolve, reject) => {
      this.#queue.push({ run: () => resolve(promote()), lose: reject });
      this.#schedule();
    });
  }

  settle(id: number, attempt: Attempt, settlement: Settlement, counted: Counted): Promise<boolean> {
    return this.#commit(() => {
      const row = this.row(id);
      if (row.state !== 'pending' && settlement.state !== 'delivered') return false;
      row.history.push(attempt);
      row.attempts += wasSent(attempt) ? 1 : 0;
      const { outcome } = attempt;
      const isFinal = outcome.kind === 'refused' && outcome.means === 'final';
      if (settlement.state !== 'delivered' && isAnew(row, counted) && !isFinal) return false;
      row.state = settlement.state;
      row.nextAt = undefined;
      switch (settlement.state) {
        case 'delivered':
          break;
        case 'pending':
          row.nextAt = settlement.nextAt;
          row.refusals = settlement.refusals;
          row.strikes = settlement.strikes;
          break;
        case 'parked':
          row.refusals += 1;
          row.why = inEnglish(settlement.why);
      }
      return true;
    });
  }

  charge({ id, strikes, refusals, nextAt, parked }: Charge, counted: Counted): Promise<boolean> {
    return this.#commit(() => {
      const row = this.row(id);
      if (row.state !== 'pending' || isAnew(row, counted)) return false;
      Object.assign(row, { strikes, refusals, nextAt: parked ? undefined : nextAt });
      if (parked) row.state = 'parked';
      return true;
    });
  }

  /** An event's row is on disk. @param sortAt when its session ended, epoch milliseconds */
  add(sortAt: number, changes: Partial<FakeRow> = {}): FakeRow {
    this.#lastId += 1;
    const id = this.#lastId;
    const row: FakeRow = {
      id,
      orderNo: `O${id}`,
      sortAt,
      receivedAt: this.#now(),
      state: 'pending',
      nextAt: undefined,
      attempts: 0,
      refusals: 0,
      strikes: 0,
      why: '',
      history: [],
      ...changes,
    };
    this.rows.set(id, row);
    return row;
  }

  /** A person parks a record. */
  park(id: number): void {
    const row = this.row(id);
    if (row.state === 'pending') Object.assign(row, { state: 'parked', nextAt: undefined });
  }

  /** A person has a record tried again, with a fresh limit. */
  retry(id: number): void {
    const row = this.row(id);
    if (row.state !== 'delivered')
      Object.assign(row, { state: 'pending', nextAt: undefined, refusals: 0, strikes: 0 });
  }

  /**
   * The wall clock jumped: what is planned keeps its distance, and nothing is put off longer than the longest wait,
   * not even what was planned by the new clock before the jump was seen.
   */
  shift(by: number, longest: number): Promise<void> {
    // In its turn: what was planned by the old clock and is still on its way to disk is moved too.
    return this.#commit(() => {
      for (const row of this.rows.values()) if (row.nextAt !== undefined) row.nextAt += by;
      this.clamp(longest);
    });
  }

  /** A process starts: nothing is put off longer than the longest wait, whatever the clock said when it was planned. */
  clamp(longest: number): void {
    for (const row of this.rows.values())
      if (row.nextAt !== undefined) row.nextAt = Math.min(row.nextAt, this.#now() + longest);
  }

  row(id: number): FakeRow {
    const row = this.rows.get(id);
    if (row === undefined) throw new Error(`no row ${id}`);
    return row;
  }

  /** Rows in a state, by order number. */
  orders(state: FakeRow['state']): string[] {
    return [...this.rows.values()].filter((row) => row.state === state).map(({ orderNo }) => orderNo);
  }

  #read(): void {
    this.reads += 1;
    if (this.#failed) throw new Error('read while storage is failed');
  }

  #commit<T>(run: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#queue.push({ run: () => resolve(run()) });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#failed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#failed) return;
      for (const write of this.#queue.splice(0)) write.run();
    });
  }
}

function pendingOf({ id, orderNo, receivedAt, attempts, refusals, strikes }: FakeRow): Pending {
  return {
    id,
    orderNo,
    record: record({ orderNo, deviceId: `D${id % 10}` }),
    ruled: [],
    receivedAt,
    attempts,
    refusals,
    strikes,
  };
}

/** Whether a person has begun a record's counts anew. */
function isAnew(row: FakeRow, { refusals, strikes }: Counted): boolean {
  return row.refusals !== refusals || row.strikes !== strikes;
}

function wasSent({ outcome }: Attempt): boolean {
  return outcome.kind === 'misconfigured' ? outcome.sent : outcome.kind !== 'unreachable';
}
