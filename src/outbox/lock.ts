import { closeSync, lstatSync } from 'node:fs';
import Database from 'better-sqlite3';
import { reason } from '../domain/reason.ts';
import { openPrivate } from '../files/private-file.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';
import { failureOf, normalise } from './errors.ts';
import { identify } from './file-identity.ts';
import { makeFolder } from './files.ts';

/** Holds the outbox for one daemon; the kernel lets go of it when the process dies, however it dies. */
export interface OutboxLock {
  /** Whether the lock file is still the one that is held: another daemon may take a new one. */
  isInPlace(): boolean;
  release(): void;
}

const lockFile = (path: string): string => `${path}.lock`;

/**
 * Takes the outbox for this process, before anything of it is opened: an exclusive transaction, never
 * committed, on an empty file beside it.
 * @throws Failure (1) where another daemon holds it, or the folder cannot be written
 */
export function lockOutbox(path: string): OutboxLock {
  let db: Database.Database | undefined;
  try {
    makeFolder(path);
    // Not at once: `isLocked` of a command line may look at it for a moment.
    makeLockFile(lockFile(path));
    db = new Database(lockFile(path), { timeout: 1_000, fileMustExist: true });
    db.exec('BEGIN EXCLUSIVE');
    const held = db;
    const file = identify(lockFile(path));
    return { isInPlace: () => identify(lockFile(path)) === file, release: () => held.close() };
  } catch (error) {
    db?.close();
    if (isBusy(error)) throw new ReasonFailure(reason('storage.in-use', { path }), 1, { cause: error });
    throw failureOf(normalise(error, path, lockFile(path)));
  }
}

/** Made where there is none, and closed to everybody but the owner and the group: whoever may read a file may lock it against us. */
function makeLockFile(file: string): void {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  // Not opened without need: closing it would drop a lock that this process already holds.
  if (stats?.isFile() && (stats.mode & 0o007) === 0) return;
  closeSync(openPrivate(file));
}

/** Whether a daemon holds the outbox now. @throws StorageError where that cannot be told */
export function isLocked(path: string): boolean {
  // A link there is nobody's lock.
  if (!lstatSync(lockFile(path), { throwIfNoEntry: false })?.isFile()) return false;
  let db: Database.Database | undefined;
  try {
    db = new Database(lockFile(path), { timeout: 0, fileMustExist: true });
    db.exec('BEGIN; SELECT count(*) FROM sqlite_schema; COMMIT');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw normalise(error, path, lockFile(path));
  } finally {
    db?.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
