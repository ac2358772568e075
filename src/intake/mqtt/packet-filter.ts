import { createHash, type Hash, randomBytes } from 'node:crypto';
import type { SkippedMessage } from '../transport.ts';

/** What a filter goes by. */
export interface PacketFilterOptions {
  /** A publish whose remaining length is above this is skipped, bytes (`mqtt.maxPacket`). */
  readonly limit: number;
  readonly protocol: 5 | '3.1.1';
}

const PUBLISH = 3;
/** Packets of other kinds are small: what claims more is not MQTT, bytes. */
const OTHER_LIMIT = 65_536;
/** Bytes of the mark that begins a substitute's payload. */
const MARK_BYTES = 16;
/** A remaining length takes at most so many bytes (MQTT 5, 1.5.5). */
const LENGTH_BYTES = 4;

/**
 * Watches a broker's byte stream for publishes that are too large, and skips them byte by byte, so that no part of a
 * payload is ever buffered. MQTT.js holds a whole packet in memory before anybody may refuse it: one publish of 200 MB
 * would end the process, and the broker would send it again for ever.
 *
 * In place of a skipped publish goes a substitute of a few bytes with the same topic, packet id and flags. Its payload
 * begins with random bytes of this connection, which no publisher can know; {@link PacketFilter.skipped} reads it.
 * So a skipped publish has its place in the order of acknowledgements like any other.
 *
 * The limit is not announced to the broker (MQTT 5's Maximum Packet Size): it would drop larger ones in silence.
 */
export class PacketFilter {
  readonly #options: PacketFilterOptions;
  readonly #mark = randomBytes(MARK_BYTES);
  /** Bytes of the fixed header of the next packet that have come so far. */
  #header: number[] = [];
  /** Bytes of the current packet still to be passed on. */
  #passing = 0;
  #skip: Skip | undefined;

  constructor(options: PacketFilterOptions) {
    this.#options = options;
  }

  /**
   * Takes what came, and returns what goes on to the parser, in order; mostly the chunk itself.
   * @throws Error "Malformed …" where this cannot be MQTT
   */
  pass(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    /** Where the bytes begin that are passed on but not yet in `out`. */
    let from = 0;
    let at = 0;
    const flush = (to: number): void => {
      if (to > from) out.push(chunk.subarray(from, to));
    };
    while (at < chunk.length) {
      if (this.#passing > 0) {
        const part = Math.min(this.#passing, chunk.length - at);
        this.#passing -= part;
        at += part;
      } else if (this.#skip !== undefined) {
        at += this.#skip.feed(chunk, at);
        from = at;
        if (!this.#skip.done) continue;
        out.push(this.#substitute(this.#skip));
        this.#skip = undefined;
      } else {
        const begun = this.#header.length;
        const start = at;
        at += this.#readHeader(chunk, at);
        const length = remainingLength(this.#header);
        if (length === undefined) {
          // The header goes on in the next chunk.
          flush(start);
          from = at;
          continue;
        }
        const header = this.#header;
        this.#header = [];
        if (this.#tooLarge(header, length)) {
          flush(start);
          from = at;
          this.#skip = new Skip(header[0] ?? 0, length, this.#options.protocol);
          continue;
        }
        this.#passing = length;
        if (begun === 0) continue;
        // It began in an earlier chunk, and was held back.
        out.push(Buffer.from(header));
        from = at;
      }
    }
    flush(at);
    return out;
  }

  /** What a substitute stands for; undefined for any other payload. */
  skipped(payload: Uint8Array): SkippedMessage | undefined {
    if (payload.length < MARK_BYTES || payload[0] !== this.#mark[0]) return undefined;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    if (!bytes.subarray(0, MARK_BYTES).equals(this.#mark)) return undefined;
    const [payloadBytes, packetBytes, digest = ''] = bytes.subarray(MARK_BYTES).toString().split(' ');
    return {
      payloadBytes: Number(payloadBytes),
      packetBytes: Number(packetBytes),
      limit: this.#options.limit,
      digest,
    };
  }

  /** Takes bytes of a fixed header until it is whole; returns how many. */
  #readHeader(chunk: Buffer, from: number): number {
    let at = from;
    for (; at < chunk.length && remainingLength(this.#header) === undefined; at += 1) {
      if (this.#header.length > LENGTH_BYTES) throw new Error('Malformed remaining length');
      this.#header.push(chunk[at] ?? 0);
    }
    if (this.#header.length > LENGTH_BYTES && remainingLength(this.#header) === undefined)
      throw new Error('Malformed remaining length');
    return at - from;
  }

  #tooLarge(header: readonly number[], length: number): boolean {
    if ((header[0] ?? 0) >> 4 === PUBLISH) return length > this.#options.limit;
    if (length > OTHER_LIMIT) throw new Error('Malformed packet: it claims to be too large');
    return false;
  }

  #substitute({ first, head, payloadBytes, packetBytes, digest }: Skip): Buffer {
    const payload = Buffer.concat([this.#mark, Buffer.from(`${payloadBytes} ${packetBytes} ${digest}`)]);
    const properties = this.#options.protocol === 5 ? [0] : [];
    const length = head.length + properties.length + payload.length;
    const header = [first];
    for (let left = length; ; left >>= 7) {
      header.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
      if (left <= 0x7f) break;
    }
    return Buffer.concat([Buffer.from(header), head, Buffer.from(properties), payload]);
  }
}

/** The remaining length that a fixed header gives; undefined while it is not whole (MQTT 5, 2.1.4). */
function remainingLength(header: readonly number[]): number | undefined {
  const last = header.at(-1);
  if (header.length < 2 || last === undefined || last > 0x7f) return undefined;
  let length = 0;
  for (let at = header.length - 1; at > 0; at -= 1) length = length * 128 + ((header[at] ?? 0) & 0x7f);
  return length;
}

/** A publish being skipped: its topic and packet id are kept (64 KiB at most), the rest is counted and hashed. */
class Skip {
  /** The packet's first byte: kind and flags. */
  readonly first: number;
  /** Bytes of the packet after its fixed header. */
  readonly packetBytes: number;
  readonly #parts: Buffer[] = [];
  readonly #hash: Hash = createHash('sha256');
  readonly #hasId: boolean;
  #left: number;
  /** Bytes of topic and packet id still to come; known once the topic's length is. */
  #headLeft = 2;
  #lengthKnown = false;
  /** The length of the properties as far as it is read; undefined where there are none, or they are behind us. */
  #properties: { value: number; shift: number } | undefined;
  #propertiesLeft = 0;
  #payloadBytes = 0;

  constructor(first: number, length: number, protocol: 5 | '3.1.1') {
    this.first = first;
    this.packetBytes = length;
    this.#left = length;
    this.#hasId = (first & 0b110) !== 0;
    this.#properties = protocol === 5 ? { value: 0, shift: 0 } : undefined;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  get digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Topic with its length, and packet id, as they came. */
  get head(): Buffer {
    if (!this.#lengthKnown || this.#headLeft > 0) throw new Error('Malformed publish: its topic is cut off');
    return Buffer.concat(this.#parts);
  }

  /** Takes bytes of the packet; returns how many. */
  feed(chunk: Buffer, from: number): number {
    const to = Math.min(chunk.length, from + this.#left);
    let at = from;
    while (at < to) at += this.#step(chunk.subarray(at, to));
    this.#left -= to - from;
    return to - from;
  }

  /** Takes a part of the bytes, at least one. */
  #step(bytes: Buffer): number {
    if (this.#headLeft > 0) return this.#readHead(bytes);
    if (this.#properties !== undefined) return this.#readPropertiesLength(bytes[0] ?? 0, this.#properties);
    if (this.#propertiesLeft > 0) {
      const part = Math.min(this.#propertiesLeft, bytes.length);
      this.#propertiesLeft -= part;
      return part;
    }
    this.#hash.update(bytes);
    this.#payloadBytes += bytes.length;
    return bytes.length;
  }

  #readHead(bytes: Buffer): number {
    const part = bytes.subarray(0, this.#headLeft);
    // A copy: a chunk must not be kept in memory for a few bytes of it.
    this.#parts.push(Buffer.from(part));
    this.#headLeft -= part.length;
    if (this.#headLeft === 0 && !this.#lengthKnown) {
      this.#lengthKnown = true;
      this.#headLeft = Buffer.concat(this.#parts).readUInt16BE(0) + (this.#hasId ? 2 : 0);
    }
    return part.length;
  }

  #readPropertiesLength(byte: number, properties: { value: number; shift: number }): number {
    properties.value += (byte & 0x7f) * 2 ** properties.shift;
    properties.shift += 7;
    if (byte <= 0x7f) {
      this.#propertiesLeft = properties.value;
      this.#properties = undefined;
    } else if (properties.shift >= 28) throw new Error('Malformed publish: the length of its properties');
    return 1;
  }
}
