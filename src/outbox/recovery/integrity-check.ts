import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { type Reason, reason } from '../../domain/reason.ts';
import { openReadOnly } from '../database.ts';
import { reasonOf, StorageError } from '../errors.ts';
import { toFailure } from '../reader/reader.ts';
import { MIGRATIONS } from '../schema.ts';
import { Upkeep } from '../tables/meta.ts';

/** How an outbox file is, as far as that can be told without touching it. `bytes` are those in use, free pages not counted. */
export type Examination =
  | { readonly kind: 'sound'; readonly version: number; readonly bytes: number }
  /** As far as it was looked at: there was no time for all of it. */
  | { readonly kind: 'unfinished'; readonly version: number; readonly bytes: number }
  | { readonly kind: 'damaged'; readonly found: Reason }
  /** Of another version, a database of something else, or not readable at all; `found` says which. */
  | { readonly kind: 'unreadable'; readonly found: Reason };

/** Findings that are told. */
const FINDINGS = 3;

/**
 * Looks for damage by SQLite's own check, in a process of its own: it may take minutes on a large file, and cannot be
 * interrupted otherwise. Reads only; a daemon beside it is not kept waiting. Rejects
 * only where no process can be started.
 * @param path an outbox that is there
 * @param limitMs how long the check may take
 */
export async function examine(path: string, limitMs: number): Promise<Examination> {
  const about = identify(path);
  if (about.kind !== 'sound') return about;
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', INSIDE, import.meta.url, path],
      { timeout: limitMs, killSignal: 'SIGKILL' },
    );
    const found = stdout.trim();
    return found === 'ok' ? about : { kind: 'damaged', found: reason('prose', { text: found }) };
  } catch (error) {
    if (error instanceof Error && 'killed' in error && error.killed === true)
      return { ...about, kind: 'unfinished' };
    throw error;
  }
}

/** Runs in the other process: this module again. */
const INSIDE = 'const { check } = await import(process.argv[1]); console.log(check(process.argv[2]));';

/** What SQLite's quick check finds, in one line; `ok` where that is nothing. */
export function check(path: string): string {
  const db = new Database(path, { readonly: true });
  try {
    return db
      .prepare(`PRAGMA quick_check(${FINDINGS})`)
      .pluck()
      .all()
      .map(String)
      .join('; ')
      .replace(/\s+/g, ' ');
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code))
      return error.message;
    throw error;
  } finally {
    db.close();
  }
}

function identify(path: string): Examination {
  try {
    const db = openReadOnly(path);
    const { used: bytes } = new Upkeep(db).size();
    db.close();
    return { kind: 'sound', version: MIGRATIONS.length, bytes };
  } catch (error) {
    const failure = toFailure(path, error);
    const cause = failure instanceof Error ? failure.cause : undefined;
    const damaged = cause instanceof StorageError && cause.damaged;
    return { kind: damaged ? 'damaged' : 'unreadable', found: reasonOf(failure) };
  }
}
