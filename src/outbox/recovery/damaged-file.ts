import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import { type Db, isVersion } from '../database.ts';
import { removeDatabase } from '../files.ts';
import { MIGRATIONS } from '../schema.ts';
import { number, rowOf, text } from '../tables/columns.ts';
import { PAGE, PAGE_COUNT_AT, readPage, reroot } from './btree-repair.ts';
import { entriesOf, relocated, rootsThatFit, type SchemaPattern, schemaPatterns } from './schema-pattern.ts';
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
const ZEROS = Buffer.alloc(PAGE);
/** Tables with row ids. */
const TABLES = ['records', 'quarantine', 'contexts', 'audit'] as const;

/**
 * Opens a damaged outbox for reading, its journal included, whatever version it has. Where the file's first page or
 * its schema is broken, a copy of it is opened that has the schema of a fresh outbox: the same tables begin at the
 * same pages there, since every outbox is made by the same statements in the same order.
 */
export function openDamaged(path: string): Damaged {
  const [pattern, patched, regrown] = [`${path}.pattern`, `${path}.patched`, `${path}.rerooted`];
  const clear = () => {
    for (const scratch of [pattern, patched, regrown]) removeDatabase(scratch);
  };
  clear();
  const patterns = [...schemaPatterns(pattern, path)];
  const known = new Set(patterns.map(({ entries }) => entries));
  let found = 'its first page cannot be read';
  for (const make of [() => path, () => patch(path, patched, bestFit(path, patterns))]) {
    const file = existsSync(path) ? readable(make) : path;
    const db = file === undefined ? undefined : readable(() => open(file));
    if (file === undefined || db === undefined) continue;
    if (file === path) found = integrityOf(db) ?? found;
    if (!known.has(readable(() => entriesOf(db)) ?? '')) {
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

function copy(path: string, to: string): void {
  for (const suffix of ['', '-wal'])
    if (existsSync(`${path}${suffix}`))
      copyFileSync(`${path}${suffix}`, `${to}${suffix}`, constants.COPYFILE_EXCL);
}

/** The version whose tables lie where this file has some; the newest of several. */
function bestFit(path: string, patterns: readonly SchemaPattern[]): SchemaPattern {
  const handle = openSync(path, 'r');
  try {
    const missing = (one: SchemaPattern) => one.roots.length - rootsThatFit(handle, one);
    return patterns.reduce((best, one) => (missing(one) < missing(best) ? one : best));
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a copy with a sound schema. First in the places that it has in a fresh file, so that SQLite can fold the
 * journal into the copy; then behind the last page, and what lay in those places is put back.
 */
function patch(path: string, patched: string, pattern: SchemaPattern): string {
  copy(path, patched);
  writePages(patched, pattern.pages, Math.ceil(statSync(patched).size / PAGE));
  if (existsSync(`${patched}-wal`) && readable(() => fold(patched)) === undefined) return patched;
  const numbers = [...pattern.pages.keys()].filter((page) => page > 1);
  const [original, folded] = [readPages(path, numbers), readPages(patched, numbers)];
  // What the journal had for a page is newer than either.
  const covered = [...original].filter(([page]) =>
    folded.get(page)?.equals(pattern.pages.get(page) ?? ZEROS),
  );
  writePages(patched, new Map(covered));
  writePages(patched, relocated(pattern, Math.ceil(statSync(patched).size / PAGE)));
  return patched;
}

function readPages(file: string, numbers: readonly number[]): Map<number, Buffer> {
  const handle = openSync(file, 'r');
  try {
    return new Map(numbers.map((page) => [page, readPage(handle, page)]));
  } finally {
    closeSync(handle);
  }
}

/** @param count how many pages the file's header is to name; unchanged by default */
function writePages(file: string, pages: ReadonlyMap<number, Buffer>, count?: number): void {
  const handle = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    for (const [page, bytes] of pages) {
      const copied = Buffer.from(bytes);
      if (page === 1 && count !== undefined) copied.writeUInt32BE(count, PAGE_COUNT_AT);
      writeSync(handle, copied, 0, PAGE, (page - 1) * PAGE);
    }
  } finally {
    closeSync(handle);
  }
}

function fold(file: string): true {
  const db = open(file, false);
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  rmSync(`${file}-wal`, { force: true });
  return true;
}

function regrow(file: string, regrown: string): Db {
  copy(file, regrown);
  const counts = columnCounts();
  const db = open(regrown, false);
  const roots = new Map(
    db
      .prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(rowOf)
      .map((row) => [text(row, 'name'), number(row, 'rootpage')]),
  );
  readable(() => db.pragma('wal_checkpoint(TRUNCATE)'));
  db.close();
  rmSync(`${regrown}-wal`, { force: true });
  const handle = openSync(regrown, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    reroot(
      handle,
      TABLES.flatMap((name) => {
        const root = roots.get(name);
        return root === undefined ? [] : [{ root, columns: counts.get(name) ?? new Set() }];
      }),
    );
  } finally {
    closeSync(handle);
  }
  return open(regrown);
}

/** How many columns rows of each table with row ids may have stored, over all versions: a row keeps the count that it was written with. */
export function columnCounts(): ReadonlyMap<string, ReadonlySet<number>> {
  const counts = new Map<string, Set<number>>(TABLES.map((table) => [table, new Set()]));
  const db = new Database(':memory:');
  try {
    for (const step of MIGRATIONS) {
      db.exec(step);
      for (const [table, known] of counts) {
        const columns = db.pragma(`table_info(${table})`);
        if (Array.isArray(columns) && columns.length > 0) known.add(columns.length);
      }
    }
  } finally {
    db.close();
  }
  return counts;
}
