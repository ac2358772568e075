import Database from 'better-sqlite3';
import { type Reason, reason } from '../domain/reason.ts';
import type { StorageRemedy } from '../domain/reasons/storage.ts';
import { inEnglish } from '../i18n/english.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';

/** SQLite's own codes (their first two words) that speak of the storage and not of what was written. */
const STORAGE = /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN|BUSY|NOMEM|PROTOCOL|PERM|AUTH|NOLFS)/;

/** The outbox could not write or read: disk full, I/O error, read-only, locked too long or damaged. Nothing of the batch is on disk. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** SQLite's extended code such as `SQLITE_FULL`, or `PILEGATE_MAX_SIZE` where `outbox.maxSize` is reached. */
  readonly code: string;

  /** What failed, and the remedy; the message says it in English. */
  readonly reason: Reason;

  /** @param why what failed, @param code see {@link StorageError.code} */
  constructor(why: Reason, code: string, options?: ErrorOptions) {
    super(inEnglish(why), options);
    this.reason = why;
    this.code = code;
  }

  /** Whether the file itself is at fault, not the room or the rights to write it. */
  get damaged(): boolean {
    return /^SQLITE_(CORRUPT|NOTADB)/.test(this.code);
  }
}

const REMEDIES: readonly [RegExp, StorageRemedy][] = [
  [/^SQLITE_FULL|^ENOSPC|^EDQUOT/, 'full'],
  [/^SQLITE_READONLY|^EROFS/, 'read-only'],
  [/^SQLITE_IOERR|^EIO/, 'failing'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'damaged'],
  [/^SQLITE_(CANTOPEN|PERM|AUTH)|^E(ACCES|PERM|NOENT|NOTDIR|ISDIR|EXIST)/, 'access'],
  [/^SQLITE_(BUSY|PROTOCOL)/, 'locked'],
];

/**
 * Makes a {@link StorageError} of what SQLite or the file system threw where it speaks of the storage; anything
 * else comes back as it is (a defect, or one bad write).
 * @param path the outbox, @param lock its lock file, where that is what failed
 */
export function normalise(error: unknown, path: string, lock?: string): unknown {
  const code = storageCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const remedy = REMEDIES.find(([codes]) => codes.test(code))?.[1] ?? 'other';
  const why = reason('storage.error', { path, lock, error: error.message, code, remedy });
  return new StorageError(why, code, { cause: error });
}

/** A {@link StorageError} becomes a Failure (1), to be shown to a person; anything else comes back as it is. */
export function failureOf(error: unknown): unknown {
  return error instanceof StorageError ? new ReasonFailure(error.reason, 1, { cause: error }) : error;
}

function storageCode(error: unknown): string | undefined {
  // SQLite has no code of its own for a header whose format number makes no sense.
  if (error instanceof Database.SqliteError && /^unsupported file format$/.test(error.message))
    return 'SQLITE_NOTADB';
  if (error instanceof Database.SqliteError) return STORAGE.test(error.code) ? error.code : undefined;
  // What node:fs throws names the system call.
  if (error instanceof Error && 'syscall' in error && 'code' in error) return String(error.code);
  return undefined;
}

/** Why something failed: the reason that it carries, else what it says. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof StorageError || error instanceof ReasonFailure) return error.reason;
  return reason('prose', { text: error instanceof Error ? error.message : String(error) });
}
