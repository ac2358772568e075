import { quoted, type Unreadable, unreadable } from '../domain/unreadable.ts';
import { kindOf } from './decoders/body.ts';

/** Whether a character surely is no blank: the quick way for most values. */
function isInk(code: number): boolean {
  return code > 0x20 && code < 0x80;
}

/** Blanks, NULs that fixed-width fields are filled with, and marks without width. */
const FILLING = /[\s\0\u200b-\u200f\u2060\ufeff]/;

/** The text without {@link FILLING} at either end. */
function trim(text: string): string {
  if (isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1))) return text;
  let [start, end] = [0, text.length];
  while (end > start && FILLING.test(text.charAt(end - 1))) end--;
  while (start < end && FILLING.test(text.charAt(start))) start++;
  return text.slice(start, end);
}

/**
 * A value of a body as trimmed text: numbers by the digits they were written with, `''` where there is none.
 * Truth values, lists and objects are no text.
 */
export function scalar(value: unknown): string | Unreadable {
  if (typeof value === 'string') return trim(value);
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  if (JSON.isRawJSON(value)) return value.rawJSON;
  return unreadable('text.expected', { got: kindOf(value) });
}

/** Whether a value is the one a `where` names: as text, so that `"1"` is `1`, numbers also by their value. */
export function equals(value: unknown, wanted: string | number | boolean): boolean {
  if (typeof value === 'boolean') return String(value) === String(wanted);
  const text = scalar(value);
  if (typeof text !== 'string' || value === null || value === undefined) return false;
  return text === String(wanted) || (typeof wanted === 'number' && text !== '' && Number(text) === wanted);
}

/** The longest text that goes on the wire. */
const MAX_TEXT = 1000;

/** What most texts hold: nothing else has to be looked for in them. */
const PRINTABLE = /^[ -~]{0,100}$/;

/** Why a text cannot go on the wire or to a screen as it is, or the text: no control or broken characters. */
export function clean(text: string): string | Unreadable {
  if (PRINTABLE.test(text)) return text;
  if (text.length > MAX_TEXT)
    return unreadable('text.long', { text: quoted(text), length: text.length, max: MAX_TEXT });
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return unreadable('text.control', { text: quoted(text) });
  return text;
}

/** What nobody sees: marks without width, direction marks, fillers (Unicode, Default_Ignorable_Code_Point and Cf). */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u;

/** An order number: of two that look alike only one must be possible, so it holds nothing invisible. */
export function cleanOrderNo(text: string): string | Unreadable {
  if (PRINTABLE.test(text)) return text;
  const order = clean(text);
  return typeof order === 'string' && INVISIBLE.test(order)
    ? unreadable('text.control', { text: JSON.stringify(escaped(order.slice(0, 40))) })
    : order;
}

/** The invisible, shown by their numbers. */
function escaped(text: string): string {
  return [...text]
    .map((c) =>
      INVISIBLE.test(c) ? `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>` : c,
    )
    .join('');
}
