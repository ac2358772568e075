import { constants } from 'node:fs';
import { access, type FileHandle, open, rm, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { shellWord } from '../payload.ts';
import { bounded } from './bounded.ts';
import { byteSize, combined, found, milliseconds, type Verdict } from './verdict.ts';

/** What came of writing beside the outbox. */
export interface DiskTry {
  /** Milliseconds of each write with its fsync; none where the first failed. */
  readonly fsyncs: readonly number[];
  /** Node's code where it failed: `EROFS`, `ENOSPC`, `EACCES` …; `HANGS` where the disk did not answer in time. */
  readonly failure: string | undefined;
  /** Undefined where it is not known. */
  readonly free: { readonly bytes: number; readonly files: number } | undefined;
}

/** Writes tried, milliseconds that all of them may take, and bytes of each: a page of the outbox. */
const WRITES = 10;
const BUDGET_MS = 3_000;
const PAGE = Buffer.alloc(4_096, 'pilegate');
/** A disk that does not answer for so long hangs, milliseconds. */
const HANGS_MS = 6_000;

/** From these medians on a write with its fsync is slow, and too slow, milliseconds. A station's flash takes 5. */
const SLOW_MS = 100;
const TOO_SLOW_MS = 1_000;
/** Below these free bytes there is little room, and too little. */
const LITTLE_ROOM = 256 * 2 ** 20;
const NO_ROOM = 16 * 2 ** 20;

/** Writes and fsyncs a file of its own beside the outbox, never the outbox, and removes it. Never rejects. */
export async function tryDisk(path: string): Promise<DiskTry> {
  const fsyncs: number[] = [];
  const failure = await bounded(writeBeside(path, fsyncs), HANGS_MS).then(
    (done) => (done === 'late' ? 'HANGS' : undefined),
    codeOf,
  );
  const room = await bounded(statfs(dirname(path)), HANGS_MS).catch(() => 'late' as const);
  return {
    fsyncs,
    failure,
    free:
      room === 'late'
        ? undefined
        : { bytes: room.bavail * room.bsize, files: room.files === 0 ? 1 : room.ffree },
  };
}

async function writeBeside(path: string, fsyncs: number[]): Promise<void> {
  const name = `${path}.doctor-${process.pid}`;
  let file: FileHandle | undefined;
  try {
    // The folder may be writable where the file is not.
    await access(path, constants.R_OK | constants.W_OK).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    file = await open(name, 'wx', 0o600);
    const began = performance.now();
    for (let at = 0; at < WRITES && performance.now() - began < BUDGET_MS; at += 1) {
      const from = performance.now();
      await file.write(PAGE, 0, PAGE.length, at * PAGE.length);
      await file.sync();
      fsyncs.push(performance.now() - from);
    }
  } finally {
    await file?.close();
    if (file !== undefined) await rm(name, { force: true });
  }
}

/** Whether the outbox's folder is there and may be looked into: `there`, `missing` or `closed` to this user. */
export async function folderState(path: string): Promise<'there' | 'missing' | 'closed'> {
  try {
    await stat(`${dirname(path)}/.`);
    await access(dirname(path), constants.X_OK);
    return 'there';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'missing' : 'closed';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** What a try says about the storage. Pure but for the user's name. */
export function diskVerdict({ fsyncs, failure, free }: DiskTry, path: string): Verdict {
  const folder = shellWord(dirname(path));
  if (failure !== undefined) return failureVerdict(failure, folder);
  const room = free === undefined ? [] : [roomVerdict(free, folder)];
  return combined([speedVerdict(fsyncs, folder), ...room]);
}

function failureVerdict(code: string, folder: string): Verdict {
  switch (code) {
    case 'EROFS':
      return found('red', 'storage.read-only', { folder });
    case 'ENOSPC':
    case 'EDQUOT':
      return found('red', 'storage.full', { folder });
    case 'EACCES':
    case 'EPERM':
      return found('red', 'storage.denied', { folder, user: userInfo().username });
    case 'HANGS':
      return found('red', 'storage.hangs', { folder, seconds: HANGS_MS / 1000 });
    default:
      return found('red', 'storage.write-failed', { folder, error: code });
  }
}

function speedVerdict(fsyncs: readonly number[], folder: string): Verdict {
  const sorted = fsyncs.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const seen = {
    folder,
    median: milliseconds(median),
    longest: milliseconds(sorted.at(-1) ?? 0),
    count: fsyncs.length,
  };
  if (median < SLOW_MS) return found('green', 'storage.fsync', seen);
  return found(median < TOO_SLOW_MS ? 'yellow' : 'red', 'storage.slow', seen);
}

function roomVerdict({ bytes, files }: { bytes: number; files: number }, folder: string): Verdict {
  const free = byteSize(bytes);
  if (files === 0) return found('red', 'storage.no-inodes', { folder });
  if (bytes >= LITTLE_ROOM) return found('green', 'storage.free', { free });
  return found(bytes < NO_ROOM ? 'red' : 'yellow', 'storage.almost-full', { free, folder });
}
