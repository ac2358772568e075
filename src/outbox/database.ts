import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Failure } from '../domain/failure.ts';
import { normalise } from './errors.ts';
import { MIGRATIONS } from './schema.ts';

/** An open outbox file. */
export type Db = Database.Database;

/** How long a writer waits for another process (a hand on the command line), milliseconds. */
const BUSY_MS = 5_000;

/**
 * Opens the outbox for writing, makes it where there is none, and migrates an older one (a copy of it is kept
 * beside it until the next migration). Every commit is fsynced: WAL with `synchronous=FULL`, read back.
 * @throws Failure (1) where the file is from a newer pilegate; StorageError where it cannot be opened
 */
export function openDatabase(path: string): Db {
  const what = `outbox ${path}`;
  let db: Db | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    db = new Database(path, { timeout: BUSY_MS });
    const version = versionOf(db);
    if (version > MIGRATIONS.length)
      throw new Failure(
        `${what} is from a newer pilegate (outbox version ${version}, this one knows ${MIGRATIONS.length}): ` +
          'install that version again; the file was left as it is',
      );
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('journal_size_limit = 4194304');
    db.pragma('cache_size = -8192');
    db.pragma('temp_store = MEMORY');
    const synchronous = db.pragma('synchronous', { simple: true });
    const mode = db.pragma('journal_mode', { simple: true });
    if (synchronous !== 2 || mode !== 'wal')
      throw new Failure(
        `${what}: this file system refuses durable commits (journal ${mode}, synchronous ${synchronous}): put outbox.path on a local disk`,
      );
    if (version < MIGRATIONS.length) migrate(db, version);
    return db;
  } catch (error) {
    db?.close();
    if (isFileError(error))
      throw new Failure(
        `${what}: ${error.message}: check that the folder exists and that this user may write it`,
        1,
        { cause: error },
      );
    throw normalise(error, what);
  }
}

/**
 * Opens the outbox for reading only, beside a daemon or without one.
 * @throws Failure (1) where there is none, it cannot be read, or its version is not this program's
 */
export function openReadOnly(path: string): Db {
  if (!existsSync(path))
    throw new Failure(
      `no outbox at ${path}: the daemon has not run with this config yet (outbox.path), or another config is meant (--config)`,
    );
  try {
    const db = new Database(path, { readonly: true, timeout: BUSY_MS });
    const version = versionOf(db);
    if (version !== MIGRATIONS.length) {
      db.close();
      throw new Failure(
        `outbox ${path} has version ${version}, this pilegate reads ${MIGRATIONS.length}: use the pilegate that the daemon runs`,
      );
    }
    return db;
  } catch (error) {
    const known = normalise(error, `outbox ${path}`);
    throw known instanceof Error && !(known instanceof Failure)
      ? new Failure(known.message, 1, { cause: error })
      : known;
  }
}

/** The version of the file's tables; 0 for a new one. */
function versionOf(db: Db): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Brings the tables up to date in one transaction; before it touches an older file it keeps a copy of it. */
function migrate(db: Db, from: number): void {
  if (from > 0) {
    db.pragma('wal_checkpoint(TRUNCATE)');
    const copy = `${db.name}.v${from}`;
    copyFileSync(db.name, copy);
    const handle = openSync(copy, 'r+');
    fsyncSync(handle);
    closeSync(handle);
  } else {
    // Only a file without tables can take this: pages freed by pruning then go back in small steps.
    db.pragma('auto_vacuum = INCREMENTAL');
    db.exec('VACUUM');
  }
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(from)) db.exec(step);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
