import { closeSync, constants, fstatSync, openSync, write, writeSync } from 'node:fs';

/** Where log lines go. */
export interface Destination {
  /** Takes whole lines, newline included. Returns at once and never throws. */
  write(lines: string): void;
  /** Resolves once all that was taken so far is written, or never will be. */
  flush(): Promise<void>;
  /** Writes what is left, for at most two seconds, and takes no more. */
  close(): Promise<void>;
}

/** The part of `node:fs` that a sink uses. */
export interface Writing {
  write(
    fd: number,
    bytes: Buffer,
    then: (error: NodeJS.ErrnoException | null, written: number) => void,
  ): void;
  writeSync(fd: number, bytes: Buffer): number;
}

const system: Writing = {
  write: (fd, bytes, then) => write(fd, bytes, then),
  writeSync: (fd, bytes) => writeSync(fd, bytes),
};

/** What may wait for a slow reader, in characters; more is dropped, and told once there is room. */
const LIMIT = 16 * 2 ** 20;
const CLOSE_MS = 2000;
/** A full pipe is tried again after 1 ms, then after twice as long each time, up to this; a full disk after this. */
const AGAIN_MS = 64;
/** After a write lines gather for so long: what is said all the time goes out in few writes. */
const REST_MS = 5;

/**
 * Writes lines to a file descriptor, all of one turn of the event loop in one go and never waiting for it.
 *
 * States: idle; scheduled (lines gathered, the write comes after this turn); writing (one write under way, lines
 * gather meanwhile); resting (one has just ended, lines gather for a few milliseconds); and for good, dead (the reader
 * is gone: lines are forgotten, the daemon lives on). A full pipe or disk is tried again until it takes the lines.
 */
export class Sink implements Destination {
  readonly #fd: number;
  readonly #fs: Writing;
  readonly #onDropped: (lines: number) => void;
  #state: 'idle' | 'scheduled' | 'writing' | 'resting' | 'dead' = 'idle';
  /** What is not yet handed to the system, in order. */
  #waiting = '';
  /** What the system did not take, to be tried again before `#waiting`. */
  #refused: Buffer | undefined;
  #againMs = 1;
  #dropped = 0;
  #settled: (() => void)[] = [];
  #resting: NodeJS.Timeout | undefined;
  readonly #atExit = (): void => this.#flushSync();

  /**
   * @param fd the descriptor, used in non-blocking mode where it is a pipe or a terminal
   * @param onDropped told how many lines were dropped, once there is room again
   */
  constructor(fd: number, onDropped: (lines: number) => void = () => {}, fs: Writing = system) {
    this.#fd = nonBlocking(fd);
    this.#onDropped = onDropped;
    this.#fs = fs;
    process.on('exit', this.#atExit);
  }

  write(lines: string): void {
    if (this.#state === 'dead') return;
    if (this.#waiting.length + lines.length > LIMIT) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += lines;
    if (this.#state !== 'idle') return;
    this.#state = 'scheduled';
    setImmediate(() => this.#next());
  }

  flush(): Promise<void> {
    if (this.#state === 'idle' || this.#state === 'dead') return Promise.resolve();
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      if (this.#state === 'resting') this.#next();
    });
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.flush(), late]);
    clearTimeout(timer);
    process.off('exit', this.#atExit);
    this.#die();
  }

  #next(): void {
    if (this.#state === 'dead') return;
    clearTimeout(this.#resting);
    if (this.#waiting === '') {
      this.#state = 'idle';
      this.#settle();
      return;
    }
    this.#state = 'writing';
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#send(bytes);
  }

  #send(bytes: Buffer): void {
    this.#refused = undefined;
    this.#fs.write(this.#fd, bytes, (error, written) => {
      if (error) {
        this.#failed(error, bytes);
        return;
      }
      this.#againMs = 1;
      if (written < bytes.length) {
        this.#send(bytes.subarray(written));
        return;
      }
      const dropped = this.#dropped;
      this.#dropped = 0;
      if (dropped > 0) this.#onDropped(dropped);
      if (this.#settled.length > 0) this.#next();
      else this.#rest();
    });
  }

  #rest(): void {
    if (this.#state === 'dead') return;
    this.#state = 'resting';
    // No reason for a process to live on: at its end what is left is written.
    this.#resting = setTimeout(() => this.#next(), REST_MS).unref();
  }

  #failed({ code }: NodeJS.ErrnoException, bytes: Buffer): void {
    if (code === 'EPIPE' || code === 'EBADF' || code === 'ECONNRESET') {
      this.#die();
      return;
    }
    this.#refused = bytes;
    this.#againMs = code === 'EAGAIN' ? Math.min(this.#againMs * 2, AGAIN_MS) : AGAIN_MS;
    setTimeout(() => {
      if (this.#state !== 'dead') this.#send(bytes);
    }, this.#againMs / 2);
  }

  #die(): void {
    this.#state = 'dead';
    this.#waiting = '';
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  /** At the very end of the process: what was gathered since the last write, whose own end nobody hears any more. */
  #flushSync(): void {
    // A write under way ends in these milliseconds unless the reader is stuck; then order is lost, lines are not.
    if (this.#state === 'writing' && !this.#refused) pause(AGAIN_MS);
    let rest = Buffer.concat([this.#refused ?? Buffer.alloc(0), Buffer.from(this.#waiting)]);
    this.#die();
    for (let tries = 0; rest.length > 0 && tries < CLOSE_MS / AGAIN_MS; ) {
      try {
        rest = rest.subarray(this.#fs.writeSync(this.#fd, rest));
        tries = 0;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
        tries += 1;
        pause(AGAIN_MS);
      }
    }
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * A pipe or terminal whose reader stands still would block a thread of Node's pool and the end of the process: it
 * is opened anew for us alone, without blocking. Files do not block, and sockets (the journal) cannot be opened so.
 */
function nonBlocking(fd: number): number {
  let own: number | undefined;
  try {
    const stat = fstatSync(fd);
    if (stat.isFile() || stat.isSocket()) return fd;
    own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (fstatSync(own).ino === stat.ino) return own;
    closeSync(own);
  } catch {
    // Another system, or not allowed: the descriptor as it is does too.
  }
  return fd;
}
