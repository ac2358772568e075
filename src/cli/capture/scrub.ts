/** Takes plates and VINs out of messages, in whatever encoding they are, and leaves all else as it is. */
import { isUtf8 } from 'node:buffer';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { embedded } from './embedded.ts';
import { type FramePlace, framesIn, seal, vinPlace } from './frames.ts';
import { gb18030Bytes, isMisread } from './gb18030.ts';
import { type Edit, edited, namedCodes, personalEdits } from './personal.ts';
import { PROVINCES, type Pseudonyms } from './pseudonyms.ts';

/** Bytes without plates and VINs. */
export interface Scrubbed {
  readonly bytes: Uint8Array;
  /** Whether they could be decoded: text, gzip, zlib or frames. Where not, only what stands in them openly was found. */
  readonly decoded: boolean;
}

/** Encodings within encodings that are gone into. */
const MAX_DEPTH = 6;
/** So long a text is not read as an encoding of other text by chance, as a word, a VIN or a signature may be; characters. */
const SURELY_ENCODED = 40;
/** The most that a compressed part may grow to, bytes. */
const MAX_INFLATED = 4 * 2 ** 20;

/** Scrubs the messages of one capture: the same plate is always replaced by the same made-up one. */
export class Scrubber {
  readonly #names: Pseudonyms;

  constructor(names: Pseudonyms) {
    this.#names = names;
  }

  /** A topic. @param known codes that are plates, whatever they look like; in upper case, nothing between them */
  topic(topic: string, known: readonly string[]): string {
    return edited(topic, personalEdits(topic, new Set(known), this.#names));
  }

  /** A payload; see {@link topic}. */
  payload(bytes: Uint8Array, known: readonly string[]): Scrubbed {
    return this.#bytes(bytes, new Set(known), 0);
  }

  #bytes(bytes: Uint8Array, known: ReadonlySet<string>, depth: number): Scrubbed {
    if (bytes.length === 0) return { bytes, decoded: true };
    if (depth > MAX_DEPTH) return { bytes: this.#openly(bytes), decoded: false };
    const frames = framesIn(bytes);
    if (frames.length > 0) return this.#frames(bytes, frames);
    const unpacked = inflated(bytes);
    if (unpacked !== undefined) {
      const inner = this.#bytes(unpacked.bytes, known, depth + 1);
      const same = Buffer.compare(inner.bytes, unpacked.bytes) === 0;
      return { bytes: same ? bytes : unpacked.pack(inner.bytes), decoded: inner.decoded };
    }
    const text = textOf(bytes);
    if (text === undefined) return { bytes: this.#openly(bytes), decoded: false };
    const scrubbed = this.#text(text.text, known, depth);
    return { bytes: scrubbed === text.text ? bytes : text.encode(scrubbed), decoded: true };
  }

  #text(text: string, known: ReadonlySet<string>, depth: number): string {
    const codes = new Set([...known, ...namedCodes(text)]);
    const parts: Edit[] = [];
    const taken = new Uint8Array(text.length);
    const isTaken = (start: number, end: number) => taken.subarray(start, end).includes(1);
    for (const part of embedded(text)) {
      const { start, end } = part;
      if (isTaken(start, end)) continue;
      const inner = this.#bytes(part.bytes, codes, depth + 1);
      const same = Buffer.compare(inner.bytes, part.bytes) === 0;
      // What surely is an encoding is done with: what looks like a code in it is none.
      if (same && !(inner.decoded && end - start >= SURELY_ENCODED)) continue;
      taken.fill(1, start, end);
      if (!same) parts.push({ start, end, text: part.write(inner.bytes) });
    }
    const outside = personalEdits(text, codes, this.#names).filter(({ start, end }) => !isTaken(start, end));
    return edited(
      text,
      [...parts, ...outside].toSorted((a, b) => a.start - b.start),
    );
  }

  #frames(bytes: Uint8Array, frames: readonly FramePlace[]): Scrubbed {
    const copy = Uint8Array.from(bytes);
    for (const frame of frames) {
      const place = vinPlace(copy, frame);
      if (place !== undefined) copy.set(this.#code(copy.subarray(...place)), place[0]);
    }
    const vins = frames.flatMap((frame) => [vinPlace(copy, frame) ?? []]);
    const result = this.#openly(copy, vins);
    for (const frame of frames) seal(result, frame);
    return { bytes: result, decoded: !frames.some(({ encrypted }) => encrypted) };
  }

  /** The letters and digits of a fixed-width field, as a made-up code. */
  #code(field: Uint8Array): Uint8Array {
    const text = Buffer.from(field).toString('latin1');
    return Buffer.from(
      text.replace(/[A-Za-z0-9]+/g, (code) =>
        /[1-9A-Za-z]/.test(code) ? inCase(code, this.#names.vin(code.toUpperCase())) : code,
      ),
      'latin1',
    );
  }

  /** Bytes that say nothing as a whole: codes and plates that stand in them openly are replaced all the same. */
  #openly(bytes: Uint8Array, done: readonly (readonly number[])[] = []): Uint8Array {
    const copy = Uint8Array.from(bytes);
    const latin = Buffer.from(bytes).toString('latin1');
    const isDone = (at: number, length: number) =>
      done.some(([from = 0, to = 0]) => at < to && from < at + length);
    for (const { 0: code, index } of latin.matchAll(/[A-Za-z0-9]{17,}/g)) {
      if (!/[A-Za-z]/.test(code) || !/[0-9]/.test(code) || isDone(index, code.length)) continue;
      copy.set(Buffer.from(inCase(code, this.#names.vin(code.toUpperCase()))), index);
    }
    for (const { 0: found, index, groups } of latin.matchAll(openPlates())) {
      const serial = groups?.['number'] ?? '';
      const first = found.slice(0, found.length - serial.length);
      const made = this.#names.plate(`${firstOf(first)}${serial.toUpperCase()}`);
      const gb = first.length === 2;
      copy.set(
        Buffer.concat([
          gb ? gb18030Bytes(made.charAt(0)) : Buffer.from(made.charAt(0)),
          Buffer.from(inCase(serial, made.slice(1))),
        ]),
        index,
      );
    }
    return copy;
  }
}

function inCase(real: string, made: string): string {
  return [...made].map((char, at) => (/[a-z]/.test(real.charAt(at)) ? char.toLowerCase() : char)).join('');
}

interface Compressed {
  readonly bytes: Uint8Array;
  readonly pack: (bytes: Uint8Array) => Uint8Array;
}

function inflated(bytes: Uint8Array): Compressed | undefined {
  const options = { maxOutputLength: MAX_INFLATED };
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b)
      return { bytes: gunzipSync(bytes, options), pack: (one) => gzipSync(one) };
    if (bytes[0] === 0x78 && ((bytes[0] << 8) | (bytes[1] ?? 0)) % 31 === 0)
      return { bytes: inflateSync(bytes, options), pack: (one) => deflateSync(one) };
  } catch {
    // It only begins like one.
  }
  return undefined;
}

interface DecodedText {
  readonly text: string;
  readonly encode: (text: string) => Uint8Array;
}

/** Text: UTF-8, also cut off within a character, or GB18030; with hardly a control character. */
function textOf(bytes: Uint8Array): DecodedText | undefined {
  for (const cut of [0, 1, 2, 3]) {
    const whole = bytes.subarray(0, bytes.length - cut);
    if (!isUtf8(whole)) continue;
    const text = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8');
    if (isMisread(text)) break;
    if (controls(text) * 20 > text.length) return undefined;
    // Only a text that has longer characters can be cut off within one.
    if (cut > 0 && whole.length === text.length) break;
    const rest = bytes.subarray(whole.length);
    return { text, encode: (one) => Buffer.concat([Buffer.from(one), rest]) };
  }
  return chineseText(bytes);
}

function chineseText(bytes: Uint8Array): DecodedText | undefined {
  try {
    const text = new TextDecoder('gb18030', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (controls(text) > 0 || /\p{Co}/u.test(text) || Buffer.compare(gb18030Bytes(text), bytes) !== 0)
      return undefined;
    return looksChinese(text) ? { text, encode: gb18030Bytes } : undefined;
  } catch {
    return undefined;
  }
}

/** How many control characters a text has that texts do not have. */
function controls(text: string): number {
  return text.match(/(?![\t\r\n\0])\p{Cc}/gu)?.length ?? 0;
}

/** Whether most characters are in daily use: bytes that mean something else read as rare ones. */
function looksChinese(text: string): boolean {
  const codes = [...text].filter((char) => char > '\u007f').map(gb18030Bytes);
  const pairs = codes.filter(({ length }) => length === 2);
  // Level 1 of GB 2312, the 3,755 characters in daily use, has leads B0 to D7; A1 to A3 are punctuation and full width.
  const daily = pairs.filter(
    ([lead = 0, trail = 0]) =>
      trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3)),
  );
  return pairs.length > 0 && daily.length * 5 >= pairs.length * 4;
}

let open: RegExp | undefined;

/** Plates in bytes read as Latin-1: a province in UTF-8 or GB18030, then letters and digits. */
function openPlates(): RegExp {
  const firsts = [...PROVINCES, '使', '领'].flatMap((char) => [
    Buffer.from(char),
    Buffer.from(gb18030Bytes(char)),
  ]);
  const patterns = firsts.map((bytes) => [...bytes].map((byte) => `\\x${byte.toString(16)}`).join(''));
  open ??= new RegExp(`(?:${patterns.join('|')})(?<number>[A-Za-z][A-Za-z0-9]{4,6})`, 'g');
  return open;
}

function firstOf(latin: string): string {
  return new TextDecoder(latin.length === 2 ? 'gb18030' : 'utf-8').decode(Buffer.from(latin, 'latin1'));
}
