import { realpathSync, statSync } from 'node:fs';
import { type Reason, reason } from '../domain/reason.ts';
import { StorageError } from './errors.ts';

/** A file's device and inode, as one text. */
type Identity = string;

/** What SQLite keeps beside a file that is open; what is committed lies in the first of them. */
const BESIDE = ['-wal', '-shm'] as const;

/**
 * Which files an outbox has open. A name may come to lead elsewhere while they are: the file is deleted or replaced,
 * its folder renamed, another file system mounted over it. What is committed then goes to a file that nobody finds
 * after a restart.
 */
export class FileIdentity {
  readonly #path: string;
  /** Where the file really lies: SQLite keeps its journal there, not beside a symbolic link. */
  readonly #real: string;
  readonly #file: Identity | undefined;
  readonly #beside: readonly (Identity | undefined)[];

  /** @param path an outbox that has just been opened */
  constructor(path: string) {
    this.#path = path;
    this.#real = realPath(path);
    this.#file = identify(path);
    this.#beside = BESIDE.map((suffix) => identify(`${this.#real}${suffix}`));
  }

  /** Whether the name leads to this very file. */
  isAt(path: string): boolean {
    return this.#file !== undefined && identify(path) === this.#file;
  }

  /** Whether the journal beside the name is the one that is open. */
  hasJournal(): boolean {
    return this.#beside[0] !== undefined && identify(`${this.#real}${BESIDE[0]}`) === this.#beside[0];
  }

  /** What has happened to the files, or undefined while their names lead to them. Three system calls. */
  displaced(): StorageError | undefined {
    const path = this.#path;
    const found = identify(path);
    if (found === undefined) return replaced(reason('storage.moved', { path }));
    if (found !== this.#file) return replaced(reason('storage.replaced', { path }));
    for (const [at, suffix] of BESIDE.entries())
      if (identify(`${this.#real}${suffix}`) !== this.#beside[at])
        return replaced(reason('storage.beside-replaced', { file: `${this.#real}${suffix}` }));
    return undefined;
  }
}

function replaced(why: Reason): StorageError {
  return new StorageError(why, 'PILEGATE_REPLACED');
}

/** The device and inode that a name leads to; undefined where it leads nowhere. */
export function identify(path: string): Identity | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
  } catch {
    // A folder on the way is a file by now, or may not be entered.
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
