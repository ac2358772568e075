import type { Order, Pending } from '../domain/delivery.ts';
import type { Store } from './ports.ts';

/** Rows read at once: few where arrivals make them stale soon, more with every read that stayed fresh. */
const READ = { least: 16, most: 256 };
/** After so many fresh records in a row, one from the far end of the queue. */
const FRESH_IN_A_ROW = 16;

/**
 * Chooses the next record: the newest session first (or the oldest), and nothing starves. Reads ahead; what was
 * read is dropped at every arrival, so that a session that ends now goes next, whatever the backlog, and at every
 * choice out of order, so that none is chosen twice.
 */
export class Picker {
  readonly #store: Store;
  readonly #order: Order;
  #ahead: Pending[] = [];
  /** How far into `#ahead` it has come. */
  #at = 0;
  #read = READ.least;
  /** Records that arrived since the last pick that was none of them, and how many of them were picked in a row. */
  readonly #fresh = new Set<number>();
  #overtaking = 0;

  constructor(store: Store, order: Order) {
    this.#store = store;
    this.#order = order;
  }

  /** Rows changed: what was read ahead is stale. */
  refresh(): void {
    this.#ahead = [];
    this.#at = 0;
    this.#read = READ.least;
  }

  /** A fresh record is there. */
  arrived(id: number): void {
    this.#fresh.add(id);
    this.refresh();
  }

  /**
   * The next record, other than those that `skip` names. Throws where the store cannot be read.
   * @param skipped how many ready records `skip` may name
   */
  next(skip: (id: number) => boolean, skipped: number): Pending | undefined {
    if (this.#overtaking >= FRESH_IN_A_ROW) {
      this.#settle();
      const far = this.#order === 'newest-first' ? 'oldest-first' : 'newest-first';
      this.refresh();
      const last = this.#store.ready(far, 1 + skipped).find(({ id }) => !skip(id));
      if (last !== undefined) return last;
    }
    for (;;) {
      for (let next = this.#ahead[this.#at]; next !== undefined; next = this.#ahead[this.#at]) {
        this.#at += 1;
        if (skip(next.id)) continue;
        if (this.#fresh.has(next.id)) this.#overtaking += 1;
        else this.#settle();
        return next;
      }
      this.#at = 0;
      this.#ahead = this.#store.ready(this.#order, this.#read + skipped).filter(({ id }) => !skip(id));
      if (this.#ahead.length === 0) return undefined;
      this.#read = Math.min(READ.most, 2 * this.#read);
    }
  }

  /** The first records in order, for choosing a probe among them. Throws where the store cannot be read. */
  first(count: number): Pending[] {
    this.refresh();
    return this.#store.ready(this.#order, count);
  }

  /** A certain record, out of order, where it is ready. Throws where the store cannot be read. */
  one(id: number): Pending | undefined {
    this.refresh();
    return this.#store.pending(id);
  }

  /** A record that had waited is picked: whoever is there by now waits too. */
  #settle(): void {
    this.#overtaking = 0;
    if (this.#fresh.size > 0) this.#fresh.clear();
  }
}
