/** The end of what Intl writes with a `longOffset`: nothing after GMT where there is none, seconds only long ago. */
const INTL_OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/;
const QUARTER = 15 * 60_000;
const DAY = 86_400_000;
/** Quarters of an hour whose offset is remembered; a day has 96. */
const REMEMBERED = 1024;
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
