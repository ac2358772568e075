import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { reason } from '../domain/reason.ts';
import { createPrivate } from '../files/private-file.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';
import { failureOf, normalise, StorageError } from './errors.ts';
import { makeFolder, putInPlace, removeDatabase, sync } from './files.ts';
import { MIGRATIONS } from './schema.ts';

/** An open outbox file. */
export type Db = Database.Database;

/** How long a writer waits for another process (a hand on the command line), milliseconds. */
const BUSY_MS = 5_000;
/** How long folding the journal waits for a reader, milliseconds: the event loop stands still meanwhile. */
const FOLD_MS = 250;
/** No outbox will ever be migrated so often: a number beyond it was never written by a pilegate. */
const HIGHEST_VERSION = 9_999;
/** `PRAGMA application_id` of an outbox: "pgob". */
/** Marks the file as an outbox of pilegate. */
export const APPLICATION_ID = 0x70676f62;
/**
 * After so many pages the journal is folded into the file: 8 MB. Each fold costs two fsyncs and holds up the
 * event loop, a second at most on slow flash; and what is rewritten in the journal meanwhile is written once only.
 */
const CHECKPOINT_PAGES = 2_000;

/**
 * Opens the outbox for writing, makes it where there is none, and migrates an older one (a copy of it is kept
 * beside it). Every commit is fsynced: WAL with `synchronous=FULL`, read back.
 * @param create false where it was there before: a disk that is not mounted must not get a new one in its place
 * @throws Failure (1) where the file is from a newer pilegate or no outbox; StorageError where it cannot be opened
 */
export function openDatabase(path: string, create = true): Db {
  let db: Db | undefined;
  try {
    if (!existsSync(path)) makeOrMiss(path, create);
    const version = checkIdentity(path);
    db = connect(path);
    if (version < MIGRATIONS.length) {
      keepCopy(db, version);
      migrate(db, version);
    }
    touchTables(db);
    return db;
  } catch (error) {
    db?.close();
    throw normalise(error, path);
  }
}

/**
 * Opens the outbox for reading only, beside a daemon or without one.
 * @throws Failure (1) where there is none, it cannot be read, or its version is not this program's
 */
export function openReadOnly(path: string): Db {
  if (!existsSync(path)) throw new ReasonFailure(reason('storage.none', { path }));
  try {
    const version = checkIdentity(path);
    if (version !== MIGRATIONS.length)
      throw new ReasonFailure(reason('storage.other-version', { path, version, known: MIGRATIONS.length }));
    return new Database(path, { readonly: true, timeout: BUSY_MS });
  } catch (error) {
    throw failureOf(normalise(error, path));
  }
}

/**
 * Folds the journal into the file and fsyncs both, so that no page is left that only the kernel believes to be
 * on the disk.
 * @throws StorageError where another process still reads the journal, or what SQLite throws
 */
export function fold(db: Db): void {
  db.pragma(`busy_timeout = ${FOLD_MS}`);
  const [busy] = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').pluck().all();
  db.pragma(`busy_timeout = ${BUSY_MS}`);
  if (busy !== 0) throw new StorageError(reason('storage.journal-read', { path: db.name }), 'SQLITE_BUSY');
}

/**
 * Makes an empty outbox, durable before it has its name: a file that is cut short is never taken for a new one.
 * @param path where it is put
 * @param name the outbox that it is for, for messages
 * @param version of its tables: this program's, but where a file of an older one is repaired or brought back
 * @throws what SQLite or the file system throws, and then leaves nothing behind
 */
export function createDatabase(path: string, name: string, version = MIGRATIONS.length): void {
  makeFolder(path);
  const fresh = `${path}.new`;
  removeDatabase(fresh);
  try {
    createPrivate(fresh);
    const db = connect(fresh, name);
    migrate(db, 0, version);
    db.close();
    putInPlace(fresh, path);
  } catch (error) {
    removeDatabase(fresh);
    throw error;
  }
}

/** Whether a file's version is one that a pilegate, this or a later one, may have written. */
export function isVersion(version: number): boolean {
  return version >= 1 && version <= HIGHEST_VERSION;
}

/** @throws StorageError where there must have been one */
function makeOrMiss(path: string, create: boolean): void {
  if (existsSync(`${path}-wal`))
    throw new StorageError(reason('storage.journal-alone', { path }), 'SQLITE_NOTADB');
  if (!create) throw new StorageError(reason('storage.gone', { path }), 'SQLITE_CANTOPEN');
  createDatabase(path, path);
}

/**
 * The version of the file's tables, read without touching the file.
 * @throws Failure where it is newer than this program, or no outbox; StorageError where it is empty
 */
function checkIdentity(path: string): number {
  const stats = statSync(path);
  if (!stats.isFile()) throw new ReasonFailure(reason('storage.not-a-file', { path }));
  if (stats.size === 0) throw new StorageError(reason('storage.empty', { path }), 'SQLITE_NOTADB');
  const db = new Database(path, { readonly: true, timeout: BUSY_MS });
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      throw new ReasonFailure(reason('storage.foreign', { path }));
    if (!isVersion(version))
      throw new StorageError(reason('storage.version-senseless', { path, version }), 'SQLITE_NOTADB');
    if (version > MIGRATIONS.length)
      throw new ReasonFailure(reason('storage.newer', { path, version, known: MIGRATIONS.length }));
    return version;
  } finally {
    db.close();
  }
}

/** Opens a file that is there, with the settings that every promise rests on. */
function connect(path: string, name = path): Db {
  const db = new Database(path, { timeout: BUSY_MS, fileMustExist: true });
  try {
    // Only a file without tables takes this: pages freed by pruning then go back in small steps.
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.pragma(`journal_size_limit = ${CHECKPOINT_PAGES * 4_096}`);
    db.pragma('cache_size = -8192');
    db.pragma('temp_store = MEMORY');
    const synchronous = db.pragma('synchronous', { simple: true });
    const mode = db.pragma('journal_mode', { simple: true });
    if (synchronous !== 2 || mode !== 'wal')
      throw new ReasonFailure(
        reason('storage.not-durable', {
          path: name,
          journal: String(mode),
          synchronous: String(synchronous),
        }),
      );
    // Where only reading is allowed SQLite opens for that, and says nothing before the first write.
    db.exec('BEGIN IMMEDIATE; COMMIT');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Keeps a copy of an older file beside it, durable, before a migration touches it. */
function keepCopy(db: Db, version: number): void {
  const copy = `${db.name}.v${version}`;
  removeDatabase(copy);
  createPrivate(copy);
  // Not by copying the file: closing it would drop the locks that SQLite holds on it.
  db.prepare('VACUUM INTO ?').run(copy);
  sync(copy);
}

/** Brings the tables up to date in one transaction. */
function migrate(db: Db, from: number, to = MIGRATIONS.length): void {
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(from, to)) db.exec(step);
    db.pragma(`user_version = ${to}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
}

/** Reads both ends of every table: a file that was cut short, or whose top pages are broken, is noticed at once. */
function touchTables(db: Db): void {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all().map(String);
  for (const table of tables)
    for (const order of ['ASC', 'DESC'])
      db.prepare(`SELECT * FROM ${table} ORDER BY 1 ${order} LIMIT 1`).get();
}
