import { createDatabase, type Db, openDatabase } from '../database.ts';
import { nameAside, putInPlace, removeDatabase, setAside } from '../files.ts';
import { Rescue, type SavedTable } from './copy-rows.ts';
import { openDamaged } from './damaged-file.ts';

/** What was saved of a damaged outbox. */
export interface SalvageReport {
  /** Why it was looked at. */
  readonly reason: string;
  /** What SQLite's integrity check found; `ok` where that was nothing. */
  readonly found: string;
  /** Where the damaged file lies now; undefined where nothing was wrong with it after all, and it was left in place. */
  readonly aside: string | undefined;
  /** Rows taken over by table. */
  readonly saved: Readonly<Record<SavedTable, number>>;
  /** Records, events and context values that an index knew and that could not be read: more, where it was broken too. */
  readonly lost: number;
  /** The order numbers of such records, 50 at most. */
  readonly lostOrders: readonly string[];
}

/**
 * Takes everything that can be read of a damaged outbox over into a new one, which then has its place; the
 * damaged one is set aside beside it, with the time in its name. Nobody may have the file open. A step at a time:
 * between two of them the caller may let others run.
 * @param now the wall clock, epoch milliseconds
 * @param reason why it is looked at
 * @throws what SQLite or the file system throws where the new one cannot be written; the damaged one is then still in place
 */
export function* salvage(path: string, now: number, reason: string): Generator<void, SalvageReport> {
  const name = `${path}.salvage`;
  removeDatabase(name);
  const damaged = openDamaged(path);
  let fresh: Db | undefined;
  try {
    createDatabase(name, path);
    fresh = openDatabase(name);
    // It is fsynced as a whole before it is put in place.
    fresh.pragma('synchronous = OFF');
    const rescue = new Rescue(damaged, fresh);
    yield* rescue.run();
    fresh.close();
    damaged.close();
    const { saved, lost, lostOrders } = rescue;
    const report = { reason, found: damaged.found, saved, lost, lostOrders, aside: undefined };
    if (damaged.found === 'ok' && !rescue.broken && lost === 0) return report;
    const aside = nameAside(path, 'damaged', now);
    setAside(path, aside);
    putInPlace(name, path);
    return { ...report, aside };
  } finally {
    if (fresh?.open) fresh.close();
    damaged.close();
    removeDatabase(name);
  }
}
