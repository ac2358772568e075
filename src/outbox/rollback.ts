import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type Reason, readReason, reason, reasonIn } from '../domain/reason.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';
import { createDatabase, type Db, isVersion, openDatabase, openReadOnly } from './database.ts';
import { nameAside, putInPlace, removeDatabase, setAside } from './files.ts';
import { lockOutbox } from './lock.ts';
import { toFailure } from './reader/reader.ts';
import { Rescue } from './recovery/copy-rows.ts';
import { MIGRATIONS } from './schema.ts';
import { number, rowOf, text } from './tables/columns.ts';

/** The first version that stores reasons as data. */
const REASONS_AS_DATA = 3;
/** Rows whose reasons are written anew at once. */
const STEP = 500;

/** What going back to an older version came to. */
export interface RolledBack {
  readonly version: number;
  readonly records: number;
  readonly quarantine: number;
  /** Where the outbox of today's version lies now. */
  readonly aside: string;
  /** What the older version has no room for, and stays in that file alone: rows of tables, values of columns. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** The versions of which a copy lies beside the outbox, the newest first. */
export function copiesBeside(path: string): number[] {
  const prefix = `${basename(path)}.v`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .filter((version) => isVersion(version) && version < MIGRATIONS.length)
    .sort((a, b) => b - a);
}

/**
 * Puts an outbox of an older version in the place of today's, with all rows of today's: what the copy beside it has and
 * what came since, but for what was pruned meanwhile. Today's file is kept under another name.
 * @param version of the outbox to make; a copy of it lies beside (`outbox.db.vN`), so a pilegate that knows it was here
 * @param say puts a reason into the prose that versions before 3 store
 * @throws Failure where a daemon runs, the outbox cannot be read, or a row would be lost; then all is as it was
 */
export function rollBack(
  path: string,
  version: number,
  now: number,
  say: (why: Reason) => string,
): RolledBack {
  openReadOnly(path).close();
  const lock = lockOutbox(path);
  const name = `${path}.rollback`;
  let from: Db | undefined;
  let to: Db | undefined;
  try {
    removeDatabase(name);
    from = openDatabase(path, false);
    createDatabase(name, path, version);
    to = openOlder(name);
    const rescue = new Rescue({ db: from, found: 'ok', rerooted: () => undefined, close: () => {} }, to);
    for (const step of rescue.run()) void step;
    if (version < REASONS_AS_DATA) toProse(to, say);
    const counts = compare(from, to);
    const leftOut = leftOutOf(from, to);
    to.pragma('wal_checkpoint(TRUNCATE)');
    to.close();
    from.close();
    const aside = nameAside(path, 'rolled-back', now);
    setAside(path, aside);
    putInPlace(name, path);
    return { version, ...counts, aside, leftOut };
  } catch (error) {
    throw toFailure(path, error);
  } finally {
    if (to?.open) to.close();
    if (from?.open) from.close();
    removeDatabase(name);
    lock.release();
  }
}

/** Opened as it is: openDatabase would migrate it. What is written counts once all of it is synced. */
function openOlder(path: string): Db {
  const db = new Database(path, { fileMustExist: true });
  db.pragma('synchronous = OFF');
  return db;
}

/** Versions before 3 show what they find as it is. */
function toProse(db: Db, say: (why: Reason) => string): void {
  const spoken = (stored: unknown): string | null =>
    typeof stored === 'string' ? say(readReason(stored)) : null;
  const rows = db.prepare(
    `SELECT id, last_error, history FROM records WHERE id > ? ORDER BY id LIMIT ${STEP}`,
  );
  const set = db.prepare('UPDATE records SET last_error = ?, history = ? WHERE id = ?');
  for (let after = 0; ; ) {
    const some = rows.all(after).map(rowOf);
    const last = some.at(-1);
    if (last === undefined) break;
    db.transaction(() => {
      for (const row of some)
        set.run(spoken(row['last_error']), proseHistory(text(row, 'history'), say), number(row, 'id'));
    })();
    after = number(last, 'id');
  }
  db.function('spoken', { deterministic: true }, spoken);
  db.exec('UPDATE quarantine SET reason = spoken(reason), why = spoken(why)');
}

function proseHistory(history: string, say: (why: Reason) => string): string {
  const attempts: unknown = JSON.parse(history);
  if (!Array.isArray(attempts)) return history;
  return JSON.stringify(
    attempts.map((attempt) => {
      const { outcome, ...rest } = rowOf(attempt);
      const ended = rowOf(outcome);
      const why = reasonIn(ended['reason']);
      return { ...rest, outcome: why === undefined ? ended : { ...ended, reason: say(why) } };
    }),
  );
}

/** @throws Failure where a row did not come along */
function compare(from: Db, to: Db): { records: number; quarantine: number } {
  const count = (db: Db, table: string) => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  for (const table of ['records', 'quarantine', 'seen', 'contexts', 'needs'])
    if (count(from, table) !== count(to, table))
      throw new ReasonFailure(reason('rollback.no-place', { table }));
  return { records: count(to, 'records'), quarantine: count(to, 'quarantine') };
}

function leftOutOf(from: Db, to: Db): Record<string, number> {
  const left: Record<string, number> = {};
  const has = (db: Db, table: string, column: string) =>
    db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) !== undefined;
  for (const table of ['audit', 'warnings', 'devices'])
    if (!has(to, table, table === 'audit' ? 'id' : table === 'warnings' ? 'code' : 'device_id'))
      left[table] = Number(from.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  if (!has(to, 'records', 'corrections'))
    left['corrections'] = Number(
      from.prepare('SELECT count(*) FROM records WHERE corrections IS NOT NULL').pluck().get(),
    );
  return Object.fromEntries(Object.entries(left).filter(([, rows]) => rows > 0));
}
