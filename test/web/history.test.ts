import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binOf, Day, quantileOf, SLOT_MS, together } from '../../src/web/history.ts';

const NOW = Date.parse('2026-11-24T16:30:00+08:00');
const up = { gate: 'up', broker: true, pending: 0 } as const;

/** All slots that a day has around {@link NOW}. */
const all = (day: Day) => day.slots(NOW - 25 * 3_600_000, NOW + 25 * 3_600_000);

describe('times to the gate', () => {
  test('the share of them is told within a fifth', () => {
    const times = fc.array(fc.double({ min: 20, max: 5 * 86_400_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const bins: number[] = Array.from({ length: 53 }, () => 0);
        for (const value of values) bins[binOf(value)] = (bins[binOf(value)] ?? 0) + 1;
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(values.length * share) - 1] ?? Number.NaN;
        const told = quantileOf(bins, share) ?? Number.NaN;
        expect(told / exact).toBeGreaterThan(0.8);
        expect(told / exact).toBeLessThan(1.2);
      }),
    );
  });

  test('any time has a bin, the shortest and the longest included', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e15, noNaN: true }), (ms) => {
        expect(binOf(ms)).toBeGreaterThanOrEqual(0);
        expect(binOf(ms)).toBeLessThanOrEqual(52);
      }),
    );
  });

  test('of no deliveries there is no share', () => {
    expect(quantileOf([], 0.5)).toBeUndefined();
  });
});

describe('the day', () => {
  test('tells how long the gate and the broker were away, and the highest backlog', () => {
    const day = new Day();
    day.look(NOW, 0, up);
    day.look(NOW + 500, 500, { gate: 'down', broker: true, pending: 3 });
    day.look(NOW + 1_000, 1_000, { gate: 'held', broker: false, pending: 7 });
    day.look(NOW + 1_500, 1_500, up);
    expect(together(all(day))).toMatchObject({
      watched: 1_500,
      down: 500,
      held: 500,
      brokerless: 500,
      backlog: 7,
    });
  });

  test('a sleep of the machine is not time that was watched', () => {
    const day = new Day();
    day.look(NOW, 0, up);
    day.look(NOW + 3_600_000, 3_600_000, up);
    expect(together(all(day)).watched).toBe(5_000);
    expect(all(day).filter((slot) => slot !== undefined)).toHaveLength(2);
  });

  test('has nothing to save while only time goes by', () => {
    const day = new Day();
    day.look(NOW, 0, up);
    day.save();
    for (let ms = 500; ms < 3_600_000; ms += 500) day.look(NOW + ms, ms, up);
    expect(day.changed).toBe(false);
    day.look(NOW + 3_600_000, 3_600_000, { ...up, pending: 1 });
    expect(day.changed).toBe(true);
  });

  test('is the same after it was saved and read, to the second', () => {
    const happening = fc.record({
      at: fc.nat(86_400),
      ms: fc.nat(1e8),
      pending: fc.nat(1e6),
      gate: fc.constantFrom('up', 'down', 'held'),
      broker: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 300 }), (happenings) => {
        const day = new Day();
        for (const { at, ms, ...moment } of happenings) {
          day.look(NOW - at * 1000, at * 1000, moment);
          day.delivered(NOW - at * 1000, ms);
        }
        const before = all(day).map((slot) =>
          slot === undefined ? undefined : { ...slot, watched: 0, down: 0, held: 0, brokerless: 0 },
        );
        const after = all(new Day(day.save())).map((slot) =>
          slot === undefined ? undefined : { ...slot, watched: 0, down: 0, held: 0, brokerless: 0 },
        );
        expect(after).toEqual(before);
      }),
    );
  });

  test.each(['', 'null', '{}', '[[]]', '[["x"]]', '[[1,2,3,4,5,6,7]]', '[[1,2,3,4,5,6,7,-1]]', '[[1e999]]'])(
    'is empty where what was saved is no day: %s',
    (saved) => {
      expect(new Day(saved).slots(0, 10 * SLOT_MS).every((slot) => slot === undefined)).toBe(true);
    },
  );

  test('moves what a wrong clock stamped, and adds it to what is there', () => {
    const [day, boot] = [new Day(), Date.parse('1970-01-01T00:01:00Z')];
    day.delivered(NOW, 100);
    day.delivered(boot, 200);
    day.shift(NOW - boot, boot, boot + 1_000);
    expect(together(all(day)).delivered).toBe(2);
    expect(day.slots(0, SLOT_MS)).toEqual([undefined]);
  });

  test('keeps no more than two days of slots, whatever the clock does, and never forgets the one that is now', () => {
    const day = new Day();
    for (let hour = 0; hour < 2_000; hour += 1) {
      const at = NOW + (hour % 2 === 0 ? hour : -hour) * 3_600_000;
      day.delivered(at, 1);
      expect(day.slots(at, at + 1)).not.toEqual([undefined]);
    }
    expect(JSON.parse(day.save()).length).toBeLessThanOrEqual(601);
  });
});
