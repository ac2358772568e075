/** A frame's payload is passed on in pieces whose length takes 16 bits, bytes. */
const PIECE = 32_768;
/** The answer to the upgrade is not longer than Node's own limit for headers, bytes. */
const HTTP_LIMIT = 65_536;
/** A data frame that ends its message (RFC 6455, 5.2): FIN and "binary". */
const WHOLE_BINARY = 0x82;
const CONTROL = 0b1000;
const RESERVED = 0b0111_0000;
const MASKED = 0x80;

/**
 * Cuts the data frames of a websocket into small whole messages, while they come. The `ws` package keeps a message in
 * memory until its last frame is there, and ends the connection where it is too large: either way one giant publish
 * would stop all others for ever. MQTT does not care where messages end (MQTT 5, 6.0: a packet may span frames).
 *
 * The bytes begin with the HTTP answer to the upgrade, which is passed on as it is, and so is all that is not
 * understood: `ws` then says what is wrong.
 */
export class WebsocketFrames {
  #state: 'http' | 'frames' | 'as-is' = 'http';
  #httpBytes = 0;
  /** How much of the blank line that ends the HTTP answer has come. */
  #blank = 0;
  #header: number[] = [];
  /** Bytes of the current frame's payload still to come, and whether they are passed on in pieces. */
  #left = 0;
  #inPieces = false;

  /** Takes what came, and returns what goes on to `ws`, in order. */
  pass(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    let at = 0;
    if (this.#state === 'http') {
      at = this.#readHttp(chunk);
      out.push(chunk.subarray(0, at));
    }
    while (at < chunk.length) {
      if (this.#state === 'as-is') {
        out.push(chunk.subarray(at));
        break;
      }
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + Math.min(this.#left, PIECE));
        if (this.#inPieces) out.push(pieceHeader(part.length));
        out.push(part);
        this.#left -= part.length;
        at += part.length;
        continue;
      }
      this.#header.push(chunk[at] ?? 0);
      at += 1;
      this.#endHeader(out);
    }
    return out;
  }

  /** Returns how many bytes belong to the HTTP answer. */
  #readHttp(chunk: Buffer): number {
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      this.#blank = byte === (this.#blank % 2 === 0 ? 0x0d : 0x0a) ? this.#blank + 1 : byte === 0x0d ? 1 : 0;
      if (this.#blank === 4) {
        this.#state = 'frames';
        return at + 1;
      }
    }
    this.#httpBytes += chunk.length;
    if (this.#httpBytes > HTTP_LIMIT) this.#state = 'as-is';
    return chunk.length;
  }

  /** Goes over to the frame's payload once its header is whole. */
  #endHeader(out: Buffer[]): void {
    const [first = 0, second = 0] = this.#header;
    if (this.#header.length < 2) return;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (this.#header.length < 2 + extended) return;
    const header = Buffer.from(this.#header);
    this.#header = [];
    if ((first & RESERVED) !== 0 || (second & MASKED) !== 0) {
      out.push(header);
      this.#state = 'as-is';
      return;
    }
    this.#left =
      extended === 0 ? short : extended === 2 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
    this.#inPieces = (first & CONTROL) === 0;
    if (!this.#inPieces) out.push(header);
  }
}

function pieceHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([WHOLE_BINARY, length]);
  return Buffer.from([WHOLE_BINARY, 126, length >> 8, length & 0xff]);
}
