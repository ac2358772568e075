/**
 * A text taken apart into the characters that it means, each with the way it is written: as it is, as `\u6d59` (with
 * any number of backslashes, as in JSON within JSON), as `%E6%B5%99` or `%D5%E3` (UTF-8 or GBK, escaped once or
 * several times), as `\xe6\xb5\x99`, as `&#27993;`.
 */
import { gb18030Bytes, isMisread } from './gb18030.ts';

/** A character that stands in some spelling. */
interface Written {
  readonly start: number;
  readonly end: number;
  /** Writes another character in the same spelling. */
  readonly write: (char: string) => string;
}

/** A text by its characters; each is one UTF-16 unit of {@link plain}. */
export interface Characters {
  /** In upper case and half width; what has no such form is as it is, and what is no single unit U+FFFF. */
  readonly plain: string;
  /** Where a character begins and ends in the source. */
  readonly span: (at: number) => readonly [start: number, end: number];
  /** A character of {@link plain} in the spelling (escape, width, case) of the one that stands there. */
  readonly inPlace: (at: number, char: string) => string;
}

const SPELLINGS =
  /(?<u>\\{1,16}u)(?<code>[0-9a-fA-F]{4})|(?:%(?:25){0,4}|\\{1,16}x)[0-9a-fA-F]{2}(?:(?:%(?:25){0,4}|\\{1,16}x)[0-9a-fA-F]{2})*|&#(?:x(?<hex>[0-9a-fA-F]{1,5})|(?<decimal>\d{1,6}));/g;

/** Takes a text apart. */
export function charactersOf(text: string): Characters {
  const escapes = new Map<number, Written>();
  let plain = '';
  const starts: number[] = [];
  const add = (char: string, start: number, written?: Written): void => {
    if (written !== undefined) escapes.set(plain.length, written);
    starts.push(start);
    plain += plainOf(char);
  };
  const addPlain = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) add(text.charAt(at), at);
  };
  let done = 0;
  for (const found of text.matchAll(SPELLINGS)) {
    addPlain(done, found.index);
    for (const [char, written] of spelt(found)) add(char, written.start, written);
    done = found.index + found[0].length;
  }
  addPlain(done, text.length);
  return {
    plain,
    span: (at) => {
      const start = starts[at] ?? text.length;
      return [start, escapes.get(at)?.end ?? start + 1];
    },
    inPlace: (at, char) => {
      const written = escapes.get(at);
      const [start, end] = [starts[at] ?? 0, written?.end ?? (starts[at] ?? 0) + 1];
      const old = written === undefined ? text.slice(start, end) : written.write('');
      const formed = inForm(old, char);
      return written === undefined ? formed : written.write(formed);
    },
  };
}

/** Traditional characters of provinces, which some cameras write. */
const SIMPLIFIED: Readonly<Record<string, string>> = {
  滬: '沪',
  遼: '辽',
  雲: '云',
  魯: '鲁',
  蘇: '苏',
  贛: '赣',
  晉: '晋',
  陝: '陕',
  閩: '闽',
  貴: '贵',
  粵: '粤',
  寧: '宁',
  瓊: '琼',
};

function plainOf(char: string): string {
  if (char < '\u0080') return char.toUpperCase();
  const simple = SIMPLIFIED[char] ?? char.normalize('NFKC').toUpperCase();
  return simple.length === 1 ? simple : char.length === 1 ? char : '\uffff';
}

/** A character in the width and case of the one that it replaces; `old` may be its text or its code. */
function inForm(old: string, char: string): string {
  const wide = /[\uff01-\uff5e]/.test(old);
  const lower = /[a-z\uff41-\uff5a]/.test(old);
  const cased = lower ? char.toLowerCase() : char;
  return wide && cased < '\u0080' ? String.fromCharCode(cased.charCodeAt(0) + 0xfee0) : cased;
}

/** The characters of an escape, or of a run of escaped bytes. */
function spelt(found: RegExpExecArray): [string, Written][] {
  const { u, code, hex, decimal } = found.groups ?? {};
  const [start, end] = [found.index, found.index + found[0].length];
  if (u !== undefined && code !== undefined) {
    const char = String.fromCharCode(Number.parseInt(code, 16));
    const lower = !/[A-F]/.test(code);
    const write = (one: string) => {
      const digits = (one || char).charCodeAt(0).toString(16).padStart(4, '0');
      return one === '' ? char : `${u}${lower ? digits : digits.toUpperCase()}`;
    };
    return [[char, { start, end, write }]];
  }
  if (hex !== undefined || decimal !== undefined) {
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const char = point <= 0x10_ffff ? String.fromCodePoint(point) : '\ufffd';
    const write = (one: string) =>
      one === ''
        ? char
        : `&#${hex === undefined ? one.codePointAt(0) : `x${one.codePointAt(0)?.toString(16)}`};`;
    return [[char, { start, end, write }]];
  }
  return escapedBytes(found[0], start);
}

const ESCAPED_BYTE = /(?<mark>%(?:25){0,4}|\\{1,16}x)(?<digits>[0-9a-fA-F]{2})/g;

function escapedBytes(run: string, from: number): [string, Written][] {
  const parts = [...run.matchAll(ESCAPED_BYTE)];
  const bytes = Uint8Array.from(parts, ({ groups }) => Number.parseInt(groups?.['digits'] ?? '0', 16));
  const { text, encode } = encodingOf(bytes);
  const lower = /[a-f]/.test(run) || !/[A-F]/.test(run.replace(/%25/g, ''));
  let at = 0;
  return [...text].map((char): [string, Written] => {
    const { length } = encode(char);
    const [first, last] = [parts[at], parts[at + length - 1]];
    at += length;
    const start = from + (first?.index ?? 0);
    const end = from + (last === undefined ? run.length : last.index + last[0].length);
    const mark = first?.groups?.['mark'] ?? '%';
    const write = (one: string) =>
      one === ''
        ? char
        : Array.from(encode(one), (byte) => {
            const digits = byte.toString(16).padStart(2, '0');
            return `${mark}${lower ? digits : digits.toUpperCase()}`;
          }).join('');
    return [char, { start, end, write }];
  });
}

/** How escaped bytes are meant: as UTF-8, else as GB18030, else each for itself. */
function encodingOf(bytes: Uint8Array): { text: string; encode: (char: string) => Uint8Array } {
  const text = decoded(bytes, 'utf-8');
  if (text !== undefined && !isMisread(text)) return { text, encode: (char) => Buffer.from(char) };
  const chinese = decoded(bytes, 'gb18030');
  if (chinese !== undefined) return { text: chinese, encode: gb18030Bytes };
  return { text: Buffer.from(bytes).toString('latin1'), encode: (char) => Buffer.from(char, 'latin1') };
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
