import type { Db } from '../database.ts';
import { normalise, StorageError } from '../errors.ts';
import { number, type Row, rowOf } from '../tables/columns.ts';

/** Ids between which (both excluded) nothing could be read. */
export interface Gap {
  readonly after: number;
  readonly before: number;
}

/** A table, or an index of one, to be read as far as it can be. */
export interface Source {
  /** What stands after FROM. */
  readonly from: string;
  readonly columns: readonly string[];
  /** What it is ordered by, unique and never NULL; among the columns. */
  readonly key: readonly string[];
}

/** Rows read at once. */
const PAGE = 200;
/** How far a search for the next readable row goes at most in one stride, ids: a page holds a few rows. */
const STRIDE = 64;
/** How many ids are tried in vain where it is not known how many there are. */
const BLIND = 100_000;

/**
 * Reads rows by their ids, past broken pages: where a row cannot be read, the next id that can is searched for.
 * @param check throws where a row that could be read is none
 */
export function* walkIds(
  db: Db,
  table: string,
  columns: readonly string[],
  check: (row: Row) => void,
): Generator<{ readonly row: Row } | { readonly gap: Gap }> {
  const select = (limit: number) =>
    db.prepare(
      `SELECT ${columns.join(', ')} FROM ${table} NOT INDEXED WHERE id > ? ORDER BY id LIMIT ${limit}`,
    );
  const [some, one] = [select(PAGE), select(1)];
  const last = readable(() =>
    number(rowOf(db.prepare(`SELECT max(id) AS id FROM ${table} NOT INDEXED`).get()), 'id'),
  );
  for (let after = 0; ; ) {
    const rows = readable(() => some.all(after).map(rowOf)) ?? readable(() => one.all(after).map(rowOf));
    if (rows === undefined) {
      const before = nextReadable(one, after, last ?? after + BLIND);
      yield { gap: { after, before: before ?? Number.MAX_SAFE_INTEGER } };
      if (before === undefined) return;
      after = before - 1;
      continue;
    }
    const from = after;
    for (const row of rows) {
      const id = number(row, 'id');
      // On a broken page ids may not rise: whatever comes of it, this must end.
      if (id <= after) break;
      after = id;
      const sound = readable(() => check(row) ?? true);
      yield sound === undefined ? { gap: { after: after - 1, before: after + 1 } } : { row };
    }
    if (rows.length === 0) return;
    if (after > from) continue;
    yield { gap: { after, before: after + 2 } };
    after += 1;
  }
}

/** Reads rows by their key, from the front and, where that comes upon a broken page, from the end. Tells whether it did. */
export function* walkEnds(db: Db, source: Source): Generator<Row, boolean> {
  const { key } = source;
  let front: Row | undefined;
  for (const direction of ['ASC', 'DESC'] as const) {
    let last: Row | undefined;
    const marks = new Set<string>();
    for (;;) {
      const page = (limit: number) => readable(() => pageOf(db, source, direction, last, front, limit));
      const rows = page(PAGE) ?? page(1);
      if (rows === undefined) break;
      yield* rows;
      if (rows.length === 0) return direction === 'DESC';
      last = rows.at(-1);
      // On a broken page keys may go round.
      const mark = JSON.stringify(key.map((column) => last?.[column]));
      if (marks.has(mark)) break;
      marks.add(mark);
    }
    front = last;
  }
  return true;
}

/** What `read` gives, or undefined where the storage is at fault. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (normalise(error, '') instanceof StorageError) return undefined;
    throw error;
  }
}

function pageOf(
  db: Db,
  { from, columns, key }: Source,
  direction: 'ASC' | 'DESC',
  last: Row | undefined,
  front: Row | undefined,
  limit: number,
): Row[] {
  const names = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  const bound = (than: string, row: Row | undefined) =>
    row === undefined
      ? []
      : [{ sql: `(${names}) ${than} (${marks})`, values: key.map((column) => row[column]) }];
  const bounds = [
    ...bound(direction === 'ASC' ? '>' : '<', last),
    ...(direction === 'DESC' ? bound('>', front) : []),
  ];
  const where = [`${key[0]} IS NOT NULL`, ...bounds.map(({ sql }) => sql)].join(' AND ');
  const order = key.map((column) => `${column} ${direction}`).join(', ');
  return db
    .prepare(`SELECT ${columns.join(', ')} FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ${limit}`)
    .all(...bounds.flatMap(({ values }) => values))
    .map(rowOf);
}

/** The id of the first row after `after` that can be read, up to `last`; in strides, then exactly. */
function nextReadable(one: ReturnType<Db['prepare']>, after: number, last: number): number | undefined {
  /** The first row after an id: its id, `none` where there is none, undefined where it cannot be read. */
  const look = (from: number) =>
    readable(() => {
      const row = one.get(from);
      return row === undefined ? 'none' : number(rowOf(row), 'id');
    });
  let broken = after;
  for (let stride = 1; broken < last; stride = Math.min(stride * 2, STRIDE)) {
    const found = look(broken + stride);
    if (found === undefined) {
      broken += stride;
      continue;
    }
    let sound = broken + stride;
    while (sound - broken > 1) {
      const middle = Math.floor((broken + sound) / 2);
      if (look(middle) === undefined) broken = middle;
      else sound = middle;
    }
    const next = look(sound);
    return typeof next === 'number' && next > after ? next : undefined;
  }
  return undefined;
}

/** Whether an id lies in one of the gaps, which are in order. */
export function isIn(gaps: readonly Gap[], id: number): boolean {
  let [low, high] = [0, gaps.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const gap = gaps[middle];
    if (gap === undefined) return false;
    if (id <= gap.after) high = middle - 1;
    else if (id >= gap.before) low = middle + 1;
    else return true;
  }
  return false;
}
