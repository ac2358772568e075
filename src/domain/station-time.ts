import { plainNumber } from './decimal.ts';
import { quoted, Unreadable } from './unreadable.ts';

/** How an event may write a time; `auto` takes local, ISO with an offset, and epoch milliseconds. */
export const TIME_FORMATS = ['auto', 'iso', 'local', 'unix-s', 'unix-ms'] as const;

/** One of {@link TIME_FORMATS}. */
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** The end of what Intl writes with a `longOffset`: nothing after GMT where there is none, seconds only long ago. */
const INTL_OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/;
const QUARTER = 15 * 60_000;
const DAY = 86_400_000;
/** Quarters of an hour whose offset is remembered; a day has 96. */
const REMEMBERED = 1024;
/** The last instant whose year has four digits in every zone. */
const LATEST = Date.UTC(9999, 11, 31);
/** As seconds this is the year 5138, as milliseconds 1973: what lies beyond is not the unit it claims to be. */
const MAX_SECONDS = 1e11;

function twoDigits(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

/**
 * A station's time zone: the way between instants (epoch milliseconds) and wall clock times, historic daylight
 * saving included. Asking Intl takes microseconds; so offsets are remembered by the quarter of an hour, which is
 * exact because a quarter with a change inside is never remembered.
 */
export class StationZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();
  #day = Number.NaN;
  #date = '';

  /** @param name an IANA name such as `Asia/Shanghai`; check it with {@link isTimeZone} first */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Local time minus UTC at an instant, milliseconds. */
  offsetAt(at: number): number {
    const quarter = Math.floor(at / QUARTER);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const first = this.#ask(quarter * QUARTER);
    if (first !== this.#ask((quarter + 1) * QUARTER - 1)) return this.#ask(at);
    if (this.#offsets.size >= REMEMBERED) this.#offsets.clear();
    this.#offsets.set(quarter, first);
    return first;
  }

  #ask(at: number): number {
    const [, sign, hours, minutes, seconds = 0] = INTL_OFFSET.exec(this.#format.format(at)) ?? [];
    if (sign === undefined) return 0;
    const ahead = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    return (sign === '-' ? -ahead : ahead) * 1000;
  }

  /** The wall clock at an instant, `yyyy-MM-dd HH:mm:ss`, parts of a second cut off. */
  local(at: number): string {
    const wall = at + this.offsetAt(at);
    const day = Math.floor(wall / DAY);
    // Sessions of one day come together: the date is written once for all of them.
    if (day !== this.#day) {
      this.#day = day;
      this.#date = new Date(day * DAY).toISOString().slice(0, 10);
    }
    const seconds = Math.floor((wall - day * DAY) / 1000);
    const minutes = Math.floor(seconds / 60);
    return `${this.#date} ${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  }

  /** The zone's offset at an instant: `+08:00`. */
  offset(at: number): string {
    const minutes = Math.round(this.offsetAt(at) / 60_000);
    const size = Math.abs(minutes);
    return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
  }

  /**
   * The instant of a wall clock time. Where the clock shows it twice (daylight saving ends) the first; where
   * it never shows it (daylight saving begins) as if the clock had not been put forward yet.
   *
   * @param wall the wall clock time written as if it were UTC, epoch milliseconds
   */
  instant(wall: number): number {
    const usual = this.offsetAt(wall);
    const before = this.offsetAt(wall - DAY);
    const after = this.offsetAt(wall + DAY);
    if (before === after && usual === before) return wall - before;
    const late = wall - after;
    const early = wall - before;
    if (before >= after) return this.offsetAt(early) === before ? early : late;
    return this.offsetAt(late) === after ? late : early;
  }
}

/** Whether a name is a time zone that {@link StationZone} knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const ZERO = 0x30;
const FRACTION = /^[.,](\d{1,9})/;
const OFFSET = /^(?:[Zz]|([+-])(0\d|1[0-8])(?::?([0-5]\d))?)$/;
const EPOCH = /^([+-]?\d+)(?:\.(\d+))?$/;

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

/** The wall clock time at the head of a text; seconds may be left out. */
function readWall(text: string): Wall | undefined {
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || !' Tt'.includes(text[10] ?? '-'))
    return undefined;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const hasSeconds = text[16] === ':';
  const second = hasSeconds ? two(text, 17) : 0;
  if (!(year >= 1000 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC rolls the 30th of February and the 0th of May over; no such day was meant.
  if (new Date(at).getUTCDate() !== day || month === 0) return undefined;
  const rest = text.slice(hasSeconds ? 19 : 16);
  const fraction = hasSeconds ? FRACTION.exec(rest) : null;
  if (fraction === null) return { at, rest };
  return { at: at + milliseconds(fraction[1] ?? ''), rest: rest.slice(fraction[0].length) };
}

function milliseconds(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function readLocal(text: string, wall: Wall | undefined, zone: StationZone): number | Unreadable {
  if (wall?.rest === '') return zone.instant(wall.at);
  return new Unreadable(`${quoted(text)} is no local time like 2026-11-24 08:00:00`);
}

function readIso(text: string, wall: Wall | undefined): number | Unreadable {
  const offset = OFFSET.exec(wall?.rest ?? '');
  if (wall !== undefined && offset !== null) {
    const minutes = Number(offset[2] ?? 0) * 60 + Number(offset[3] ?? 0);
    return wall.at - (offset[1] === '-' ? -minutes : minutes) * 60_000;
  }
  const lacks = wall?.rest === '' ? "has no offset (time: local takes the station's zone)" : 'is no ISO time';
  return new Unreadable(`${quoted(text)} ${lacks}, like 2026-11-24T08:00:00+08:00`);
}

/** By its own form: a wall clock time with an offset or without, or else epoch milliseconds. */
function readAny(text: string, zone: StationZone): number | Unreadable {
  const wall = readWall(text);
  if (wall === undefined && plainNumber(text) !== undefined) return readEpoch(text, 'unix-ms');
  return wall === undefined || wall.rest === '' ? readLocal(text, wall, zone) : readIso(text, wall);
}

function readEpoch(text: string, unit: 'unix-s' | 'unix-ms'): number | Unreadable {
  const match = EPOCH.exec(text) ?? EPOCH.exec(plainNumber(text) ?? '');
  if (match === null) return new Unreadable(`${quoted(text)} is no epoch time (${unit})`);
  const whole = Number(match[1]);
  if (unit === 'unix-ms') {
    if (whole >= Date.UTC(2015) / 1000 && whole < MAX_SECONDS / 10) {
      return new Unreadable(`${quoted(text)} looks like seconds, not milliseconds (time: unix-s)`);
    }
    return whole;
  }
  if (whole >= MAX_SECONDS) {
    return new Unreadable(`${quoted(text)} looks like milliseconds, not seconds (time: unix-ms)`);
  }
  return whole * 1000 + milliseconds(match[2] ?? '');
}

/**
 * The instant a text names, epoch milliseconds, to the year 9999.
 *
 * @param text trimmed, not empty; numbers as they were written
 */
export function readTime(text: string, format: TimeFormat, zone: StationZone): number | Unreadable {
  const at = readAs(text, format, zone);
  return typeof at === 'number' && !(Math.abs(at) < LATEST)
    ? new Unreadable(`${quoted(text)} is beyond the year 9999`)
    : at;
}

function readAs(text: string, format: TimeFormat, zone: StationZone): number | Unreadable {
  switch (format) {
    case 'local':
      return readLocal(text, readWall(text), zone);
    case 'iso':
      return readIso(text, readWall(text));
    case 'unix-s':
    case 'unix-ms':
      return readEpoch(text, format);
    case 'auto':
      return readAny(text, zone);
  }
}
