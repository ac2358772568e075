import type { Counts, OutboxFacts } from '../../domain/snapshot.ts';
import type { Db } from '../database.ts';
import { number, rowOf } from './columns.ts';

/** Bytes in use, free pages not counted, and bytes of the file. */
export interface Size {
  readonly used: number;
  readonly file: number;
}

/**
 * The rows that were stamped since the clock was last set: those with higher ids than these. What the wall clock
 * said meanwhile may be wrong by years.
 */
export interface Era {
  readonly records: number;
  readonly quarantine: number;
  readonly contexts: number;
  /** When the last delivery had been, epoch milliseconds. */
  readonly lastDelivery: number | undefined;
}

/** How long an order number stays known after its record was pruned, milliseconds (400 days). */
export const SEEN_MS = 400 * 86_400_000;
/** Where rows that plan something are found without a walk through all of them. */
const PLANNED = [
  [
    'retry',
    "records INDEXED BY records_deferred SET next_at = {} WHERE state = 'pending' AND next_at IS NOT NULL",
  ],
  ['wait', "records INDEXED BY records_waiting SET next_at = {} WHERE state = 'waiting'"],
  // A waiting one that a hand parked keeps the end of its wait.
  [
    'wait',
    "records INDEXED BY records_parked SET next_at = {} WHERE state = 'parked' AND next_at IS NOT NULL",
  ],
] as const;

/** The furthest away that anything is planned, milliseconds: a record's next try, and the end of a wait for what it lacks. */
export interface LongestPlans {
  readonly retry: number;
  readonly wait: number;
}

/** Counting, sizes, small facts, the clock's jumps: what concerns the file as a whole. Prepared once. */
export class Upkeep {
  readonly #db: Db;
  readonly #counts;
  readonly #dropped;
  readonly #lastDelivery;
  readonly #oldest;
  readonly #get;
  readonly #set;

  constructor(db: Db) {
    this.#db = db;
    this.#counts = db.prepare('SELECT name, n FROM counts');
    this.#dropped = db.prepare("SELECT n FROM counts WHERE name = 'quarantine_dropped'").pluck();
    this.#lastDelivery = db.prepare("SELECT n FROM counts WHERE name = 'last_delivery'").pluck();
    this.#oldest = db
      .prepare("SELECT min(received_at) FROM records INDEXED BY records_arrival WHERE state = 'pending'")
      .pluck();
    this.#get = db.prepare('SELECT value FROM meta WHERE name = ?').pluck();
    this.#set = db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)');
  }

  /** Rows by state. A read of a few rows. */
  counts(): Counts {
    const counts = { waiting: 0, pending: 0, delivered: 0, parked: 0, quarantine: 0 };
    for (const found of this.#counts.all()) {
      const row = rowOf(found);
      const name = row['name'];
      if (typeof name === 'string' && name in counts) counts[name as keyof Counts] = number(row, 'n');
    }
    return counts;
  }

  /** All that `status` shows of the rows. A read of a few rows. */
  facts(): OutboxFacts {
    return {
      counts: this.counts(),
      dropped: Number(this.#dropped.get() ?? 0),
      oldestPending: this.oldestPending(),
      lastDelivery: this.lastDelivery(),
    };
  }

  /** When the last delivery was, epoch milliseconds; undefined where there was none. A read. */
  lastDelivery(): number | undefined {
    const at = this.#lastDelivery.get();
    return typeof at === 'number' && at > 0 ? at : undefined;
  }

  /** A number that changes when another process has written. A read that costs next to nothing. */
  dataVersion(): number {
    return Number(this.#db.pragma('data_version', { simple: true }));
  }

  /** When the oldest pending record arrived, epoch milliseconds; undefined where none is pending. A read. */
  oldestPending(): number | undefined {
    const at = this.#oldest.get();
    return typeof at === 'number' ? at : undefined;
  }

  /** How large the file is. A read. */
  size(): Size {
    const [pages, free, page] = ['page_count', 'freelist_count', 'page_size'].map((pragma) =>
      Number(this.#db.pragma(pragma, { simple: true })),
    );
    if (pages === undefined || free === undefined || page === undefined) return { used: 0, file: 0 };
    return { used: (pages - free) * page, file: pages * page };
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

  /** Where the rows end that are stamped by now. A read. */
  era(): Era {
    const last = (table: string) =>
      Number(this.#db.prepare(`SELECT coalesce(max(id), 0) FROM ${table}`).pluck().get());
    return {
      records: last('records'),
      quarantine: last('quarantine'),
      contexts: last('contexts'),
      lastDelivery: this.lastDelivery(),
    };
  }

  /** The latest moment that the file's own rows tell of, epoch milliseconds; undefined where there is none. A read. */
  newestStamp(): number | undefined {
    const stamps = [
      this.#db
        .prepare('SELECT max(received_at) FROM (SELECT received_at FROM records ORDER BY id DESC LIMIT 100)')
        .pluck()
        .get(),
      this.#db.prepare('SELECT at FROM contexts ORDER BY id DESC LIMIT 1').pluck().get(),
      this.lastDelivery(),
    ].filter((stamp) => typeof stamp === 'number');
    return stamps.length === 0 ? undefined : Math.max(...stamps);
  }

  /**
   * The wall clock has jumped by so many milliseconds: what is planned keeps its distance from now, and what was
   * stamped by the clock before the jump, since it was set the time before, is stamped anew.
   */
  shift(by: number, since: Era): void {
    const run = (sql: string, ...values: number[]) => this.#db.prepare(`UPDATE ${sql}`).run(...values);
    for (const [, planned] of PLANNED) run(planned.replace('{}', 'next_at + ?'), by);
    run(
      `records SET received_at = received_at + ?, settled_at = settled_at + ?,
         sort_at = iif(sort_at = received_at, sort_at + ?, sort_at) WHERE id > ?`,
      by,
      by,
      by,
      since.records,
    );
    run(
      'quarantine SET received_at = received_at + ?, settled_at = settled_at + ? WHERE id > ?',
      by,
      by,
      since.quarantine,
    );
    run(
      'contexts SET since = since + ?, at = at + ?, expires_at = expires_at + ?, used_at = used_at + ? WHERE id > ?',
      by,
      by,
      by,
      by,
      since.contexts,
    );
    if (this.lastDelivery() !== since.lastDelivery)
      run("counts SET n = n + ? WHERE name = 'last_delivery'", by);
  }

  /**
   * Nothing is planned further away than its longest wait, whatever the clock said when it was planned: a context
   * that comes later may be the next car's.
   */
  clamp(now: number, longest: LongestPlans): void {
    for (const [kind, planned] of PLANNED) {
      const latest = now + longest[kind];
      this.#db.prepare(`UPDATE ${planned.replace('{}', '?')} AND next_at > ?`).run(latest, latest);
    }
  }
}
