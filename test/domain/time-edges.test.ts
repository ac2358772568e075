import { describe, expect, it } from 'vitest';
import { readTime } from '../../src/domain/read-time.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { Unreadable } from '../../src/domain/unreadable.ts';
import { said } from '../support/reasons.ts';

const SHANGHAI = new StationZone('Asia/Shanghai');
const GOOD = '2026-11-24 08:09:10';

describe('a local time', () => {
  const places = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18];
  // The characters just below and above the digits, and a letter.
  it.each(places.flatMap((at) => ['/', ':', 'O'].map((char) => [at, char] as const)))(
    'has digits only: not at place %i a %j',
    (at, char) => {
      const text = GOOD.slice(0, at) + char + GOOD.slice(at + 1);
      expect(readTime(text, 'local', SHANGHAI)).toBeInstanceOf(Unreadable);
    },
  );

  it.each([4, 7, 10, 13])('has its own sign at place %i', (at) => {
    const text = `${GOOD.slice(0, at)}.${GOOD.slice(at + 1)}`;
    expect(readTime(text, 'local', SHANGHAI)).toBeInstanceOf(Unreadable);
  });

  it.each([
    ['1000-01-01 00:00:00', true],
    ['0999-12-31 23:59:59', false],
    ['2026-12-31 23:59:59', true],
    ['2026-13-01 00:00:00', false],
    ['2026-11-24 24:00:00', true],
    ['2026-11-24 24:00:01', false],
    ['2026-11-24 24:01:00', false],
    ['2026-11-24 23:60:00', false],
    ['2026-11-24 23:59:60', false],
  ])('has parts within their ranges: %s %s', (text, taken) => {
    expect(typeof readTime(text, 'local', SHANGHAI) === 'number').toBe(taken);
  });
});

describe('an epoch time', () => {
  it.each([
    ['1420070399', 'unix-ms', 1_420_070_399],
    ['1420070400', 'unix-ms', 'looks like seconds'],
    ['9999999999', 'unix-ms', 'looks like seconds'],
    ['10000000000', 'unix-ms', 10_000_000_000],
    ['99999999999', 'unix-s', 99_999_999_999_000],
    ['100000000000', 'unix-s', 'looks like milliseconds'],
    ['1764000000.5', 'unix-s', 1_764_000_000_500],
    ['yesterday', 'unix-s', 'is no epoch time'],
  ] as const)('%s (%s) is %s', (text, format, meant) => {
    const read = readTime(text, format, SHANGHAI);
    if (typeof meant === 'number') expect(read).toBe(meant);
    else expect(read instanceof Unreadable ? said(read.reason) : read).toContain(meant);
  });

  it.each([
    [Date.UTC(9999, 11, 31) - 1, true],
    [Date.UTC(9999, 11, 31), false],
  ])('%i is within four-digit years: %s', (at, taken) => {
    expect(typeof readTime(String(at), 'unix-ms', SHANGHAI) === 'number').toBe(taken);
  });
});

describe('a zone whose offset changes', () => {
  // Liberia put its clocks forward by 44 minutes 30 seconds at 00:44:30 UTC on 7 January 1972 (IANA tz, africa):
  // within a quarter of an hour.
  const change = Date.UTC(1972, 0, 7, 0, 44, 30);
  const before = Math.round(-44.5 * 60_000);

  it('tells both offsets apart within one quarter of an hour, in either order', () => {
    for (const order of [
      [change - 1000, change + 1000],
      [change + 1000, change - 1000],
    ]) {
      const zone = new StationZone('Africa/Monrovia');
      for (const at of order) expect(zone.offsetAt(at)).toBe(at < change ? before : 0);
    }
  });

  it('keeps its offsets right over more quarters than it remembers', () => {
    const zone = new StationZone('Europe/Berlin');
    for (let day = 0; day < 1500; day += 1) {
      const at = Date.UTC(2024, 0, 1, 12) + day * 86_400_000;
      const month = new Date(at).getUTCMonth();
      if (month > 3 && month < 9) expect(zone.offsetAt(at)).toBe(7_200_000);
      if (month < 2 || month > 10) expect(zone.offsetAt(at)).toBe(3_600_000);
    }
  });
});
