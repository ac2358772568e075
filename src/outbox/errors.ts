import Database from 'better-sqlite3';

/** SQLite's own codes (their first two words) that speak of the storage and not of what was written. */
const STORAGE = /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN|BUSY|NOMEM|PROTOCOL|PERM|AUTH)/;

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
  [/^SQLITE_FULL/, 'the disk is full: free some space'],
  [
    /^SQLITE_READONLY/,
    'the file or its file system is read-only: remount it writable, and check the owner of the folder',
  ],
  [/^SQLITE_IOERR/, 'the disk reports an input/output error: check it (dmesg), it may be failing'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'the file is damaged'],
  [/^SQLITE_(CANTOPEN|PERM|AUTH)/, 'check that the folder exists and that this user may write it'],
  [/^SQLITE_BUSY/, 'another process keeps it locked'],
];

/**
 * Makes a {@link StorageError} of what SQLite threw where it speaks of the storage; anything else comes back
 * as it is (a defect, or one bad write).
 * @param what what was being done, on which file
 */
export function normalise(error: unknown, what: string): unknown {
  if (!(error instanceof Database.SqliteError) || !STORAGE.test(error.code)) return error;
  const remedy = REMEDIES.find(([code]) => code.test(error.code))?.[1] ?? 'check the disk';
  return new StorageError(`${what}: ${error.message} (${error.code}): ${remedy}`, error.code, {
    cause: error,
  });
}
