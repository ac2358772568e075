import { type Unreadable, unreadable } from '../../domain/unreadable.ts';
import type { Body } from './body.ts';

/**
 * JSON whose numbers keep their digits. JSON.parse makes doubles, and a double prints the digits that were
 * written, except for the odd numbers found below. A text that holds one is parsed once more with those numbers
 * in quotes: to the rules a number is its text anyway.
 *
 * Of a key that is there twice the last counts, as JSON.parse has it. `__proto__` is a key like any other.
 */

/** Nesting is judged only from this length up: a shorter text cannot nest deep enough to cost anything. */
const JUDGED_LENGTH = 10_000;
/** What devices say is nested to about ten. */
export const MAX_DEPTH = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/** Where the string that opens at `open` closes. A backslash before the quote may itself be escaped. */
function closing(json: string, open: number): number {
  for (let at = json.indexOf('"', open + 1); ; at = json.indexOf('"', at + 1)) {
    let slashes = 0;
    while (json.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at === -1 ? json.length : at;
  }
}

function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c === QUOTE) i = closing(json, i);
    // `[` and `{`, `]` and `}` differ in one bit.
    else if ((c | 0x20) === 0x7b) depth++;
    else if ((c | 0x20) === 0x7d) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/**
 * Whether a double may print other digits than `source` has: more than 15 of them, an exponent, a zero at the
 * end of the decimals, a minus zero, or so small that it prints with an exponent.
 */
function isOdd(source: string): boolean {
  return source.length > 15 || /[eE]|\.\d*0$|^-0$|^-?0\.000000/.test(source);
}

/** JSON that parses, with the numbers in quotes whose digits a double would not keep. */
export function quoteOddNumbers(json: string): string {
  let quotedTo = 0;
  let exact = '';
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c === QUOTE) {
      i = closing(json, i);
    } else if (c === MINUS || (c >= 0x30 && c <= 0x39)) {
      let end = i + 1;
      // Digits, `.`, `+`, `-`, `e` and `E`: in JSON nothing else of these ranges can follow a number.
      for (let n = json.charCodeAt(end); (n >= 0x2b && n <= 0x39 && n !== 0x2c) || (n | 0x20) === 0x65; ) {
        n = json.charCodeAt(++end);
      }
      const source = json.slice(i, end);
      if (isOdd(source)) {
        exact += `${json.slice(quotedTo, i)}"${source}"`;
        quotedTo = end;
      }
      i = end - 1;
    }
  }
  return quotedTo === 0 ? json : exact + json.slice(quotedTo);
}

/** Words that some libraries write where a number is none (Python's json, printf); JSON has no such values. */
const NOT_A_NUMBER = /[+-]?(?:nan|inf(?:inity)?)(?![A-Za-z0-9_])/iy;

/** JSON with null where a bare NaN or Infinity stands. */
export function withoutNaN(json: string): string {
  let copied = 0;
  let lenient = '';
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c === QUOTE) {
      i = closing(json, i);
      continue;
    }
    NOT_A_NUMBER.lastIndex = i;
    const word = NOT_A_NUMBER.exec(json)?.[0];
    if (word === undefined) continue;
    lenient += `${json.slice(copied, i)}null`;
    copied = i + word.length;
    i = copied - 1;
  }
  return lenient + json.slice(copied);
}

/** Parses a JSON text, or says why it is none. Odd numbers become their text. */
export function parseJson(json: string): Body | Unreadable {
  const problem = notJson(json);
  if (problem !== undefined) return problem;
  try {
    const body: unknown = JSON.parse(json);
    const exact = quoteOddNumbers(json);
    return { json, body: exact === json ? body : JSON.parse(exact) };
  } catch (error) {
    return syntaxError(error, json);
  }
}

/** The same for what is taken apart and written again: odd numbers stay numbers, as raw JSON. */
export function parseExact(json: string): unknown {
  // It is written again, level by level, so its depth is judged however short it is.
  const problem = notJson(json, MAX_DEPTH);
  if (problem !== undefined) return problem;
  try {
    const body: unknown = JSON.parse(json);
    return quoteOddNumbers(json) === json ? body : JSON.parse(json, keepDigits);
  } catch (error) {
    return syntaxError(error, json);
  }
}

function notJson(json: string, judgedFrom = JUDGED_LENGTH): Unreadable | undefined {
  if (json === '') return unreadable('decode.empty', {});
  return json.length > judgedFrom && isTooDeep(json)
    ? unreadable('decode.too-deep', { max: MAX_DEPTH })
    : undefined;
}

function syntaxError(error: unknown, json: string): Unreadable {
  if (isJson(withoutNaN(json))) return unreadable('decode.bare-nan', {});
  const why = error instanceof Error ? error.message : String(error);
  return unreadable('decode.not-json', { why: why.replace(/\p{Cc}/gu, '\ufffd') });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function keepDigits(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && isOdd(source) ? JSON.rawJSON(source) : value;
}
