/** The folder that captured messages are written into. */
import { closeSync, constants, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../domain/failure.ts';

/** Names that are tried for one message where files of other captures are there already. */
const TRIES = 10_000;

/** Writes files with names of their own, 0600, never over an existing file and never through a link. */
export class CaseFolder {
  readonly #folder: string;
  readonly #prefix: string;
  #count = 0;

  /**
   * @param folder made where it is not there
   * @param prefix what the names begin with: the time of the capture
   * @throws Failure (1) where it cannot be made
   */
  constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
    try {
      makeFolder(folder);
    } catch (error) {
      throw cannotWrite(folder, error);
    }
  }

  /** Writes a file and gives its path. @throws Failure (1) where it cannot be written */
  write(name: string, text: string): string {
    for (let tried = 0; tried < TRIES; tried += 1) {
      this.#count += 1;
      const safe = name.replace(/[^\w.-]+/g, '_').slice(0, 60);
      const path = join(this.#folder, `${this.#prefix}-${String(this.#count).padStart(4, '0')}-${safe}.yaml`);
      try {
        const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
        const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
        try {
          writeFileSync(fd, text);
        } finally {
          closeSync(fd);
        }
        return path;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code !== 'EEXIST' && code !== 'ELOOP') throw cannotWrite(path, error);
      }
    }
    throw new Failure(
      `cannot write into ${this.#folder}: there are too many files in it, name another folder`,
    );
  }
}

/** Makes a folder and those above it, one by one: `recursive` never ends where a file system takes none (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(resolve(folder)));
  mkdirSync(folder, { mode: 0o700 });
}

function cannotWrite(path: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  return new Failure(`cannot write ${path}: ${why}: name a folder that this user may write (--output)`, 1, {
    cause: error,
  });
}
