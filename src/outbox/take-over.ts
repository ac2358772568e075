import { existsSync, lstatSync, renameSync } from 'node:fs';
import { createPrivate } from '../files/private-file.ts';
import type { Db } from './database.ts';
import type { FileIdentity } from './file-identity.ts';
import { makeFolder, nameAside, putInPlace, removeDatabase, setAside, sync } from './files.ts';

/** Pages copied between two turns of the event loop. */
const PAGES = 500;

/** The name of a copy that is complete and has yet to be put in the place of the outbox. */
export function takenOverCopy(path: string): string {
  return `${path}.taken-over`;
}

/**
 * Copies all rows of an outbox whose file is no longer where its name leads, from the connection that still has it
 * open, into a new file at that name. What was put there is kept under another name.
 * @param own the files that the connection has open
 * @param now the wall clock, epoch milliseconds
 * @returns where what was put there lies now; undefined where there was nothing
 * @throws what SQLite or the file system throws; the connection can be read as before
 */
export async function takeOver(
  path: string,
  from: Db,
  own: FileIdentity,
  now: number,
): Promise<string | undefined> {
  const copy = begin(path);
  await from.backup(copy, { progress: () => PAGES });
  return finish(path, copy, own, now);
}

/** The same at once, where there is no time: the process ends. */
export function takeOverNow(path: string, from: Db, own: FileIdentity, now: number): string | undefined {
  const copy = begin(path);
  from.prepare('VACUUM INTO ?').run(copy);
  return finish(path, copy, own, now);
}

function begin(path: string): string {
  makeFolder(path);
  const copy = `${path}.copy`;
  removeDatabase(copy);
  createPrivate(copy);
  return copy;
}

function finish(path: string, copy: string, own: FileIdentity, now: number): string | undefined {
  const complete = takenOverCopy(path);
  sync(copy);
  renameSync(copy, complete);
  let aside: string | undefined;
  // Where only the journal was lost, what lies there is older than the copy, and ours.
  if (isThere(path) && !own.isAt(path)) {
    aside = nameAside(path, 'replaced', now);
    keepAside(path, aside, !own.hasJournal());
  }
  putInPlace(complete, path);
  return aside;
}

/** A file keeps its name until the new one has it; anything else (a folder, a link) makes room. */
function keepAside(path: string, aside: string, withJournal: boolean): void {
  if (lstatSync(path).isFile()) setAside(path, aside, withJournal);
  else renameSync(path, aside);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Puts a complete copy in place where a crash came before that was done. Nobody may have the outbox open. */
export function finishTakeOver(path: string, now: number): void {
  const complete = takenOverCopy(path);
  if (!existsSync(complete)) return;
  if (isThere(path)) keepAside(path, nameAside(path, 'replaced', now), true);
  putInPlace(complete, path);
}
