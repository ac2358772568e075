import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { createDatabase, type Db } from '../database.ts';
import { removeDatabase } from '../files.ts';
import { MIGRATIONS } from '../schema.ts';
import { number, rowOf, text } from '../tables/columns.ts';
import { INTERIOR, PAGE, PAGE_COUNT_AT, readPage } from './btree-repair.ts';

/** What the schema of an outbox of one version looks like in the file. */
export interface SchemaPattern {
  /** All that the schema says, as text: counted alone, entries that are there and cannot be read would pass. */
  readonly entries: string;
  /** The pages that hold the schema, by their numbers in a fresh file; the first one is page 1. */
  readonly pages: ReadonlyMap<number, Buffer>;
  /** The root page of each table and index, with its kind: these are the same in every file, whatever version it began with. */
  readonly roots: readonly { readonly page: number; readonly isTable: boolean }[];
}

/** Where in the header of page 1, after the file's own, the page's header begins. */
const FIRST_HEADER = 100;
/** SQLite never uses the page at 1 GiB: it holds its locks. */
const LOCK_PAGE = 2 ** 30 / PAGE + 1;

/** All that a file's schema says. */
export function entriesOf(db: Db): string {
  return JSON.stringify(
    db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').raw().all(),
  );
}

/**
 * The patterns of all versions, the newest first, each made when it is asked for.
 * @param path a file that may be made and removed
 */
export function* schemaPatterns(path: string, name: string): Generator<SchemaPattern> {
  for (let version = MIGRATIONS.length; version > 0; version -= 1) {
    removeDatabase(path);
    createDatabase(path, name, version);
    yield patternOf(path);
  }
}

function patternOf(path: string): SchemaPattern {
  const db = new Database(path, { readonly: true });
  try {
    const file = readFileSync(path);
    const numbers = db
      .prepare("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema' ORDER BY pageno")
      .pluck()
      .all();
    const pages = numbers.map(Number).map((page) => [page, file.subarray((page - 1) * PAGE, page * PAGE)]);
    const roots = db
      .prepare('SELECT rootpage, type, sql FROM sqlite_schema WHERE rootpage > 0')
      .all()
      .map(rowOf)
      .map((row) => ({
        page: number(row, 'rootpage'),
        // A table without row ids is stored as an index.
        isTable: text(row, 'type') === 'table' && !/WITHOUT ROWID$/.test(String(row['sql'])),
      }));
    return { entries: entriesOf(db), pages: new Map(pages as [number, Buffer][]), roots };
  } finally {
    db.close();
  }
}

/** How many of a pattern's root pages are what they are in the file. */
export function rootsThatFit(handle: number, { roots }: SchemaPattern): number {
  return roots.filter(({ page, isTable }) => {
    const kind = readPage(handle, page)[0];
    return isTable ? kind === 0x0d || kind === 0x05 : kind === 0x0a || kind === 0x02;
  }).length;
}

/**
 * The pages of a pattern for a file of so many pages, by where they are to be written: page 1 in its place, the
 * others behind the last one, since a file that was migrated has rows where a fresh one has its schema.
 */
export function relocated({ pages }: SchemaPattern, count: number): ReadonlyMap<number, Buffer> {
  const places = new Map<number, number>([[1, 1]]);
  let next = count + 1;
  for (const page of pages.keys()) {
    if (page === 1) continue;
    if (next === LOCK_PAGE) next += 1;
    places.set(page, next);
    next += 1;
  }
  const moved = new Map<number, Buffer>();
  for (const [page, bytes] of pages) {
    const copy = Buffer.from(bytes);
    relink(copy, page === 1 ? FIRST_HEADER : 0, places);
    if (page === 1) copy.writeUInt32BE(next - 1, PAGE_COUNT_AT);
    moved.set(places.get(page) ?? page, copy);
  }
  return moved;
}

/** Lets a page that leads to others lead to where they are now (file format, 1.6). */
function relink(page: Buffer, header: number, places: ReadonlyMap<number, number>): void {
  if (page[header] !== INTERIOR) return;
  const move = (at: number) => {
    const child = page.readUInt32BE(at);
    page.writeUInt32BE(places.get(child) ?? child, at);
  };
  move(header + 8);
  for (let cell = 0; cell < page.readUInt16BE(header + 3); cell += 1)
    move(page.readUInt16BE(header + 12 + cell * 2));
}
