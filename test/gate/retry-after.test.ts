import { describe, expect, test } from 'vitest';
import { readHttpDate, readRetryAfter } from '../../src/gate/retry-after.ts';

// A zone far from GMT, so that a date read as local time shows.
process.env['TZ'] = 'Asia/Shanghai';
const NOW = Date.parse('1994-11-06T08:49:30Z');

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 7000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 7000],
    ['Sun Nov  6 08:49:37 1994', 7000],
    ['Sun, 06 Nov 1994 08:49:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['5 s', undefined],
    ['', undefined],
    ['soon', undefined],
    ['soon 1', undefined],
    ['x Sun, 06 Nov 1994 08:49:37 GMT', undefined],
    ['Sun, 99 Foo 1994 08:49:37 GMT', undefined],
    ['1994-11-06T08:49:37Z', undefined],
  ])('%j is %j milliseconds', (value, expected) => {
    expect(readRetryAfter(value, NOW)).toBe(expected);
  });
});

test('a date is read the same in all three formats of HTTP', () => {
  const dates = [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ];
  expect(new Set(dates.map(readHttpDate))).toEqual(new Set([Date.parse('1994-11-06T08:49:37Z')]));
});
