import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { readTime, TIME_FORMATS, type TimeFormat } from '../../src/domain/read-time.ts';
import { isTimeZone, StationZone } from '../../src/domain/station-time.ts';
import { Unreadable } from '../../src/domain/unreadable.ts';
import { said, worded } from '../support/reasons.ts';

const shanghai = new StationZone('Asia/Shanghai');
const newYork = new StationZone('America/New_York');
const ZONES = [
  'Asia/Shanghai',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'Europe/Dublin',
  'Pacific/Apia',
  'UTC',
];

const utc = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);

describe('a station zone', () => {
  it.each([
    ['the winter before', '1986-03-01 00:00:00', '1986-03-01 08:00:00'],
    ['the summer of 1988', '1988-07-01 00:00:00', '1988-07-01 09:00:00'],
    ['the last summer, 1991', '1991-08-01 12:00:00', '1991-08-01 21:00:00'],
    ['the year after', '1992-08-01 12:00:00', '1992-08-01 20:00:00'],
    ['today', '2026-11-24 00:00:00', '2026-11-24 08:00:00'],
  ])('knows that Shanghai had daylight saving: %s', (_when, at, wall) => {
    expect(shanghai.local(utc(at))).toBe(wall);
    expect(readTime(wall, 'local', shanghai)).toBe(utc(at));
  });

  it('shows what luxon shows, at any instant of two centuries', () => {
    const zones = ZONES.map((name) => new StationZone(name));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: utc('1900-01-01 00:00:00'), max: utc('2100-01-01 00:00:00') }),
        (zone, at) => {
          expect(zone.local(at)).toBe(
            DateTime.fromMillis(at, { zone: zone.name }).toFormat('yyyy-MM-dd HH:mm:ss'),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('is right on both sides of a change, also in a zone that changes by half an hour at half past', () => {
    const zone = new StationZone('Australia/Lord_Howe');
    const change = utc('2026-10-03 15:30:00');
    expect(zone.local(change - 1000)).toBe('2026-10-04 01:59:59');
    expect(zone.local(change)).toBe('2026-10-04 02:30:00');
    expect(zone.local(change - 1)).toBe('2026-10-04 01:59:59');
  });

  it('finds the instant whose wall clock it was given', () => {
    const zones = ZONES.map((name) => new StationZone(name));
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 4_000_000_000 }), (zone, seconds) => {
        const wall = zone.local(seconds * 1000);
        const at = readTime(wall, 'local', zone);
        expect(typeof at === 'number' && zone.local(at)).toBe(wall);
        expect(at).toBeLessThanOrEqual(seconds * 1000);
      }),
      { numRuns: 1500 },
    );
  });

  it('takes the first of an hour that comes twice', () => {
    expect(readTime('2026-11-01 01:30:00', 'local', newYork)).toBe(utc('2026-11-01 05:30:00'));
  });

  it('reads an hour that never was as if the clock had not been put forward', () => {
    expect(readTime('2026-03-08 02:30:00', 'local', newYork)).toBe(utc('2026-03-08 07:30:00'));
    expect(newYork.local(utc('2026-03-08 07:30:00'))).toBe('2026-03-08 03:30:00');
  });

  it('forgets nothing it needs when more quarters pass than it remembers', () => {
    const zone = new StationZone('America/New_York');
    const from = utc('2026-10-31 00:00:00');
    const wrong: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const at = from + i * 900_000;
      const expected = at < utc('2026-11-01 06:00:00') ? -4 : -5;
      if (zone.offsetAt(at) !== expected * 3_600_000) wrong.push(at);
    }
    expect(wrong).toEqual([]);
  });

  it('is checked by its name', () => {
    expect(isTimeZone('Asia/Shanghai')).toBe(true);
    expect(isTimeZone('Asia/Nowhere')).toBe(false);
  });
});

describe('reading a time', () => {
  const at = utc('2026-11-24 00:00:00');

  it.each<[TimeFormat, string, number]>([
    ['local', '2026-11-24 08:00:00', at],
    ['local', '2026-11-24T08:00:00', at],
    ['local', '2026-11-24 08:00', at],
    ['local', '2026-11-24 08:00:00.5', at + 500],
    ['local', '2024-02-29 08:00:00', utc('2024-02-29 00:00:00')],
    ['iso', '2026-11-24T00:00:00Z', at],
    ['iso', '2026-11-24t00:00:00z', at],
    ['iso', '2026-11-24T08:00:00+08:00', at],
    ['iso', '2026-11-24T08:00:00+0800', at],
    ['iso', '2026-11-24T08:00:00+08', at],
    ['iso', '2026-11-23T19:30:00-04:30', at],
    ['iso', '2026-11-24T08:00:00.123456789+08:00', at + 123],
    ['iso', '2026-11-24 00:00Z', at],
    ['unix-s', '1795478400', at],
    ['unix-s', '1795478400.25', at + 250],
    ['unix-s', '1.7954784e9', at],
    ['unix-ms', '1795478400000', at],
    ['unix-ms', '1795478400000.9', at],
    ['auto', '2026-11-24 08:00:00', at],
    ['auto', '2026-11-24T00:00:00Z', at],
    ['auto', '2026-11-24T08:00:00+08:00', at],
    ['auto', '2026-11-24T08:00:00.5+0800', at + 500],
    ['auto', '1795478400000', at],
    ['auto', '1795478400', at],
    ['auto', '1.7954784e9', at],
    ['auto', '1795478400.25', at + 250],
    ['auto', '20261124080000', at],
    ['auto', '2026/11/24 8:00:00', at],
    ['auto', '2026/11/24 08:00', at],
    ['auto', '20261124T000000Z', at],
    ['auto', '20261124T080000+0800', at],
    ['auto', '20261124T080000', at],
    ['local', '2026-11-23 24:00:00', at - 8 * 3_600_000],
    ['auto', '2026/11/23 24:00:00', at - 8 * 3_600_000],
    ['auto', '20261123240000', at - 8 * 3_600_000],
    ['iso', '2026-11-23T24:00:00+08:00', at - 8 * 3_600_000],
    ['auto', '1.7954784e12', at],
    ['unix-ms', '0', 0],
  ])('as %s: %s', (format, text, expected) => {
    expect(readTime(text, format, shanghai)).toBe(expected);
  });

  it.each<[TimeFormat, string, string]>([
    ['local', '2026-02-29 08:00:00', 'no local time'],
    ['local', '2026-13-01 08:00:00', 'no local time'],
    ['local', '2026-00-10 08:00:00', 'no local time'],
    ['local', '2026-01-00 08:00:00', 'no local time'],
    ['local', '2026-11-24 24:00:01', 'no local time'],
    ['local', '2026-11-24 08:60:00', 'no local time'],
    ['local', '2026-11-24 08:00:60', 'no local time'],
    ['local', '0000-00-00 00:00:00', 'no local time'],
    ['local', '2026-11-24T08:00:00Z', 'no local time'],
    ['local', '2026/11/24 08:00:00', 'no local time'],
    ['local', '20261124080000', 'no local time'],
    ['local', '2026-11-24', 'no local time'],
    ['local', '2026-1a-24 08:00:00', 'no local time'],
    ['iso', '2026-11-24T08:00:00', 'no offset'],
    ['iso', '2026-11-24T08:00:00+99:00', 'no ISO time'],
    ['iso', 'yesterday', 'no ISO time'],
    ['unix-s', '1795478400000', 'milliseconds, not seconds'],
    ['unix-ms', '1795478400', 'seconds, not milliseconds'],
    ['auto', '179547840', '9 digits'],
    ['auto', '1795478400000000', '16 digits'],
    ['auto', '20261324080000', 'no local time'],
    ['unix-ms', '2026-11-24 08:00:00', 'no epoch time'],
    ['unix-s', '1e999999999', 'no epoch time'],
    ['unix-ms', '999999999999999', 'beyond the year 9999'],
    ['unix-ms', '9'.repeat(90), 'beyond the year 9999'],
    ['auto', '', 'no time'],
  ])('as %s refuses %s: %s', (format, text, why) => {
    expect(worded(readTime(text, format, shanghai))).toMatchObject({ reason: expect.stringContaining(why) });
  });

  it('gives an instant that has a wall clock time, or a reason, whatever the text', () => {
    const digits = fc.stringMatching(/^[-+0-9.:TZe ]{0,30}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), digits), fc.constantFrom(...TIME_FORMATS), (text, format) => {
        const read = readTime(text, format, shanghai);
        if (read instanceof Unreadable) expect(said(read.reason)).not.toBe('');
        else expect(shanghai.local(read)).toMatch(/^-?[\d-]+ \d\d:\d\d:\d\d$/);
      }),
    );
  });
});
