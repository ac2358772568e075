/** Bytes that stand in a text as base64, as hexadecimal digits or as a list of numbers. */

/** A part of a text that may be bytes in some encoding. */
export interface EmbeddedBytes {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  /** Writes other bytes in the same manner. */
  readonly write: (bytes: Uint8Array) => string;
}

/** Base64, also where JSON writes `\/` and `\u003d`, and forms `%2F`. */
const BASE64 =
  /(?:[A-Za-z0-9+_-]|\\{0,8}\/|%(?:25){0,4}2[bBfF]|\\{1,16}u002[bBfF]){12,}(?:=|%(?:25){0,4}3[dD]|\\{1,16}u003[dD]){0,2}/g;
const BASE64_SIGN = /\\{0,8}\/|%(?:25){0,4}[23][bBdDfF]|\\{1,16}u00[23][bBdDfF]|./g;
const HEX = /(?<![0-9a-fA-F])[0-9a-fA-F]{2}(?:[ :,-]?[0-9a-fA-F]{2}){6,}/g;
const NUMBERS = /\[\s*-?\d{1,3}(?:\s*,\s*-?\d{1,3}){6,}\s*\]/g;

/** How long a path or word before a base64 text may be, characters, and of how many parts. */
const MAX_BEFORE = 200;
const MAX_WORDS = 8;

/** Every part that may be bytes, the likelier first; parts may overlap. */
export function* embedded(text: string): Generator<EmbeddedBytes> {
  yield* hexParts(text);
  yield* numberParts(text);
  yield* base64Parts(text);
}

function* hexParts(text: string): Generator<EmbeddedBytes> {
  for (const { 0: run, index } of text.matchAll(HEX)) {
    const upper = !/[a-f]/.test(run);
    const [gap = ''] = /[^0-9a-fA-F]/.exec(run) ?? [];
    yield {
      start: index,
      end: index + run.length,
      bytes: Buffer.from(run.replace(/[^0-9a-fA-F]/g, ''), 'hex'),
      write: (bytes) => {
        const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(gap);
        return upper ? digits.toUpperCase() : digits;
      },
    };
  }
}

function* numberParts(text: string): Generator<EmbeddedBytes> {
  for (const { 0: run, index } of text.matchAll(NUMBERS)) {
    const numbers = [...run.matchAll(/-?\d+/g)].map(([digits]) => Number(digits));
    if (numbers.some((one) => one < -128 || one > 255)) continue;
    const signed = numbers.some((one) => one < 0);
    yield {
      start: index,
      end: index + run.length,
      bytes: Uint8Array.from(numbers, (one) => one & 0xff),
      write: (bytes) =>
        `[${Array.from(bytes, (byte) => (signed && byte > 127 ? byte - 256 : byte)).join(',')}]`,
    };
  }
}

function* base64Parts(text: string): Generator<EmbeddedBytes> {
  for (const { 0: run, index } of text.matchAll(BASE64)) {
    yield base64(run, index);
    // A path or a word before it is of the same letters: what follows it may begin after any of these.
    const starts = [...run.slice(0, MAX_BEFORE).matchAll(/\\{0,8}\/|[_-]/g)].slice(0, MAX_WORDS);
    for (const found of starts) {
      const from = found.index + found[0].length;
      if (run.length - from >= 12) yield base64(run.slice(from), index + from);
    }
  }
}

function base64(run: string, start: number): EmbeddedBytes {
  const signs = run.match(BASE64_SIGN) ?? [];
  const manner = new Map(signs.map((sign) => [signOf(sign), sign]));
  const plain = signs.map(signOf).join('');
  const urlSafe = /[-_]/.test(plain);
  const percent = signs.some((sign) => sign.startsWith('%'));
  return {
    start,
    end: start + run.length,
    bytes: Buffer.from(plain, 'base64'),
    write: (bytes) => {
      const coded = Buffer.from(bytes).toString(urlSafe ? 'base64url' : 'base64');
      const padded = plain.endsWith('=') || plain.length % 4 === 0 ? coded : coded.replace(/=+$/, '');
      return padded.replace(
        /[+/=]/g,
        (sign) => manner.get(sign) ?? (percent ? encodeURIComponent(sign) : sign),
      );
    },
  };
}

const SIGNS: Readonly<Record<string, string>> = { '2b': '+', '2f': '/', '3d': '=' };

function signOf(sign: string): string {
  return sign.length === 1 ? sign : (SIGNS[sign.slice(-2).toLowerCase()] ?? '/');
}
