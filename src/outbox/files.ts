import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { giveFolder } from '../files/private-file.ts';

/** What SQLite keeps beside a file while it is open, and after a crash. */
const COMPANIONS = ['-wal', '-shm', '-journal'] as const;

/** Brings a file's bytes, or a folder's names, to the disk. Never for a file that SQLite has open here: closing it would drop its locks. */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes the folder of a file where there is none, readable for its group at most, and its name durable. Level by
 * level: Node's recursive mkdir goes round for ever where a file system such as /proc refuses.
 */
export function makeFolder(path: string): void {
  const folder = dirname(path);
  if (existsSync(folder)) return;
  makeFolder(folder);
  mkdirSync(folder, { mode: 0o750 });
  giveFolder(folder);
  sync(dirname(folder));
}

/** Removes a database file that nobody has open, with all that belongs to it. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', ...COMPANIONS]) rmSync(`${path}${suffix}`, { force: true });
}

/** Puts a finished, closed database file in the place of `path`; at every moment one or the other is there. */
export function putInPlace(finished: string, path: string): void {
  sync(finished);
  // A journal of another file must not be taken for this one's.
  for (const suffix of COMPANIONS) rmSync(`${path}${suffix}`, { force: true });
  renameSync(finished, path);
  sync(dirname(path));
}

/**
 * The name under which what lies in the place of an outbox is kept: `outbox.db.damaged-20261124T080000Z`; numbered
 * where that is there already.
 */
export function nameAside(path: string, why: 'damaged' | 'replaced' | 'rolled-back', now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const base = `${path}.${why}-${stamp}`;
  let aside = base;
  for (let more = 2; existsSync(aside); more += 1) aside = `${base}-${more}`;
  return aside;
}

/**
 * Keeps a file under another name too (or only, where the file system knows no second names).
 * @param withJournal whether the journal beside it is its own
 */
export function setAside(path: string, aside: string, withJournal = true): void {
  for (const suffix of withJournal ? ['', '-wal'] : ['']) {
    if (!existsSync(`${path}${suffix}`)) continue;
    try {
      linkSync(`${path}${suffix}`, `${aside}${suffix}`);
    } catch {
      renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    }
  }
  sync(dirname(path));
}
