import { quoted, Unreadable } from '../domain/unreadable.ts';

/**
 * A JSON body whose numbers keep their digits. JSON.parse makes doubles, and a double prints the digits that were
 * written, except for the odd numbers found below. A body that holds one is parsed once more with those numbers
 * in quotes: to the rules a number is its text anyway.
 *
 * Of a key that is there twice the last counts, as JSON.parse has it. `__proto__` is a key like any other.
 */

/** Nesting is judged only from this length up: a shorter text cannot nest deep enough to cost anything. */
const JUDGED_LENGTH = 10_000;
/** What devices say is nested to about ten. */
const MAX_DEPTH = 100;

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

/** A JSON text and what it says, for {@link readPath} and {@link scalar}. */
export interface Body {
  readonly json: string;
  readonly body: unknown;
}

/** Parses a JSON text, or says why it is none. */
export function parseBody(json: string): Body | Unreadable {
  if (json.length > JUDGED_LENGTH && isTooDeep(json)) {
    return new Unreadable(`the JSON is nested more than ${MAX_DEPTH} deep`);
  }
  try {
    const body: unknown = JSON.parse(json);
    const exact = quoteOddNumbers(json);
    return { json, body: exact === json ? body : JSON.parse(exact) };
  } catch (error) {
    if (json.trim() === '') return new Unreadable('the payload is empty');
    const why = error instanceof Error ? error.message : String(error);
    return new Unreadable(`the payload is no JSON: ${why.replace(/\p{Cc}/gu, '\ufffd')}`);
  }
}

/** A path taken apart: the names and list places to go through. */
export type Path = readonly string[];

const STEP = /(?:^|(?<!^)\.)([^.[\]"\s]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** Takes `a.list[0]["x.y"]` apart, or returns undefined where it is no path. */
export function parsePath(text: string): Path | undefined {
  const steps: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return undefined;
    steps.push(match[1] ?? match[2] ?? (match[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return steps.length === 0 ? undefined : steps;
}

/** What is at a path, or undefined; only what the body itself holds, never what it inherits. */
export function readPath(body: unknown, path: Path): unknown {
  let here = body;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    if (!Object.hasOwn(here, step) || (step === 'length' && Array.isArray(here))) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}

/** Whether a character surely is no blank: the quick way for most values. */
function isInk(code: number): boolean {
  return code > 0x20 && code < 0x80;
}

const FILLING = /[\s\0]/;

/** The text without blanks, and without the NULs that fixed-width fields are filled with, at either end. */
function trim(text: string): string {
  if (isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1))) return text;
  const trimmed = text.trim();
  if (!trimmed.startsWith('\0') && !trimmed.endsWith('\0')) return trimmed;
  let [start, end] = [0, trimmed.length];
  while (end > start && FILLING.test(trimmed.charAt(end - 1))) end--;
  while (start < end && FILLING.test(trimmed.charAt(start))) start++;
  return trimmed.slice(start, end);
}

/**
 * A value of a body as trimmed text: numbers by the digits they were written with, `''` where there is none.
 * Truth values, lists and objects are no text.
 */
export function scalar(value: unknown): string | Unreadable {
  if (typeof value === 'string') return trim(value);
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const is = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : String(value);
  return new Unreadable(`there is ${is} where a text or a number is wanted`);
}

/** Whether a value is the one a `where` names: as text, so that `"1"` is `1`, numbers also by their value. */
export function equals(value: unknown, wanted: string | number | boolean): boolean {
  if (typeof value === 'boolean') return String(value) === String(wanted);
  const text = scalar(value);
  if (typeof text !== 'string' || value === null || value === undefined) return false;
  return text === String(wanted) || (typeof wanted === 'number' && text !== '' && Number(text) === wanted);
}

/** Why a text cannot go on the wire or to a screen as it is, or the text: no control or broken characters. */
export function clean(text: string): string | Unreadable {
  if (text.length > 1000)
    return new Unreadable(`${quoted(text)} has ${text.length} characters, more than 1000`);
  if (/[\p{Cc}\p{Cs}]/u.test(text))
    return new Unreadable(`${quoted(text)} holds a control or broken character`);
  return text;
}
