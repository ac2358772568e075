/**
 * Files that belong to the service, whoever makes them: root may run the daemon, or a command beside it, in the folder of
 * the service's user, and what root leaves there must open for that user. The user may have planted links meanwhile;
 * none is followed.
 */
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../domain/failure.ts';

/** Plates are personal: nobody but the service and its group reads them. */
const MODE = 0o640;
const { O_RDWR, O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY } = constants;

/**
 * Makes an empty file, for its folder's owner where root makes it.
 * @throws what the file system throws, EEXIST where there is anything at that name, a link included; Failure where it
 *   cannot be given to the folder's owner, and then it is not used
 */
export function createPrivate(path: string): void {
  closeSync(created(path));
}

/**
 * Opens a file for reading and writing, and makes it where there is none, as {@link createPrivate} does. One that others
 * than its owner and group may open is closed to them.
 * @returns the descriptor
 * @throws Failure where a link or something else than a file lies there, or as {@link createPrivate}
 */
export function openPrivate(path: string): number {
  for (;;) {
    let file: number;
    try {
      file = openSync(path, O_RDWR | O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) === 'ELOOP')
        throw new Failure(
          `${path} is a link, where pilegate keeps a file of its own: remove the link (rm ${path}); it was not followed`,
          1,
          { cause: error },
        );
      if (codeOf(error) !== 'ENOENT') throw error;
      try {
        return created(path);
      } catch (raced) {
        if (codeOf(raced) !== 'EEXIST') throw raced;
        continue;
      }
    }
    try {
      closeToOthers(path, file);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }
}

/** Gives a folder that root has just made to the owner of the folder above it. @throws as {@link createPrivate} */
export function giveFolder(path: string): void {
  const folder = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    give(path, folder);
  } finally {
    closeSync(folder);
  }
}

function created(path: string): number {
  const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  try {
    give(path, file);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function closeToOthers(path: string, file: number): void {
  const { mode } = fstatSync(file);
  if ((mode & constants.S_IFMT) !== constants.S_IFREG)
    throw new Failure(`${path} is no file, where pilegate keeps one of its own: remove it`);
  if ((mode & 0o007) === 0) return;
  try {
    fchmodSync(file, mode & 0o770);
  } catch (error) {
    // Another user's, who made it so.
    if (codeOf(error) !== 'EPERM') throw error;
  }
}

/** Root gives what it made to the folder's owner; anybody else's is theirs. */
function give(path: string, made: number): void {
  if (process.geteuid?.() !== 0) return;
  const folder = dirname(path);
  const { uid, gid } = statSync(folder);
  const own = fstatSync(made);
  if (own.uid === uid && own.gid === gid) return;
  try {
    fchownSync(made, uid, gid);
  } catch (error) {
    throw new Failure(
      `${path}: what root makes there cannot be given to the folder's owner (user ${uid}), who could not open it later ` +
        `(${codeOf(error)}): run this as that user, for example sudo -u '#${uid}' pilegate …`,
      1,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
