import Database from 'better-sqlite3';
import { Failure } from '../domain/failure.ts';

/** SQLite's own codes (their first two words) that speak of the storage and not of what was written. */
const STORAGE = /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN|BUSY|NOMEM|PROTOCOL|PERM|AUTH|NOLFS)/;

/** The outbox could not write or read: disk full, I/O error, read-only, locked too long or damaged. Nothing of the batch is on disk. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** SQLite's extended code such as `SQLITE_FULL`, or `PILEGATE_MAX_SIZE` where `outbox.maxSize` is reached. */
  readonly code: string;

  /** @param message one line: what failed and the remedy, @param code see {@link StorageError.code} */
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether the file itself is at fault, not the room or the rights to write it. */
  get damaged(): boolean {
    return /^SQLITE_(CORRUPT|NOTADB)/.test(this.code);
  }
}

const REMEDIES: readonly [RegExp, string][] = [
  [/^SQLITE_FULL|^ENOSPC|^EDQUOT/, 'the disk is full: free some space'],
  [
    /^SQLITE_READONLY|^EROFS/,
    'the file or its file system is read-only: remount it writable, and check the owner of the folder',
  ],
  [
    /^SQLITE_IOERR|^EIO/,
    'the disk reports an error, or was remounted read-only: check it (dmesg, mount), it may be failing',
  ],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'the file is damaged'],
  [
    /^SQLITE_(CANTOPEN|PERM|AUTH)|^E(ACCES|PERM|NOENT|NOTDIR|ISDIR|EXIST)/,
    'check that its folder exists, that it is a file, and that this user may write both',
  ],
  [/^SQLITE_(BUSY|PROTOCOL)/, 'another process keeps it locked'],
];

/**
 * Makes a {@link StorageError} of what SQLite or the file system threw where it speaks of the storage; anything
 * else comes back as it is (a defect, or one bad write).
 * @param what what was being done, on which file
 */
export function normalise(error: unknown, what: string): unknown {
  const code = storageCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const remedy = REMEDIES.find(([codes]) => codes.test(code))?.[1] ?? 'check the disk';
  return new StorageError(`${what}: ${error.message} (${code}): ${remedy}`, code, { cause: error });
}

/** A {@link StorageError} becomes a Failure (1), to be told to a person; anything else comes back as it is. */
export function failureOf(error: unknown): unknown {
  return error instanceof StorageError ? new Failure(error.message, 1, { cause: error }) : error;
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
