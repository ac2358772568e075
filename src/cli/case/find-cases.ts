/** The case files that a command line names. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A file that may be a case. */
export interface FoundFile {
  /** Its path, as it is named to people. */
  readonly file: string;
  /** Its absolute path. */
  readonly path: string;
  /** Whether a person named the file itself, and not its folder. */
  readonly named: boolean;
}

/**
 * The files that a path stands for: itself, or the case files in the folder, sorted by name. Folders within it are
 * left alone: they may hold what is no case. A path that is not there is given back, for its reader to say so.
 */
export function findCases(path: string): FoundFile[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return [{ file: path, path: resolve(path), named: true }];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.(ya?ml|json)$/i.test(entry.name))
    .map(({ name }) => join(path, name))
    .toSorted()
    .map((file) => ({ file, path: resolve(file), named: false }));
}
