import { readFileSync } from 'node:fs';
import { type Reason, reason } from '../domain/reason.ts';
import { inEnglish } from '../i18n/english.ts';

/** An error whose cause is a reason; its message is the reason in English. */
export class ReasonedError extends Error {
  readonly reason: Reason;

  constructor(why: Reason, options?: ErrorOptions) {
    super(inEnglish(why), options);
    this.reason = why;
  }
}

/** Why something failed: the reason that an error carries, else its message. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof ReasonedError) return error.reason;
  return reason('prose', { text: error instanceof Error ? error.message : String(error) });
}

/** The usual reasons why a file cannot be read. */
const USUAL = { ENOENT: 'missing', EACCES: 'denied', EISDIR: 'folder' } as const;

/**
 * Reads a file that a person named.
 * @throws ReasonedError `file.unreadable`, which names the file, why it cannot be read, and the remedy
 */
export function readNamed(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const why = code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' ? USUAL[code] : 'other';
    throw new ReasonedError(reason('file.unreadable', { file, why, error: String(error) }), { cause: error });
  }
}
