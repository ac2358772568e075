import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { Reason } from '../../domain/reason.ts';
import { StorageError } from '../../outbox/errors.ts';
import { isLocked } from '../../outbox/lock.ts';
import { type Health, OutboxReader } from '../../outbox/reader/reader.ts';
import type { Examination } from '../../outbox/recovery/integrity-check.ts';
import { shellWord } from '../payload.ts';
import { byteSize, found, milliseconds, type Verdict } from './verdict.ts';

/** What the outbox file and its lock say. Times are epoch milliseconds. */
export interface OutboxFacts {
  /** Whether its folder is there. */
  readonly folder: boolean;
  /** Whether there is a file. */
  readonly there: boolean;
  /** Whether a daemon has it; undefined where that cannot be told. */
  readonly running: boolean | undefined;
  /** Undefined where the file is not there or cannot be read. */
  readonly read: Read | undefined;
}

/** What was read of the rows. */
export interface Read {
  readonly health: Health;
  /** When the newest event arrived, of those that are still there. */
  readonly newestEvent: number | undefined;
  /** What the gate said to pending records at their last attempt, where no other was delivered since. */
  readonly refusals: readonly { readonly at: number; readonly reason: Reason }[];
}

/** Reads it beside a daemon or without one. Never throws for the file's sake. */
export function readOutbox(path: string): OutboxFacts {
  const there = existsSync(path);
  return {
    folder: existsSync(dirname(path)),
    there,
    running: isRunning(path),
    read: there ? readAll(path) : undefined,
  };
}

function isRunning(path: string): boolean | undefined {
  try {
    return isLocked(path);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

function readAll(path: string): Read | undefined {
  let reader: OutboxReader | undefined;
  try {
    reader = new OutboxReader(path);
    const health = reader.health();
    return {
      health,
      newestEvent: newestEvent(reader),
      refusals: refusalsSince(reader, health.lastDelivery ?? 0),
    };
  } catch (error) {
    // What is wrong with the file is said by its examination.
    if (error instanceof Failure || error instanceof StorageError || error instanceof SyntaxError)
      return undefined;
    throw error;
  } finally {
    reader?.close();
  }
}

function newestEvent(reader: OutboxReader): number | undefined {
  const [record] = first(reader.records({}, 'newest-first'));
  const [event] = first(reader.events({}, 'newest-first'));
  const times = [record?.receivedAt, event?.receivedAt].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

function refusalsSince(reader: OutboxReader, since: number): { at: number; reason: Reason }[] {
  return first(reader.stories({ states: ['pending'] }, 'newest-first')).flatMap(({ history }) => {
    const last = history.at(-1);
    return last?.means === 'setup' && last.at >= since ? [{ at: last.at, reason: last.reason }] : [];
  });
}

/** The rows of the first batch that has any. */
function first<T>(batches: Iterable<{ readonly rows: readonly T[] }>): readonly T[] {
  for (const { rows } of batches) if (rows.length > 0) return rows;
  return [];
}

/** How much room the outbox has left by its own limit. */
export interface Room {
  /** `outbox.maxSize`, bytes. */
  readonly maxSize: number;
  /** Delivered records, the oldest of which make room where there is none; undefined where that is not known. */
  readonly delivered: number | undefined;
}

/** What SQLite's check says about the file. @param limitMs how long it was given */
export function fileVerdict(
  examination: Examination,
  path: string,
  limitMs: number,
  { maxSize, delivered }: Room,
): Verdict {
  if ('bytes' in examination && examination.bytes >= maxSize && delivered === 0)
    return found('red', 'outbox.full', { path, maxSize: byteSize(maxSize) });
  switch (examination.kind) {
    case 'sound':
    case 'unfinished': {
      const file = { path, version: examination.version, size: byteSize(examination.bytes) };
      return examination.kind === 'sound'
        ? found('green', 'outbox.sound', file)
        : found('green', 'outbox.partly-examined', { ...file, limit: milliseconds(limitMs) });
    }
    case 'damaged':
      return found('red', 'outbox.damaged', { found: examination.found, path });
    case 'unreadable':
      return found('red', 'outbox.unreadable', { found: examination.found, path: shellWord(path) });
  }
}
