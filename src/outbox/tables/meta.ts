import type { Counts, OutboxFacts } from '../../domain/snapshot.ts';
import type { Db } from '../database.ts';
import { clampPlans, type LastIds, type LongestPlans, lastIds } from './clock-shift.ts';
import { number, rowOf } from './columns.ts';

/** Bytes in use, free pages not counted, and bytes of the file. */
export interface Size {
  readonly used: number;
  readonly file: number;
}

/** How long an order number stays known after its record was pruned, milliseconds (400 days). */
export const SEEN_MS = 400 * 86_400_000;
/** Counting, sizes, small facts, the clock's jumps: what concerns the file as a whole. Prepared once. */
export class Upkeep {
  readonly #db: Db;
  readonly #counts;
  readonly #dropped;
  readonly #lastDelivery;
  readonly #oldest;
  readonly #get;
  readonly #set;
  readonly #devices;
  readonly #saveDevice;

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
    this.#devices = db.prepare('SELECT device_id, last_seen FROM devices').raw();
    this.#saveDevice = db.prepare('INSERT OR REPLACE INTO devices (device_id, last_seen) VALUES (?, ?)');
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

  /** When something last came from each pile, epoch milliseconds. A read. */
  devices(): (readonly [id: string, lastSeen: number])[] {
    return this.#devices.all().flatMap((row) => {
      const [id, lastSeen]: unknown[] = Array.isArray(row) ? row : [];
      return typeof id === 'string' && typeof lastSeen === 'number' ? [[id, lastSeen] as const] : [];
    });
  }

  /** Keeps when something last came from these piles, epoch milliseconds. */
  saveDevices(seen: readonly (readonly [id: string, lastSeen: number])[]): void {
    for (const [id, lastSeen] of seen) this.#saveDevice.run(id, lastSeen);
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
  lastIds(): LastIds {
    return lastIds(this.#db);
  }

  /** Runs a step that stamps rows anew, see `StampedRows`. */
  run(step: (db: Db) => void): void {
    step(this.#db);
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

  /** Nothing is planned further away than its longest wait. */
  clamp(now: number, longest: LongestPlans): void {
    clampPlans(this.#db, now, longest);
  }
}
