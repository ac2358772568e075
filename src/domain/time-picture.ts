import { milliseconds, offsetOf, type TimePicture, wallTime } from './read-time.ts';
import type { StationZone } from './station-time.ts';
import { quoted, unreadable } from './unreadable.ts';

type Part =
  | 'year'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'half'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'offset';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LONGEST = 100;

/** The pattern of a run of one letter (Unicode TR35, "Date Field Symbol Table"), and which part it is; undefined where it is none of ours. */
function symbol(letters: string): { pattern: string; part?: Part } | undefined {
  const short = letters.length === 1;
  const digits = short ? '(\\d{1,2})' : letters.length === 2 ? '(\\d\\d)' : undefined;
  switch (letters[0]) {
    case 'y':
      return { pattern: letters.length === 2 ? '(\\d\\d)' : '(\\d{4})', part: 'year' };
    case 'M':
      if (digits !== undefined) return { pattern: digits, part: 'month' };
      return { pattern: letters.length === 3 ? '(\\p{L}{3})\\.?' : '(\\p{L}{3,9})', part: 'monthName' };
    case 'd':
      return digits === undefined ? undefined : { pattern: digits, part: 'day' };
    case 'H':
    case 'h':
      return digits === undefined ? undefined : { pattern: digits, part: 'hour' };
    case 'm':
      return digits === undefined ? undefined : { pattern: digits, part: 'minute' };
    case 's':
      return digits === undefined ? undefined : { pattern: digits, part: 'second' };
    case 'S':
      return { pattern: `(\\d{${letters.length}})`, part: 'fraction' };
    case 'a':
      return { pattern: '(am|pm|上午|下午)', part: 'half' };
    case 'X':
    case 'x':
    case 'Z':
      return { pattern: '(z|[+-]\\d\\d(?::?\\d\\d)?)', part: 'offset' };
    case 'E':
      return { pattern: '\\p{L}{1,12}\\.?' };
    default:
      return undefined;
  }
}

const TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|\s+|[^A-Za-z'\s]/gu;

/** What is wrong with a picture: letters that mean nothing, or parts without which it is no time. */
export interface PictureProblem {
  readonly unknown?: string;
  readonly lacks?: readonly string[];
}

/** Compiles a picture such as `yyyy/MM/dd H:mm:ss`; letters as in Unicode TR35, other text in quotes. */
export function timePicture(picture: string): TimePicture | PictureProblem {
  const parts: Part[] = [];
  let pattern = '';
  let read = 0;
  for (const match of picture.matchAll(TOKEN)) {
    if (match.index !== read) break;
    read += match[0].length;
    const [text, literal, letter] = match;
    if (letter !== undefined) {
      const found = symbol(text);
      if (found === undefined) return { unknown: text };
      pattern += found.pattern;
      if (found.part !== undefined) parts.push(found.part);
    } else if (literal !== undefined) {
      pattern += escaped(literal === '' ? "'" : literal.replaceAll("''", "'"));
    } else {
      pattern += text.trim() === '' ? '\\s+' : escaped(text);
    }
  }
  if (read !== picture.length) return { unknown: picture.slice(read) };
  const lacks = Object.entries({
    y: 'year',
    M: 'month',
    d: 'day',
    H: 'hour',
    m: 'minute',
  } satisfies Record<string, Part>).filter(
    ([, part]) => !parts.includes(part) && !(part === 'month' && parts.includes('monthName')),
  );
  if (lacks.length > 0) return { lacks: lacks.map(([letter]) => letter) };
  const form = new RegExp(`^${pattern}$`, 'iu');
  return {
    read(text, zone) {
      const found = text.length > LONGEST ? null : form.exec(text);
      const at = found === null ? undefined : instant(parts, found.slice(1), zone);
      return at ?? unreadable('time.not-picture', { text: quoted(text), picture: quoted(picture) });
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function instant(parts: readonly Part[], texts: readonly string[], zone: StationZone): number | undefined {
  const part = (wanted: Part) => {
    const at = parts.indexOf(wanted);
    return at === -1 ? undefined : texts[at];
  };
  const year = part('year') ?? '';
  const name = part('monthName');
  const month =
    name === undefined ? Number(part('month')) : 1 + MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  const hour = hourOf(Number(part('hour')), part('half')?.toLowerCase());
  const at = wallTime(
    Number(year.length === 2 ? `20${year}` : year),
    month,
    Number(part('day')),
    hour,
    Number(part('minute')),
    Number(part('second') ?? 0),
  );
  if (at === undefined) return undefined;
  const exact = at + milliseconds(part('fraction') ?? '');
  const offset = part('offset');
  const ahead = offset === undefined ? undefined : offsetOf(offset);
  return ahead === undefined ? zone.instant(exact) : exact - ahead;
}

/** The hour of the day; with a half of the day from 1 to 12. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half === 'pm' || half === '下午' ? 12 : 0);
}
