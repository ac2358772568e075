import type { StationZone } from '../../domain/station-time.ts';
import { type Html, html } from './html.ts';
import type { Words } from './words.ts';

const DAY = 86_400_000;

/** Writes instants and lengths of time as people at the station read them. */
export class Writing {
  readonly words: Words;
  readonly #zone: StationZone;
  readonly #today: string;

  constructor(words: Words, zone: StationZone, now: number) {
    this.words = words;
    this.#zone = zone;
    this.#today = zone.local(now).slice(0, 10);
  }

  /** `09:12:30` of today, `11-23 09:12` of another day; epoch milliseconds, the station's zone. */
  time(at: number): string {
    const local = this.#zone.local(at);
    return local.startsWith(this.#today) ? local.slice(11) : local.slice(5, 16);
  }

  /** `09:12`, whatever the day. */
  minute(at: number): string {
    return this.#zone.local(at).slice(11, 16);
  }

  /** The same, for machines too. */
  timeElement(at: number): Html {
    return html`<time datetime="${new Date(at).toISOString()}">${this.time(at)}</time>`;
  }

  /** `0.24 s`, `48 s`, `5 min`, `2 h 10 min`, `3 d`: two digits are enough. */
  duration(ms: number): string {
    const { s, min, h, d } = this.words.units;
    const seconds = Math.max(ms, 0) / 1000;
    if (seconds < 9.95) return `${Number(seconds.toPrecision(seconds < 1 ? 1 : 2))}${s}`;
    if (seconds < 99.5) return `${Math.round(seconds)}${s}`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 100) return `${minutes}${min}`;
    if (ms < 2 * DAY)
      return `${Math.floor(minutes / 60)}${h}${minutes % 60 === 0 ? '' : ` ${minutes % 60}${min}`}`;
    return `${Math.round(ms / DAY)}${d}`;
  }

  /** `12 345`, with a thin space that does not break. */
  count(n: number): string {
    return String(n).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
  }
}
