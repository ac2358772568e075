import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Failure } from '../domain/failure.ts';
import { normalise } from './errors.ts';

/** Holds the outbox for one daemon; the kernel lets go of it when the process dies, however it dies. */
export interface OutboxLock {
  release(): void;
}

const lockFile = (path: string): string => `${path}.lock`;

/**
 * Takes the outbox for this process: an exclusive transaction, never committed, on a small file beside it.
 * @throws Failure (1) where another daemon holds it
 */
export function lockOutbox(path: string): OutboxLock {
  // Not at once: `isLocked` of a command line may look at it for a moment.
  const db = new Database(lockFile(path), { timeout: 1_000 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (isBusy(error))
      throw new Failure(
        `outbox ${path} is in use by another pilegate: stop that one first (systemctl stop pilegate), or give this one its own outbox.path`,
      );
    throw normalise(error, `lock ${lockFile(path)}`);
  }
  return { release: () => db.close() };
}

/** Whether a daemon holds the outbox now. */
export function isLocked(path: string): boolean {
  if (!existsSync(lockFile(path))) return false;
  const db = new Database(lockFile(path), { timeout: 0 });
  try {
    db.exec('BEGIN; SELECT count(*) FROM sqlite_schema; COMMIT');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw normalise(error, `lock ${lockFile(path)}`);
  } finally {
    db.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
