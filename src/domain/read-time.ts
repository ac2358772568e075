/** Reads the times that events write, in the station's zone where they bring none of their own. */
import { plainNumber } from './decimal.ts';
import type { StationZone } from './station-time.ts';
import { quoted, type Unreadable, unreadable } from './unreadable.ts';

/** A form of time that a config describes by a picture, compiled; see `timePicture`. */
export interface TimePicture {
  /** The instant that a text shows, epoch milliseconds. */
  read(text: string, zone: StationZone): number | Unreadable;
}

/** How an event may write a time; see {@link readTime}. */
export const TIME_FORMATS = ['auto', 'iso', 'local', 'unix-s', 'unix-ms'] as const;

/** One of {@link TIME_FORMATS}, or a picture such as `dd.MM.yyyy HH:mm`, compiled. */
export type TimeFormat = (typeof TIME_FORMATS)[number] | TimePicture;

/** The last instant whose year has four digits in every zone. */
const LATEST = Date.UTC(9999, 11, 31);
/** As seconds this is the year 5138, as milliseconds 1973: what lies beyond is not the unit it claims to be. */
const MAX_SECONDS = 1e11;
const DAY = 86_400_000;

const ZERO = 0x30;
const FRACTION = /^[.,](\d{1,9})/;
const OFFSET = /^ ?(?:[Zz]|([+-])(0\d|1[0-8])(?::?([0-5]\d))?)$/;
const EPOCH = /^([+-]?\d+)(?:\.(\d+))?$/;
/** Of one or two digits, as spreadsheets and cameras write them: `2026/11/8 8:00:00`. */
const LOOSE = /^(\d{4})([/-])(\d{1,2})\2(\d{1,2})[ Tt](\d{1,2}):(\d\d)(?::(\d\d)([.,]\d{1,9})?)?(?!\d)/;
/** ISO 8601's basic form, and the same without its T. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)[Tt]?(\d\d)(\d\d)(\d\d)([.,]\d{1,9})?(?!\d)/;

/** The two digits at a place as a number; not a number where there are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** A wall clock time as if it were UTC, and the text that follows it. */
interface Wall {
  readonly at: number;
  readonly rest: string;
}

/**
 * A wall clock time as if it were UTC, epoch milliseconds; undefined where no clock shows it. 24:00:00 is the next
 * midnight (ISO 8601).
 */
export function wallTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (hour === 24 && minute === 0 && second === 0) {
    const midnight = wallTime(year, month, day, 0, 0, 0);
    return midnight === undefined ? undefined : midnight + DAY;
  }
  if (!(year >= 1000 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC rolls the 30th of February and the 0th of May over; no such day was meant.
  return new Date(at).getUTCDate() !== day || month === 0 ? undefined : at;
}

/** Whether a text begins like `2026-11-24 08:00`. */
function isDashed(text: string): boolean {
  return text[4] === '-' && text[7] === '-' && text[13] === ':' && ' Tt'.includes(text[10] ?? '-');
}

/** The wall clock time at the head of a text, in the form that most events have; seconds may be left out. */
function readWall(text: string): Wall | undefined {
  if (!isDashed(text)) return undefined;
  const hasSeconds = text[16] === ':';
  const at = wallTime(
    two(text, 0) * 100 + two(text, 2),
    two(text, 5),
    two(text, 8),
    two(text, 11),
    two(text, 14),
    hasSeconds ? two(text, 17) : 0,
  );
  if (at === undefined) return undefined;
  const rest = text.slice(hasSeconds ? 19 : 16);
  const fraction = hasSeconds ? FRACTION.exec(rest) : null;
  if (fraction === null) return { at, rest };
  return { at: at + milliseconds(fraction[1] ?? ''), rest: rest.slice(fraction[0].length) };
}

/** The same in the other forms that `auto` knows. */
function readOtherWall(text: string): Wall | undefined {
  const loose = LOOSE.exec(text);
  const [whole, parts] = loose
    ? [loose[0], [loose[1], loose[3], loose[4], loose[5], loose[6], loose[7] ?? '0', loose[8]]]
    : wholeAndParts(COMPACT.exec(text));
  if (whole === undefined) return undefined;
  const [year, month, day, hour, minute, second] = parts.map(Number);
  const at = wallTime(
    year ?? Number.NaN,
    month ?? Number.NaN,
    day ?? Number.NaN,
    hour ?? Number.NaN,
    minute ?? Number.NaN,
    second ?? Number.NaN,
  );
  if (at === undefined) return undefined;
  return { at: at + milliseconds(parts[6]?.slice(1) ?? ''), rest: text.slice(whole.length) };
}

function wholeAndParts(match: RegExpExecArray | null): [string | undefined, (string | undefined)[]] {
  return match === null ? [undefined, []] : [match[0], match.slice(1)];
}

/** The first three digits of a fraction of a second. */
export function milliseconds(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** An offset from UTC at the end of a text (`Z`, `+08:00`, `+0800`), milliseconds; undefined where it is none. */
export function offsetOf(text: string): number | undefined {
  const offset = OFFSET.exec(text);
  if (offset === null) return undefined;
  const minutes = Number(offset[2] ?? 0) * 60 + Number(offset[3] ?? 0);
  return (offset[1] === '-' ? -minutes : minutes) * 60_000;
}

function readLocal(text: string, wall: Wall | undefined, zone: StationZone): number | Unreadable {
  if (wall?.rest === '') return zone.instant(wall.at);
  return unreadable('time.not-local', { text: quoted(text) });
}

function readIso(text: string, wall: Wall | undefined): number | Unreadable {
  const offset = offsetOf(wall?.rest ?? '');
  if (wall !== undefined && offset !== undefined) return wall.at - offset;
  return unreadable(wall?.rest === '' ? 'time.no-offset' : 'time.not-iso', { text: quoted(text) });
}

/** By its own form: a number by its count of digits, else a wall clock time with an offset or without. */
function readAny(text: string, zone: StationZone): number | Unreadable {
  // Most are of this form.
  if (text[4] !== '-') {
    const number = EPOCH.exec(text) ?? EPOCH.exec(plainNumber(text) ?? '');
    if (number !== null) return readDigits(text, number, zone);
  }
  const wall = readWall(text) ?? readOtherWall(text);
  if (wall === undefined) return unreadable('time.not-any', { text: quoted(text) });
  return wall.rest === '' ? zone.instant(wall.at) : readIso(text, wall);
}

/** 10 digits are epoch seconds, 13 epoch milliseconds, 14 a wall clock time; any other count is a guess. */
function readDigits(
  text: string,
  [, whole = '', fraction = '']: RegExpExecArray,
  zone: StationZone,
): number | Unreadable {
  if (whole.length === 14 && fraction === '') return readLocal(text, readOtherWall(whole), zone);
  if (whole.length === 10) return Number(whole) * 1000 + milliseconds(fraction);
  if (whole.length === 13) return Number(whole);
  return unreadable('time.digits', { text: quoted(text), count: whole.replace(/^[+-]/, '').length });
}

function readEpoch(text: string, unit: 'unix-s' | 'unix-ms'): number | Unreadable {
  const match = EPOCH.exec(text) ?? EPOCH.exec(plainNumber(text) ?? '');
  if (match === null) return unreadable('time.not-epoch', { text: quoted(text), unit });
  const whole = Number(match[1]);
  if (unit === 'unix-ms') {
    if (whole >= Date.UTC(2015) / 1000 && whole < MAX_SECONDS / 10) {
      return unreadable('time.is-seconds', { text: quoted(text) });
    }
    return whole;
  }
  if (whole >= MAX_SECONDS) return unreadable('time.is-milliseconds', { text: quoted(text) });
  return whole * 1000 + milliseconds(match[2] ?? '');
}

/**
 * The instant a text names, epoch milliseconds, to the year 9999.
 *
 * - `local`: `2026-11-24 08:00:00` on the station's clock
 * - `iso`: the same with an offset
 * - `unix-s`, `unix-ms`: epoch seconds (fractions are read) and milliseconds
 * - `auto`: any of these, `2026/11/24 8:00:00`, and ISO 8601's basic form; of bare digits 10 are seconds, 13
 *   milliseconds, 14 a local time
 * - a picture: what it shows
 *
 * @param text trimmed, not empty; numbers as they were written
 */
export function readTime(text: string, format: TimeFormat, zone: StationZone): number | Unreadable {
  const at = readAs(text, format, zone);
  return typeof at === 'number' && !(Math.abs(at) < LATEST)
    ? unreadable('time.year', { text: quoted(text) })
    : at;
}

function readAs(text: string, format: TimeFormat, zone: StationZone): number | Unreadable {
  switch (format) {
    case 'auto':
      return readAny(text, zone);
    case 'local':
      return readLocal(text, readWall(text), zone);
    case 'iso':
      return readIso(text, readWall(text));
    case 'unix-s':
    case 'unix-ms':
      return readEpoch(text, format);
    default:
      return format.read(text, zone);
  }
}

const CLOCKED = /^(\d{1,4}):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?$/;

/** What one of each unit of a duration is, milliseconds. */
export const DURATION_UNITS = { s: 1000, min: 60_000, h: 3_600_000 } as const;

/**
 * A duration, milliseconds: a number of units, or `HH:mm:ss`.
 * @param text trimmed, not empty
 */
export function readDuration(text: string, unit: keyof typeof DURATION_UNITS): number | Unreadable {
  const [clocked, hours, minutes, seconds, fraction] = CLOCKED.exec(text) ?? [];
  if (clocked !== undefined) {
    const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return whole * 1000 + milliseconds(fraction ?? '');
  }
  const plain = plainNumber(text);
  const ms = plain === undefined ? Number.NaN : Number(plain) * DURATION_UNITS[unit];
  if (ms >= 0 && ms < LATEST) return Math.round(ms);
  return unreadable('time.not-duration', { text: quoted(text) });
}
