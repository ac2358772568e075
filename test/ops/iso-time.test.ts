import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime } from '../../src/ops/iso-time.ts';

describe('a time with its offset', () => {
  it('is the very instant, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        expect(Date.parse(isoTime(ms))).toBe(ms);
      }),
    );
  });

  it.each([
    ['Asia/Shanghai', '2026-11-24T09:12:30.007+08:00'],
    ['America/St_Johns', '2026-11-23T21:42:30.007-03:30'],
    ['UTC', '2026-11-24T01:12:30.007+00:00'],
  ])('is written in the zone %s of the process', (zone, expected) => {
    const before = process.env['TZ'];
    process.env['TZ'] = zone;
    try {
      isoTime(0);
      expect(isoTime(Date.UTC(2026, 10, 24, 1, 12, 30, 7))).toBe(expected);
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });
});
