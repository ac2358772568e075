/** Finds plates and VINs in a text, however they are spelt, and puts made-up ones in their place. */
import { type Characters, charactersOf } from './characters.ts';
import { PROVINCES, type Pseudonyms } from './pseudonyms.ts';

/** Part of a text to be replaced. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What people and programs put between the characters of a plate; the narrow ones stand within its number too. */
const NARROW_CHAR =
  '[.\\u00b7\\u0387\\u2022\\u2024\\u2027\\u2219\\u22c5\\u30fb\\uff65\\u3002_\\u002d\\u2010-\\u2015\\u200b-\\u200d\\u2060\\ufeff]';
const NARROW = `${NARROW_CHAR}{0,4}`;
const WIDE = `(?:\\s|\\+|${NARROW_CHAR}){0,8}`;
const FILLERS = new RegExp(`(?:\\s|\\+|${NARROW_CHAR})+`, 'g');

const FIRST = `[${PROVINCES}使领]`;
const CHAR = '[A-HJ-NP-Z0-9]';
const END = '(?![A-Z0-9])';

/** A number of so many characters, with fillers between them; the last may be a Chinese one. */
const number = (filler: string, length: number, last = CHAR) =>
  `${`${CHAR}${filler}`.repeat(length - 1)}${last}`;
const LAST = '[A-HJ-NP-Z0-9挂学警港澳使领]';
const START = `${FIRST}${WIDE}[A-Z]${WIDE}`;

/** What may be a plate, the likelier first. Of a number that runs on into other letters as much as a plate may have. */
const PLATE = new RegExp(
  [
    `${START}${number(NARROW, 6)}${END}`,
    `${START}${number(NARROW, 5, LAST)}${END}`,
    `${START}${number(WIDE, 6)}${END}`,
    `${START}${number(WIDE, 5, LAST)}${END}`,
    `${FIRST}${WIDE}(?:[A-Z]${WIDE})?临${WIDE}[A-Z0-9](?:${NARROW}[A-Z0-9]){3,5}`,
    `WJ${WIDE}${FIRST}${WIDE}[A-Z0-9](?:${NARROW}[A-Z0-9]){3,5}`,
    `[使领]${WIDE}[0-9](?:${NARROW}[0-9]){5}`,
    `${START}[A-Z0-9](?:${NARROW}[A-Z0-9]){3,5}`,
  ].join('|'),
  'g',
);

/** What stands after a plate and a bar: the car's plate on the other side of a border. */
const AFTER_BAR = /^\s*\|\s*([A-Z]{2,3}\s*[0-9]{3,5}|[A-Z0-9]{5,8})/;

/** Seventeen letters and digits with both among them, and none around. */
const VIN =
  /(?<![A-Z0-9])(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*[0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])|(?<=VIN)[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])/g;

/** The value of a member whose name says that it is a plate or a VIN, in JSON (also within JSON), forms and XML. */
const NAMED =
  /(?:PLATE|LICEN[CS]E|CAR_?(?:NO|NUM|NUMBER|CODE)|VEHICLE_?(?:NO|NUM|NUMBER|ID)|CPH|HPHM|车牌|车号|车架号|\bVIN)[A-Z_]{0,24}(?:号码?)?\\{0,16}["']?\s{0,8}(?:[:=>]|：)\s{0,8}\\{0,16}["']?([^"'&<,;\\}\]\s][^"'&<,;\\}\]\r\n]{3,30})/g;

/** Values that stand for "no plate". */
const isCode = (text: string): boolean => /[0-9]/.test(text) && /^[\p{Script=Han}A-Z0-9]{5,20}$/u.test(text);

/** A plate or code without what stands between its characters, in upper case and half width. */
export function canonical(text: string): string {
  return charactersOf(text).plain.replace(FILLERS, '');
}

/** The codes that members of the text are named for: plates of odd forms, which no pattern knows. */
export function namedCodes(text: string): string[] {
  const { plain } = charactersOf(text);
  return [...plain.matchAll(NAMED)].flatMap(([, value = '']) => {
    const [first = ''] = value.split('|');
    const code = first.replace(FILLERS, '').replace(new RegExp(`^[蓝黄绿白黑](?=${FIRST})`), '');
    return isCode(code) ? [code] : [];
  });
}

/** What replaces each plate and VIN of a text, in order. @param known codes that are plates, whatever they look like */
export function personalEdits(text: string, known: Iterable<string>, names: Pseudonyms): Edit[] {
  const characters = charactersOf(text);
  const { plain } = characters;
  const edits: Edit[] = [];
  const taken = new Uint8Array(plain.length);
  const take = (from: number, to: number, made: (code: string) => string): void => {
    if (taken.subarray(from, to).includes(1)) return;
    taken.fill(1, from, to);
    edits.push(...rewritten(characters, from, to, made));
  };
  const plate = (code: string) => names.plate(code);
  for (const found of plain.matchAll(VIN)) take(found.index, found.index + 17, (code) => names.vin(code));
  for (const code of [...known].toSorted((a, b) => b.length - a.length))
    for (const found of plain.matchAll(new RegExp([...code].map(escaped).join(WIDE), 'g'))) {
      // A part of a longer plate is not this one.
      if (longerPlate(plain, found.index, found[0].length)) continue;
      take(found.index, found.index + found[0].length, code.length === 17 ? (one) => names.vin(one) : plate);
    }
  for (const found of plain.matchAll(PLATE)) {
    const end = found.index + found[0].length;
    take(found.index, end, plate);
    const other = AFTER_BAR.exec(plain.slice(end, end + 40));
    if (other?.[1] !== undefined) {
      const from = end + other[0].length - other[1].length;
      take(from, from + other[1].length, plate);
    }
  }
  return edits.toSorted((a, b) => a.start - b.start);
}

/** Whether a plate begins where a code was found, and goes on after it. */
function longerPlate(plain: string, at: number, length: number): boolean {
  const found = new RegExp(PLATE.source, 'y');
  found.lastIndex = at;
  const plate = found.exec(plain)?.[0] ?? '';
  return plate.length > length && !/[A-Z0-9]/.test(plain.charAt(at + plate.length));
}

/** Writes a made-up code over a real one, character by character; what stands between them stays. */
function rewritten(
  { plain, span, inPlace }: Characters,
  from: number,
  to: number,
  made: (code: string) => string,
): Edit[] {
  const gaps = new Set<number>();
  for (const gap of plain.slice(from, to).matchAll(FILLERS))
    for (let at = 0; at < gap[0].length; at += 1) gaps.add(from + gap.index + at);
  const places = Array.from({ length: to - from }, (_, at) => from + at).filter((at) => !gaps.has(at));
  const name = made(places.map((at) => plain.charAt(at)).join(''));
  return places.map((at, index) => {
    const [start, end] = span(at);
    return { start, end, text: inPlace(at, name.charAt(index)) };
  });
}

/** A text after edits, which are in order and do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const edit of edits) {
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}

function escaped(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
