import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import { createDatabase, type Db, isVersion } from '../database.ts';
import { removeDatabase } from '../files.ts';
import { number, rowOf } from '../tables/columns.ts';
import { PAGE, PAGE_COUNT_AT, reroot } from './btree-repair.ts';
import { readable } from './table-scan.ts';

/** A damaged outbox, opened as far as it can be. */
export interface Damaged {
  /** Undefined where nothing in it can be read. */
  readonly db: Db | undefined;
  /** What SQLite's integrity check found; `ok` where that was nothing. */
  readonly found: string;
  /** The same rows found without the upper pages that lead to them, which may be broken; made at the first call. */
  rerooted(): Db | undefined;
  /** Closes it, and removes what was needed to open it. */
  close(): void;
}

/** Findings that are told. */
const FINDINGS = 5;
/** Tables with row ids. */
const TABLES = "('records', 'quarantine', 'contexts')";

/**
 * Opens a damaged outbox for reading, its journal included. Where the file's first page or its schema is broken,
 * a copy of it is opened in which those pages are a fresh outbox's: the same tables lie at the same pages there,
 * since every outbox is made by the same statements.
 */
export function openDamaged(path: string): Damaged {
  const [pattern, patched, regrown] = [`${path}.pattern`, `${path}.patched`, `${path}.rerooted`];
  const clear = () => {
    for (const scratch of [pattern, patched, regrown]) removeDatabase(scratch);
  };
  clear();
  createDatabase(pattern, path);
  const schema = schemaOf(pattern);
  let found = 'its first page cannot be read';
  for (const make of [() => path, () => patch(path, patched, pattern, schema.pages)]) {
    const file = existsSync(path) ? make() : path;
    const db = readable(() => open(file));
    if (db === undefined) continue;
    if (file === path) found = integrityOf(db) ?? found;
    if (readable(() => entriesOf(db)) !== schema.entries) {
      db.close();
      continue;
    }
    let rerooted: { readonly db: Db | undefined } | undefined;
    return {
      db,
      found,
      rerooted: () => {
        rerooted ??= { db: readable(() => regrow(file, regrown)) };
        return rerooted.db;
      },
      close: () => {
        db.close();
        rerooted?.db?.close();
        clear();
      },
    };
  }
  return { db: undefined, found, rerooted: () => undefined, close: clear };
}

function open(file: string, readonly = true): Db {
  const db = new Database(file, { readonly, fileMustExist: true });
  try {
    db.unsafeMode(true);
    // A file that is shorter than its header says is refused otherwise.
    db.pragma('writable_schema = ON');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function integrityOf(db: Db): string | undefined {
  return readable(() => {
    // A number that SQLite keeps for its users, and does not check.
    const version = Number(db.pragma('user_version', { simple: true }));
    if (!isVersion(version)) return `its version ${version} makes no sense`;
    return db.prepare(`PRAGMA integrity_check(${FINDINGS})`).pluck().all().map(String).join('; ');
  });
}

/** All that the schema says: counted alone, entries that are there and cannot be read would pass. */
function entriesOf(db: Db): string {
  return JSON.stringify(
    db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').raw().all(),
  );
}

/** Which pages hold the schema of an outbox, and what it says. */
function schemaOf(pattern: string): { pages: number[]; entries: string } {
  const db = new Database(pattern, { readonly: true });
  try {
    const pages = db.prepare("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'").pluck().all();
    return { pages: pages.map(Number), entries: entriesOf(db) };
  } finally {
    db.close();
  }
}

function copy(path: string, to: string): void {
  for (const suffix of ['', '-wal'])
    if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${to}${suffix}`);
}

function patch(path: string, patched: string, pattern: string, pages: readonly number[]): string {
  copy(path, patched);
  const sound = readFileSync(pattern);
  sound.writeUInt32BE(Math.ceil(statSync(patched).size / PAGE), PAGE_COUNT_AT);
  const handle = openSync(patched, 'r+');
  try {
    for (const page of pages) writeSync(handle, sound, (page - 1) * PAGE, PAGE, (page - 1) * PAGE);
  } finally {
    closeSync(handle);
  }
  return patched;
}

function regrow(file: string, regrown: string): Db {
  copy(file, regrown);
  const db = open(regrown, false);
  const tables = db
    .prepare(
      `SELECT rootpage AS root, (SELECT count(*) FROM pragma_table_info(schema.name)) AS columns
       FROM sqlite_schema AS schema WHERE type = 'table' AND name IN ${TABLES}`,
    )
    .all()
    .map(rowOf)
    .map((row) => ({ root: number(row, 'root'), columns: number(row, 'columns') }));
  readable(() => db.pragma('wal_checkpoint(TRUNCATE)'));
  db.close();
  rmSync(`${regrown}-wal`, { force: true });
  const handle = openSync(regrown, 'r+');
  try {
    reroot(handle, tables);
  } finally {
    closeSync(handle);
  }
  return open(regrown);
}
