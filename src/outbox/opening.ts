import { type Db, fold, openDatabase } from './database.ts';
import { normalise, StorageError } from './errors.ts';

/**
 * Opens the outbox, and mends it first where it is damaged. The journal that a crash has left is folded into the
 * file before anything in it is trusted.
 * @param prove reads what is read first of all; damage that it meets is mended too
 * @param mend mends the damaged file, which is closed by then; undefined beside a daemon, whose business that is
 * @throws StorageError or Failure where it cannot be opened, or mended
 */
export function openOrMend<T>(
  path: string,
  prove: (db: Db) => T,
  mend: ((error: StorageError) => Iterable<void>) | undefined,
): { db: Db; proved: T } {
  try {
    return open(path, prove, mend !== undefined);
  } catch (error) {
    if (mend === undefined || !(error instanceof StorageError && error.damaged)) throw error;
    // Nothing else runs yet that could be let run between two steps.
    for (const step of mend(error)) void step;
    return open(path, prove, true);
  }
}

function open<T>(path: string, prove: (db: Db) => T, ours: boolean): { db: Db; proved: T } {
  const db = openDatabase(path, ours);
  try {
    if (ours) foldUnlessRead(db);
    return { db, proved: prove(db) };
  } catch (error) {
    db.close();
    throw normalise(error, path);
  }
}

/** A process that reads beside us has kept the journal in order: there was no crash, and it can be trusted. */
function foldUnlessRead(db: Db): void {
  try {
    fold(db);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}
