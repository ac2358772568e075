import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from '../domain/failure.ts';

/** Where an export goes. */
export interface Out {
  /** Resolves when it is out, so that memory stays small however slow the reader is. */
  write(text: string): Promise<void>;
  /** All is written. */
  end(): void;
  /** It will not be whole: leaves nothing behind. */
  abandon(): void;
}

/** Standard output. A reader that has gone is the program's matter. */
export function toStdout(): Out {
  return {
    write: (text) =>
      new Promise((resolve) => {
        process.stdout.write(text, () => resolve());
      }),
    end: () => {},
    abandon: () => {},
  };
}

/** A file that has its name only once it is whole and on disk. @throws Failure where it cannot be written */
export function toFile(path: string): Out {
  // A name that nobody can have prepared, and a new file of it: a link that lies there is never written through.
  const part = `${path}.${randomBytes(6).toString('hex')}.part`;
  const orFail = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure(`cannot write the export to ${path}: ${why}`, 1, { cause: error });
    }
  };
  const file = orFail(() => openSync(part, 'wx', 0o640));
  return {
    write: async (text) => orFail(() => writeFileSync(file, text)),
    end: () =>
      orFail(() => {
        fsyncSync(file);
        closeSync(file);
        renameSync(part, path);
      }),
    abandon: () => rmSync(part, { force: true }),
  };
}
