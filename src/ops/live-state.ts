/**
 * The daemon's own word of how it stands, for `status` and `doctor`, in a place that a full disk cannot take away: a file
 * in `$RUNTIME_DIRECTORY`, else beside the outbox, whose space is taken when it is opened and then written in place.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readSnapshot, type Snapshot } from '../domain/snapshot.ts';
import { openPrivate } from '../files/private-file.ts';

/** Bytes taken beforehand. A state of 500 silent piles and all warnings takes a third of it. */
const SPACE = 64 * 1024;
/** Where systemd puts the folder of the packaged unit (`RuntimeDirectory=pilegate`). */
const PACKAGED_FOLDER = '/run/pilegate';
/** A reader that meets a half-written state reads again so often. */
const READS = 5;

/** Writes the state. */
export class LiveStateWriter {
  readonly #path: string;
  #file: number | undefined;

  /**
   * @param outbox the outbox file, whose folder exists
   * @param runtimeDirectory `$RUNTIME_DIRECTORY`, where the service manager gives one
   */
  constructor(outbox: string, runtimeDirectory: string | undefined) {
    const folder = runtimeDirectory?.split(':')[0];
    this.#path = folder === undefined || folder === '' ? beside(outbox) : inFolder(folder, outbox);
  }

  /** Writes it in place. @throws where the file cannot be opened, has no space, or is on a read-only file system */
  write(state: Snapshot): void {
    this.#file ??= openWithSpace(this.#path);
    const json = Buffer.from(JSON.stringify(state));
    const bytes = Buffer.concat([Buffer.from(headerOf(json)), json]);
    if (bytes.length > SPACE) throw new Error(`the state has ${bytes.length} bytes, more than its file`);
    try {
      writeSync(this.#file, bytes, 0, bytes.length, 0);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the file; the next state opens it again. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/**
 * What a daemon on this outbox last wrote, whether it lives or not. Never throws: a state that cannot be read is none.
 * @param runtimeDirectory `$RUNTIME_DIRECTORY` of this process, if any
 */
export function readLiveState(outbox: string, runtimeDirectory: string | undefined): Snapshot | undefined {
  const folders = [...(runtimeDirectory?.split(':') ?? []), PACKAGED_FOLDER].filter(
    (folder) => folder !== '',
  );
  const paths = [beside(outbox), ...folders.map((folder) => inFolder(folder, outbox))];
  const found = paths.map(readState).filter((state) => state !== undefined);
  return found.reduce<Snapshot | undefined>(
    (newest, state) => (newest === undefined || state.at > newest.at ? state : newest),
    undefined,
  );
}

function beside(outbox: string): string {
  return `${outbox}.state`;
}

/** Several outboxes may share a folder. The service's user and root name the same file differently (`/var/lib/private`). */
function inFolder(folder: string, outbox: string): string {
  let real = outbox;
  try {
    real = join(realpathSync(dirname(outbox)), basename(outbox));
  } catch {
    // Not ours to look into: the name as it is.
  }
  return join(folder, `state-${createHash('sha256').update(real).digest('hex').slice(0, 12)}`);
}

/** Length and checksum: the file is written in place, and a reader may meet half of a write. */
function headerOf(json: Buffer): string {
  return `pilegate-state ${json.length} ${createHash('sha256').update(json).digest('hex').slice(0, 16)}\n`;
}

function openWithSpace(path: string): number {
  const file = openPrivate(path);
  try {
    if (fstatSync(file).size < SPACE) {
      writeSync(file, Buffer.alloc(SPACE), 0, SPACE, 0);
      // File systems that allocate late must do it now.
      fsyncSync(file);
    }
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readState(path: string): Snapshot | undefined {
  for (let read = 0; read < READS; read += 1) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      return undefined;
    }
    const end = bytes.indexOf(10);
    const length = Number(bytes.toString('latin1', 0, Math.max(0, end)).split(' ')[1]);
    if (!Number.isInteger(length)) return undefined;
    const json = bytes.subarray(end + 1, end + 1 + length);
    if (headerOf(json) !== bytes.toString('latin1', 0, end + 1)) continue;
    return readSnapshot(JSON.parse(json.toString()));
  }
  return undefined;
}
