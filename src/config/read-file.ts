import { readFileSync } from 'node:fs';

/** What to do about the usual reasons why a file cannot be read. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: put it there',
  EACCES: 'this user may not read it: try sudo, or give it to the user that runs pilegate (mode 0600)',
  EISDIR: 'it is a folder: name a file',
};

/**
 * Reads a file that a person named.
 * @throws Error whose message names the file, why it cannot be read, and the remedy
 */
export function readNamed(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new Error(`cannot read ${file}: ${REMEDIES[code] ?? error}`, { cause: error });
  }
}
