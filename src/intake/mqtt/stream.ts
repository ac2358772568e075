import { connect as connectTcp, isIP, type OnReadOpts } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import WebSocket, { createWebSocketStream } from 'ws';
import { WebsocketFrames } from './websocket-frames.ts';

/** Reads bytes on their way in, and says what goes on. */
export interface ByteFilter {
  /** @throws Error where the bytes cannot be what they should be; it ends the stream */
  pass(chunk: Buffer): Buffer[];
}

/** PEM texts: who is trusted instead of the system's authorities, and who we are. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Bytes read from a socket at a time. */
const READ_BYTES = 65_536;

/** A stream whose incoming bytes go through a filter; writes, errors and its end are those of the stream below. */
export class FilteredStream extends Duplex {
  readonly #below: Duplex;
  readonly #filter: ByteFilter;
  #heardAt = performance.now();

  /**
   * @param open gives the stream below. A socket is opened with these `onread` options: it then reads into one buffer
   * for ever, and what is skipped costs no memory; a new one for each read would be garbage of 200 MB.
   */
  constructor(open: (onread: OnReadOpts) => Duplex, filter: ByteFilter) {
    super({ allowHalfOpen: true });
    this.#filter = filter;
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#below = open({ buffer, callback: (count) => this.#take(buffer.subarray(0, count), true) });
    this.#below.on('end', () => this.push(null));
    this.#below.on('error', (error) => this.destroy(error));
    this.#below.on('close', () => this.destroy());
  }

  /** As the constructor does, over a stream that gives chunks of its own. */
  static over(below: Duplex, filter: ByteFilter): FilteredStream {
    const stream = new FilteredStream(() => below, filter);
    below.on('data', (chunk: Buffer) => {
      if (!stream.#take(chunk, false)) below.pause();
    });
    return stream;
  }

  /** Returns whether there is room for more. @param copy whether the chunk's memory is used again */
  #take(chunk: Buffer, copy: boolean): boolean {
    this.#heardAt = performance.now();
    let room = true;
    try {
      for (const part of this.#filter.pass(chunk)) room = this.push(copy ? Buffer.from(part) : part);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    return room;
  }

  /** When the last bytes came, on the clock of `performance.now()`. */
  get heardAt(): number {
    return this.#heardAt;
  }

  override _read(): void {
    this.#below.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#below.write(chunk, encoding, done);
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#below.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#below.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#below.destroy();
    done(error);
  }
}

const PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };

/**
 * Opens the way to a broker. Certificates are always checked, whatever the environment says.
 * @param url `mqtt`, `mqtts`, `ws` or `wss`
 * @param filter what the broker's bytes go through
 */
export function openStream(url: string, files: TlsFiles, filter: ByteFilter): FilteredStream {
  const { protocol, hostname, port } = new URL(url);
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (PORTS[protocol] ?? 1883) };
  if (protocol === 'ws:' || protocol === 'wss:') {
    const socket = new WebSocket(url, ['mqtt'], {
      ...files,
      rejectUnauthorized: true,
      perMessageDeflate: false,
      createConnection: (): Duplex =>
        new FilteredStream((onread) => dial(protocol, place, files, onread), new WebsocketFrames()),
    });
    return FilteredStream.over(createWebSocketStream(socket), filter);
  }
  return new FilteredStream((onread) => dial(protocol, place, files, onread), filter);
}

function dial(
  protocol: string,
  place: { host: string; port: number },
  files: TlsFiles,
  onread: OnReadOpts,
): Duplex {
  if (protocol !== 'mqtts:' && protocol !== 'wss:') return connectTcp({ ...place, onread });
  const servername = isIP(place.host) === 0 ? { servername: place.host } : {};
  // Node's documentation has `onread` for TLS too, its types do not.
  const options: ConnectionOptions & { readonly onread: OnReadOpts } = {
    ...place,
    ...servername,
    ...files,
    rejectUnauthorized: true,
    onread,
  };
  return connectTls(options);
}
