import type { Statement } from 'better-sqlite3';
import type { Db } from '../database.ts';
import { number, type Row, recordOf, rowOf } from '../tables/columns.ts';
import { stateOf } from '../tables/records.ts';
import type { Damaged } from './damaged-file.ts';
import { type Gap, isIn, readable, walkEnds, walkIds } from './table-scan.ts';

/** The tables that hold something to save. */
export type SavedTable =
  | 'records'
  | 'quarantine'
  | 'contexts'
  | 'audit'
  | 'needs'
  | 'seen'
  | 'meta'
  | 'warnings'
  | 'devices';

/** Order numbers that are named. */
const LOST_ORDERS = 50;
/** Rows taken over in one step. */
const STEP = 500;

interface SavedById {
  readonly table: 'records' | 'quarantine' | 'contexts' | 'audit';
  /** An index that has every row, and its key. */
  readonly index: string;
  readonly key: readonly string[];
  /** What a row may lose, where it lies on broken pages of its own, and what stands for it then. */
  readonly spare: Readonly<Record<string, string>>;
  /** Throws where a row that could be read is none. */
  check(row: Row): void;
}

const BY_ID: readonly SavedById[] = [
  {
    table: 'records',
    index: 'sqlite_autoindex_records_1',
    key: ['order_no', 'id'],
    spare: { payload: "x''", history: "'[]'", corrections: 'NULL', element: 'NULL' },
    check: (row) => {
      stateOf(row);
      recordOf(row);
    },
  },
  {
    table: 'quarantine',
    index: 'quarantine_hash',
    key: ['hash', 'id'],
    spare: { payload: 'NULL', settled_at: 'NULL', why: 'NULL', element: 'NULL' },
    check: () => {},
  },
  { table: 'contexts', index: 'contexts_key', key: ['name', 'key', 'id'], spare: {}, check: () => {} },
  { table: 'audit', index: 'audit_at', key: ['at', 'id'], spare: {}, check: () => {} },
];

interface SavedByKey {
  readonly table: 'seen' | 'needs' | 'meta' | 'warnings' | 'devices';
  readonly key: readonly string[];
}

/** Tables without row ids, read from both ends. */
const BY_KEY: readonly SavedByKey[] = [
  { table: 'seen', key: ['order_no'] },
  { table: 'needs', key: ['context', 'key', 'record_id', 'quarantine_id'] },
  { table: 'meta', key: ['name'] },
  { table: 'warnings', key: ['code', 'subject'] },
  { table: 'devices', key: ['device_id'] },
];

/** What is saved of a table: the columns that both files store. */
type Saved<T> = T & { readonly columns: readonly string[] };

type Insert = Statement<unknown[]>;

function columnsIn(db: Db, table: string): string[] {
  return db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table).map(String);
}

/** Takes the rows of a damaged file over into a new one. */
export class Rescue {
  readonly #damaged: Damaged;
  readonly #to: Db;
  readonly saved: Record<SavedTable, number> = {
    records: 0,
    quarantine: 0,
    contexts: 0,
    audit: 0,
    needs: 0,
    seen: 0,
    meta: 0,
    warnings: 0,
    devices: 0,
  };
  readonly lostOrders: string[] = [];
  lost = 0;
  /** Whether anything could not be read. */
  broken = false;
  #sinceStep = 0;

  constructor(damaged: Damaged, to: Db) {
    this.#damaged = damaged;
    this.#to = to;
  }

  *run(): Generator<void> {
    const from = this.#damaged.db;
    this.broken = from === undefined;
    if (from === undefined) return;
    this.#to.exec('BEGIN');
    for (const table of this.#stored(from, BY_ID)) yield* this.#byId(from, table);
    for (const table of this.#stored(from, BY_KEY)) yield* this.#byKey(from, table);
    this.#settle(from);
    this.#to.exec('COMMIT');
  }

  /** An older version lacks tables and columns: the new file has defaults for them, as a migration would. */
  #stored<T extends { readonly table: SavedTable }>(from: Db, tables: readonly T[]): Saved<T>[] {
    return tables.flatMap((saved) => {
      const known = readable(() => columnsIn(from, saved.table)) ?? [];
      const columns = columnsIn(this.#to, saved.table).filter((column) => known.includes(column));
      return columns.length === 0 ? [] : [{ ...saved, columns }];
    });
  }

  *#byId(from: Db, saved: Saved<SavedById>): Generator<void> {
    const { table, columns, check } = saved;
    const insert = this.#insert(table, columns);
    const gaps: Gap[] = [];
    for (const found of walkIds(from, table, columns, check)) {
      if ('gap' in found) gaps.push(found.gap);
      else if (!this.#save(table, insert, columns, found.row)) this.lost += 1;
      yield* this.#step();
    }
    if (gaps.length === 0) return;
    this.broken = true;
    const below = this.#damaged.rerooted();
    if (below !== undefined)
      for (const found of walkIds(below, table, columns, check)) {
        if ('row' in found && isIn(gaps, number(found.row, 'id')))
          this.#save(table, insert, columns, found.row);
        yield* this.#step();
      }
    yield* this.#lean(from, saved, insert, gaps);
  }

  /** The index still knows what lay in the gaps; some of it can be read without what it can spare. */
  *#lean(from: Db, saved: Saved<SavedById>, insert: Insert, gaps: readonly Gap[]): Generator<void> {
    const { table, columns, index, key, spare, check } = saved;
    const lean = columns.map((column) => (column in spare ? `${spare[column]} AS ${column}` : column));
    const sources = [from, this.#damaged.rerooted() ?? from].map((db) =>
      db.prepare(`SELECT ${lean.join(', ')} FROM ${table} NOT INDEXED WHERE id = ?`),
    );
    const isSaved = this.#to.prepare(`SELECT 1 FROM ${table} WHERE id = ?`);
    for (const entry of walkEnds(from, { from: `${table} INDEXED BY ${index}`, columns: key, key })) {
      yield* this.#step();
      const id = number(entry, 'id');
      if (!isIn(gaps, id) || isSaved.get(id) !== undefined) continue;
      const rows = sources.map((source) =>
        readable(() => {
          const row = rowOf(source.get(id));
          check(row);
          return row;
        }),
      );
      const row = rows.find((found) => found !== undefined);
      if (row === undefined || !this.#save(table, insert, columns, row)) this.#lose(entry);
    }
  }

  *#byKey(from: Db, { table, columns, key }: Saved<SavedByKey>): Generator<void> {
    const insert = this.#insert(table, columns);
    const rows = walkEnds(from, { from: table, columns, key });
    for (;;) {
      const next = rows.next();
      if (next.done) {
        if (!next.value) return;
        break;
      }
      this.#save(table, insert, columns, next.value);
      yield* this.#step();
    }
    this.broken = true;
    if (table !== 'seen') return;
    // A number without what it stood for is still better known than posted twice.
    for (const row of walkEnds(from, {
      from: 'seen INDEXED BY seen_at',
      columns: ['order_no', 'at'],
      key: ['at', 'order_no'],
    })) {
      this.#save(table, insert, columns, { ...row, content: '' });
      yield* this.#step();
    }
  }

  #insert(table: SavedTable, columns: readonly string[]): Insert {
    return this.#to.prepare<unknown[]>(
      `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
  }

  #save(table: SavedTable, insert: Insert, columns: readonly string[], row: Row): boolean {
    const saved = insert.run(...columns.map((column) => row[column])).changes > 0;
    if (saved) this.saved[table] += 1;
    return saved;
  }

  #lose(entry: Row): void {
    this.lost += 1;
    const orderNo = entry['order_no'];
    if (typeof orderNo === 'string' && this.lostOrders.length < LOST_ORDERS) this.lostOrders.push(orderNo);
  }

  /** What no row says: how far contexts were counted, since an event knows by that what came before it; and counts without triggers. */
  #settle(from: Db): void {
    const counted = readable(() =>
      from.prepare("SELECT max(seq) FROM sqlite_sequence WHERE name = 'contexts'").pluck().get(),
    );
    this.#to.exec('DELETE FROM sqlite_sequence');
    this.#to
      .prepare(
        `INSERT INTO sqlite_sequence SELECT 'contexts', max(?, (SELECT coalesce(max(id), 0) FROM contexts),
           (SELECT coalesce(max(context_mark), 0) FROM records), (SELECT coalesce(max(context_mark), 0) FROM quarantine))`,
      )
      .run(typeof counted === 'number' ? counted : 0);
    this.#to.exec(`
      UPDATE counts SET n = (SELECT count(*) FROM quarantine WHERE state = 'dropped') WHERE name = 'quarantine_dropped';
      UPDATE counts SET n = (SELECT coalesce(max(settled_at), 0) FROM records WHERE state = 'delivered') WHERE name = 'last_delivery'`);
  }

  *#step(): Generator<void> {
    this.#sinceStep += 1;
    if (this.#sinceStep < STEP) return;
    this.#sinceStep = 0;
    this.#to.exec('COMMIT; BEGIN');
    yield;
  }
}
