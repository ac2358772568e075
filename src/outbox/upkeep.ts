import type { Db } from './database.ts';
import { number, rowOf } from './row.ts';

/** Rows by state, and what lies in quarantine. */
export interface Counts {
  readonly waiting: number;
  readonly pending: number;
  readonly delivered: number;
  readonly parked: number;
  /** Open ones. */
  readonly quarantine: number;
}

/** What one step of pruning took. */
export interface Pruned {
  readonly delivered: number;
  readonly contexts: number;
  readonly quarantine: number;
  readonly seen: number;
  /** Whether there may be more to take. */
  readonly more: boolean;
}

/** Until when things are kept, epoch milliseconds: what is older goes. */
export interface Horizon {
  readonly delivered: number;
  readonly seen: number;
  readonly now: number;
}

/** How long an order number stays known after its record was pruned, milliseconds (400 days). */
export const SEEN_MS = 400 * 86_400_000;

/** Rows a step looks at, or takes, of each kind: a few milliseconds of work, so that nobody waits for it. */
const STEP = 500;
/** Free pages given back to the file system a step. */
const PAGES = 256;

/** Counting, pruning, sizes, the clock's jumps: what concerns the file as a whole. Prepared once. */
export class Upkeep {
  readonly #db: Db;
  readonly #counts;
  readonly #lastDelivery;
  readonly #oldest;
  readonly #window;
  readonly #oldestDelivered;
  readonly #forget;
  readonly #remove;
  readonly #pruneContexts;
  readonly #pruneQuarantine;
  readonly #pruneSeen;
  readonly #get;
  readonly #set;
  /** Where the last look for old records ended: each goes on there, and round again, so that none reads the whole file. */
  #cursor = 0;

  constructor(db: Db) {
    this.#db = db;
    this.#counts = db.prepare('SELECT name, n FROM counts');
    this.#lastDelivery = db.prepare("SELECT n FROM counts WHERE name = 'last_delivery'").pluck();
    this.#oldest = db
      .prepare(
        `SELECT min(at) FROM (
           SELECT min(received_at) AS at FROM records INDEXED BY records_ready WHERE state = 'pending' AND next_at IS NULL
           UNION ALL
           SELECT min(received_at) FROM records INDEXED BY records_deferred WHERE state = 'pending' AND next_at IS NOT NULL)`,
      )
      .pluck();
    this.#window = db.prepare(
      `SELECT id, state = 'delivered' AND settled_at < ? AS old FROM records WHERE id > ? ORDER BY id LIMIT ${STEP}`,
    );
    this.#oldestDelivered = db
      .prepare(`SELECT id FROM records WHERE state = 'delivered' ORDER BY id LIMIT ${STEP}`)
      .pluck();
    this.#forget = db.prepare(
      'INSERT OR REPLACE INTO seen SELECT order_no, content, ? FROM records WHERE id = ?',
    );
    this.#remove = db.prepare('DELETE FROM records WHERE id = ?');
    this.#pruneContexts = db.prepare(
      `DELETE FROM contexts WHERE id IN (SELECT id FROM contexts INDEXED BY contexts_expiry WHERE expires_at <= ? LIMIT ${STEP})`,
    );
    this.#pruneQuarantine = db.prepare(
      `DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine INDEXED BY quarantine_settled
         WHERE state IN ('replayed', 'discarded') AND settled_at < ? LIMIT ${STEP})`,
    );
    this.#pruneSeen = db.prepare(
      `DELETE FROM seen WHERE order_no IN (SELECT order_no FROM seen INDEXED BY seen_at WHERE at < ? LIMIT ${STEP})`,
    );
    this.#get = db.prepare('SELECT value FROM meta WHERE name = ?').pluck();
    this.#set = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  }

  /** Rows by state. A read of six rows. */
  counts(): Counts {
    const counts = { waiting: 0, pending: 0, delivered: 0, parked: 0, quarantine: 0 };
    for (const found of this.#counts.all()) {
      const row = rowOf(found);
      const name = row['name'];
      if (typeof name === 'string' && name in counts) counts[name as keyof Counts] = number(row, 'n');
    }
    return counts;
  }

  /** When the last delivery was, epoch milliseconds; undefined where there was none. */
  lastDelivery(): number | undefined {
    const at = this.#lastDelivery.get();
    return typeof at === 'number' && at > 0 ? at : undefined;
  }

  /** A number that changes when another process has written. A read that costs next to nothing. */
  dataVersion(): number {
    return Number(this.#db.pragma('data_version', { simple: true }));
  }

  /** When the oldest pending record arrived, epoch milliseconds; undefined where none is pending. A walk over the pending ones. */
  oldestPending(): number | undefined {
    const at = this.#oldest.get();
    return typeof at === 'number' ? at : undefined;
  }

  /** Bytes in use, free pages not counted, and bytes of the file. A read. */
  size(): { used: number; file: number } {
    const pages = Number(this.#db.pragma('page_count', { simple: true }));
    const free = Number(this.#db.pragma('freelist_count', { simple: true }));
    const page = Number(this.#db.pragma('page_size', { simple: true }));
    return { used: (pages - free) * page, file: pages * page };
  }

  /** One small step of forgetting what is old: delivered records leave their order number behind. */
  prune(horizon: Horizon): Pruned {
    const rows = this.#window.all(horizon.delivered, this.#cursor).map(rowOf);
    const old = rows.filter((row) => number(row, 'old') === 1).map((row) => number(row, 'id'));
    const last = rows.at(-1);
    this.#cursor = rows.length === STEP && last !== undefined ? number(last, 'id') : 0;
    this.#take(old, horizon.now);
    const contexts = this.#pruneContexts.run(horizon.now).changes;
    const quarantine = this.#pruneQuarantine.run(horizon.delivered).changes;
    const seen = this.#pruneSeen.run(horizon.seen).changes;
    return {
      delivered: old.length,
      contexts,
      quarantine,
      seen,
      more: [old.length, contexts, quarantine, seen].includes(STEP),
    };
  }

  /** Makes room by the oldest delivered records, whatever their age; returns how many went. */
  shrink(now: number): number {
    const old = this.#oldestDelivered.all().map(Number);
    this.#take(old, now);
    return old.length;
  }

  /** Gives free pages back to the file system, a few at a time; returns whether there are more. Outside a transaction only. */
  giveBack(): boolean {
    this.#db.pragma(`incremental_vacuum(${PAGES})`);
    return Number(this.#db.pragma('freelist_count', { simple: true })) > PAGES;
  }

  /** A fact stored under a name, or undefined. A read. */
  meta(name: string): string | undefined {
    const value = this.#get.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** Stores a fact under a name. */
  setMeta(name: string, value: string): void {
    this.#set.run(name, value);
  }

  /**
   * The wall clock has jumped by so many milliseconds: what was planned by the old clock keeps its distance
   * from now, and values stamped since `since` by the wrong clock are stamped anew.
   */
  shift(by: number, since: number): void {
    this.#db
      .prepare(
        "UPDATE records SET next_at = next_at + ? WHERE next_at IS NOT NULL AND state IN ('pending', 'waiting')",
      )
      .run(by);
    this.#db
      .prepare(
        "UPDATE records SET received_at = received_at + ? WHERE state = 'waiting' AND received_at >= ?",
      )
      .run(by, since);
    this.#db
      .prepare(
        'UPDATE contexts SET since = since + ?, at = at + ?, expires_at = expires_at + ? WHERE since >= ?',
      )
      .run(by, by, by, since);
  }

  /** Nothing is planned further away than its longest wait, whatever the clock said when it was planned. */
  clamp(now: number, longestMs: number): number {
    return this.#db
      .prepare("UPDATE records SET next_at = ? WHERE state IN ('pending', 'waiting') AND next_at > ?")
      .run(now + longestMs, now + longestMs).changes;
  }

  #take(ids: readonly number[], now: number): void {
    for (const id of ids) {
      this.#forget.run(now, id);
      this.#remove.run(id);
    }
  }
}
