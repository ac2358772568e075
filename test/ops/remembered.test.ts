import { expect, test } from 'vitest';
import { remembered } from '../../src/ops/remembered.ts';

test('a costly read is done once until its time is over, and then again', () => {
  let [now, reads] = [1_000, 0];
  const read = remembered(() => (reads += 1), 5_000, { now: () => 0, monotonic: () => now });
  expect([read(), read()]).toEqual([1, 1]);
  now += 4_999;
  expect(read()).toBe(1);
  now += 1;
  expect([read(), read()]).toEqual([2, 2]);
});
