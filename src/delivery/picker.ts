import type { Order, Pending, Store } from './ports.ts';

/** Rows read at once: enough that a pick costs a fraction of a read, few enough to be read again at each arrival. */
const READ = 16;
/** After so many fresh records in a row, one from the far end of the queue. */
const FRESH_IN_A_ROW = 16;

/**
 * Chooses the next record: the newest session first (or the oldest), and nothing starves. Reads ahead a little;
 * what was read is dropped at every arrival, so that a session that ends now goes next, whatever the backlog.
 */
export class Picker {
  readonly #store: Store;
  readonly #order: Order;
  #ahead: Pending[] = [];
  /** False once a read found nothing that is not under way: nothing is read again until something changes. */
  #more = true;
  /** When a record that had waited was picked last, epoch milliseconds: what arrived since overtakes the queue. */
  #front = 0;
  #overtaking = 0;

  readonly #now: () => number;

  /** @param now the wall clock, epoch milliseconds */
  constructor(store: Store, order: Order, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#order = order;
  }

  /** Something arrived or changed: what was read ahead is stale. */
  refresh(): void {
    this.#ahead = [];
    this.#more = true;
  }

  /** The next record that `skip` does not pass by. */
  next(skip: (id: number) => boolean, skipped: number): Pending | undefined {
    if (this.#overtaking >= FRESH_IN_A_ROW) {
      this.#overtaking = 0;
      this.#front = this.#now();
      const [last] = this.#read(
        this.#order === 'newest-first' ? 'oldest-first' : 'newest-first',
        skip,
        skipped,
        1,
      );
      if (last !== undefined) {
        this.#ahead = this.#ahead.filter(({ id }) => id !== last.id);
        return last;
      }
    }
    for (;;) {
      const found = this.#ahead.shift();
      if (found !== undefined) {
        if (skip(found.id)) continue;
        this.#count(found);
        return found;
      }
      if (!this.#more) return undefined;
      this.#ahead = this.#read(this.#order, skip, skipped, READ);
      this.#more = this.#ahead.length > 0;
    }
  }

  /** The first records in order, for choosing a probe among them. */
  first(count: number): Pending[] {
    return this.#store.ready(this.#order, count);
  }

  #read(order: Order, skip: (id: number) => boolean, skipped: number, count: number): Pending[] {
    return this.#store.ready(order, count + skipped).filter(({ id }) => !skip(id));
  }

  #count({ receivedAt }: Pending): void {
    if (receivedAt > this.#front && this.#front > 0) this.#overtaking += 1;
    else {
      this.#overtaking = 0;
      this.#front = this.#now();
    }
  }
}
