import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type Reason, reason } from '../domain/reason.ts';
import { createPrivate } from '../files/private-file.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';
import { APPLICATION_ID, isVersion, openReadOnly } from './database.ts';
import { removeDatabase, sync } from './files.ts';
import { toFailure } from './reader/reader.ts';
import { number, rowOf, text } from './tables/columns.ts';

/** Pages copied at once: a megabyte. */
const PAGES = 256;
/** After each of these copying rests for as long as it took, so that the daemon has half of the disk; milliseconds at most. */
const REST_MS = 50;
/** What SQLite's check names at most. */
const FINDINGS = 5;

/** What is in a backup. */
export interface BackupContents {
  /** Records by state. */
  readonly records: Readonly<Record<string, number>>;
  /** Open events in quarantine. */
  readonly quarantine: number;
  /** `PRAGMA user_version`. */
  readonly version: number;
  readonly bytes: number;
}

/** A backup that was looked at: `reason` says what is wrong with it. */
export type Verified =
  | ({ readonly ok: true } & BackupContents)
  | ({ readonly ok: false; readonly reason: Reason } & Partial<BackupContents>);

/**
 * Copies the outbox as it is at one moment, while a daemon writes. The copy has its name once it is whole and on disk.
 * @param step called as copying goes on: pages done of how many
 * @throws Failure where the outbox cannot be read, or something else lies at that name; then nothing is left behind
 */
export async function backUp(
  outbox: string,
  to: string,
  step: (done: number, total: number) => void,
): Promise<BackupContents> {
  refuseOther(outbox, to);
  const part = `${to}.${randomBytes(6).toString('hex')}.part`;
  try {
    const from = openReadOnly(outbox);
    try {
      createPrivate(part);
      // Without a transaction of its own copying would begin anew with each commit of the daemon.
      from.exec('BEGIN; SELECT count(*) FROM meta');
      let at = performance.now();
      await from.backup(part, {
        progress: ({ totalPages, remainingPages }) => {
          step(totalPages - remainingPages, totalPages);
          rest(Math.min(REST_MS, performance.now() - at));
          at = performance.now();
          return PAGES;
        },
      });
    } finally {
      from.close();
    }
    plain(part);
    sync(part);
    const verified = verify(part);
    if (!verified.ok) throw new ReasonFailure(reason('backup.not-whole', { why: verified.reason }));
    renameSync(part, to);
    sync(dirname(to));
    return verified;
  } catch (error) {
    removeDatabase(part);
    throw toFailure(outbox, error);
  }
}

/** Opens a backup, of this version or an older one, reads all of it, and counts it. */
export function verify(path: string): Verified {
  if (!existsSync(path)) return { ok: false, reason: reason('backup.absent', {}) };
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      return { ok: false, reason: reason('backup.foreign', {}) };
    const version = Number(db.pragma('user_version', { simple: true }));
    if (!isVersion(version)) return { ok: false, reason: reason('backup.version', { version }) };
    const found = db.pragma(`integrity_check(${FINDINGS})`, { simple: true });
    const contents = { ...countsIn(db), version, bytes: statSync(path).size };
    return found === 'ok'
      ? { ok: true, ...contents }
      : { ok: false, reason: reason('backup.damaged', { error: String(found) }), ...contents };
  } catch (error) {
    return {
      ok: false,
      reason: reason('backup.unreadable', { error: error instanceof Error ? error.message : String(error) }),
    };
  } finally {
    db?.close();
  }
}

function countsIn(db: Database.Database): Pick<BackupContents, 'records' | 'quarantine'> {
  const records: Record<string, number> = { waiting: 0, pending: 0, delivered: 0, parked: 0 };
  for (const found of db
    .prepare('SELECT state, count(*) AS n FROM records NOT INDEXED GROUP BY state')
    .all()) {
    const row = rowOf(found);
    records[text(row, 'state')] = number(row, 'n');
  }
  const open = db.prepare("SELECT count(*) FROM quarantine WHERE state = 'open'").pluck().get();
  return { records, quarantine: Number(open) };
}

/** One file alone: whoever copies a backup must not have to think of a journal. */
function plain(path: string): void {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
}

/** A backup takes the place of an older backup only, never of the outbox itself. */
function refuseOther(outbox: string, to: string): void {
  const there = lstatSync(to, { throwIfNoEntry: false });
  if (there === undefined) {
    if (!existsSync(dirname(to))) throw new ReasonFailure(reason('backup.no-folder', { file: to }));
    return;
  }
  const [one, other] = [statSync(to, { throwIfNoEntry: false }), statSync(outbox, { throwIfNoEntry: false })];
  if (one?.dev === other?.dev && one?.ino === other?.ino)
    throw new ReasonFailure(reason('backup.is-outbox', { file: to }));
  if (!there.isFile() || verify(to).version === undefined || existsSync(`${to}.lock`))
    throw new ReasonFailure(reason('backup.taken', { file: to }));
}

function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
