import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outageWait, refusalWait } from '../../src/domain/backoff.ts';

const OUTAGE = { min: 1_000, max: 120_000, factor: 2 };
const REFUSAL = { min: 60_000, max: 21_600_000, factor: 3 };

const backoff = fc
  .record({
    min: fc.integer({ min: 10, max: 3_600_000 }),
    more: fc.integer({ min: 0, max: 30 * 86_400_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
  })
  .map(({ min, more, factor }) => ({ min, max: min + more, factor }));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const nth = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1_000, 1_000_000, 2 ** 31));

describe('the wait before a probe', () => {
  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [7, 32_000],
    [8, 60_000],
    [9, 60_000],
    [100_000, 60_000],
  ])('after %i failures is, by an even chance, %i ms with the defaults', (failures, ms) => {
    expect(outageWait(OUTAGE, failures, () => 0.5)).toBe(ms);
  });

  it('is anything from nothing up to its step, and never the longest wait or more, however long it lasts', () => {
    fc.assert(
      fc.property(backoff, nth, chance, (given, failures, random) => {
        const wait = outageWait(given, failures, () => random);
        const step = Math.min(given.max, given.min * given.factor ** (failures - 1));
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(step);
        expect(wait).toBeLessThan(given.max);
        expect(outageWait(given, failures, () => 0)).toBe(0);
      }),
    );
  });
});

describe('the wait before a refused record is tried again', () => {
  it('is 1 m, 3 m, 9 m, 27 m, 81 m, 243 m and then 6 h with the defaults', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => refusalWait(REFUSAL, n, () => 0) / 60_000);
    expect(minutes).toEqual([1, 3, 9, 27, 81, 243, 360, 360]);
  });

  it('is its step, less up to a tenth, and never grows shorter', () => {
    fc.assert(
      fc.property(backoff, nth, chance, (given, refusals, random) => {
        const wait = refusalWait(given, refusals, () => random);
        const step = Math.min(given.max, given.min * given.factor ** (refusals - 1));
        expect(wait).toBeGreaterThanOrEqual(step * 0.9);
        expect(wait).toBeLessThanOrEqual(step);
        expect(refusalWait(given, refusals + 1, () => random)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });
});
