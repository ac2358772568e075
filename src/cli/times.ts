import { readTime } from '../domain/read-time.ts';
import type { StationZone } from '../domain/station-time.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant as ISO 8601 with the zone's offset, to the millisecond: `2026-11-24T08:00:00.000+08:00`. */
export function isoTime(zone: StationZone, at: number): string {
  const fraction = String(((at % 1000) + 1000) % 1000).padStart(3, '0');
  return `${zone.local(at).replace(' ', 'T')}.${fraction}${zone.offset(at)}`;
}

/** The record's own local time as ISO 8601 with the zone's offset; undefined where it is none. */
export function isoOfLocal(zone: StationZone, local: string): string | undefined {
  const at = readTime(local, 'local', zone);
  return typeof at === 'number' ? isoTime(zone, at) : undefined;
}

/**
 * The instant that a person means: an ISO time, a time or a day of the station's (`2026-11-24 08:00`), or a length
 * of time back from now (`2h`); undefined where it is none of them.
 */
export function readMoment(text: string, now: number, zone: StationZone): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? [];
  if (digits !== undefined) return now - Number(digits) * (UNITS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00:00` : text;
  // A bare number, which `auto` takes for milliseconds, is no time that a person means.
  const at = time.includes(':') ? readTime(time, 'auto', zone) : undefined;
  return typeof at === 'number' ? at : undefined;
}
