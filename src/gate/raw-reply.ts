import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { type LooseResponse, readLoosely } from './loose-http.ts';
import { REPLY_LIMIT } from './port.ts';

/** Room for the headers beside the body, bytes. */
const HEAD_LIMIT = 64 * 1024;
/** A reply that does not say how long it is has ended after so long without a byte, milliseconds. */
const SILENCE_MS = 300;

/**
 * The bytes of the response that one connection is bringing, kept beside the strict parser. Where that refuses them, the
 * connection is read on until the response is whole, so that {@link readLoosely} can make the best of it, and is
 * closed then: nobody can say where on it the next response begins.
 */
export class RawReply {
  #chunks: Buffer[] = [];
  #size = 0;
  #active = false;
  #error: Error | undefined;
  /** Closes the connection that is read on; set while one is. */
  #close: (() => void) | undefined;

  /** A request is about to be written. */
  begin(): void {
    this.#chunks = [];
    this.#size = 0;
    this.#active = true;
    this.#error = undefined;
  }

  /** Nobody waits for the response any more: nothing is kept, and a connection that is read on is closed. */
  end(): void {
    this.#active = false;
    this.#chunks = [];
    // undici takes a connection that it has destroyed once for closed: nobody else would ever close this one.
    this.#close?.();
  }

  /** What the strict parser refused: why, and what can be read of it. Undefined where it refused nothing. */
  get refused(): { readonly error: Error; readonly response: LooseResponse } | undefined {
    return this.#error && { error: this.#error, response: readLoosely(Buffer.concat(this.#chunks)) };
  }

  /** A connector whose sockets leave a copy of what they bring here. */
  on(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      connect(options, (...[error, socket]) => {
        // Of a failure undici gives the error alone.
        if (error !== null) callback(error, null);
        else {
          this.#watch(socket);
          callback(null, socket);
        }
      });
  }

  #watch(socket: Socket): void {
    const read = socket.read.bind(socket);
    const destroy = socket.destroy.bind(socket);
    let reading = false;

    const take = (size?: number): Buffer | null => {
      const chunk: Buffer | null = read(size);
      if (chunk !== null && this.#active && this.#size < REPLY_LIMIT + HEAD_LIMIT) {
        this.#chunks.push(chunk);
        this.#size += chunk.length;
      }
      return chunk;
    };
    // undici's parser reads the socket in this way, and is at an end once it has refused something.
    socket.read = (size?: number) => (reading ? null : take(size));
    socket.destroy = (error?: Error) => {
      if (error === undefined || !isRefusal(error)) return destroy(error);
      if (reading) return socket;
      if (!this.#active || socket.destroyed) return destroy(error);
      reading = true;
      this.#error = error;
      this.#close = () => destroy(error);
      this.#readOn(socket, take, this.#close);
      return socket;
    };
  }

  /** Reads until the response is whole, silent or too large; where the connection or the time ends, `destroy` is called from outside. */
  #readOn(socket: Socket, take: () => Buffer | null, end: () => void): void {
    let judged = 0;
    const judge = (isSilent: boolean) => {
      judged = this.#size;
      const { complete, body } = readLoosely(Buffer.concat(this.#chunks));
      const isOver = complete ?? (isSilent && body.length > 0);
      if (isOver || this.#size >= REPLY_LIMIT + HEAD_LIMIT) end();
    };
    const silence = setTimeout(() => judge(true), SILENCE_MS);
    const readOn = () => {
      while (take() !== null);
      silence.refresh();
      // A reply that comes byte by byte is not read from its beginning at each of them.
      if (this.#size > judged * 1.1) judge(false);
    };
    socket.on('readable', readOn);
    socket.once('end', end);
    socket.once('close', () => {
      this.#close = undefined;
      clearTimeout(silence);
      socket.off('readable', readOn);
    });
    setImmediate(readOn);
  }
}

/** Whether an error of undici's says that the bytes are not the HTTP they should be. */
function isRefusal(error: Error): boolean {
  if (error.name === 'HTTPParserError') return true;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return true;
  // An unasked 1xx, or a switch to another protocol.
  return code === 'UND_ERR_SOCKET' && /^bad (?:response|upgrade)$/.test(error.message);
}
