import { expect, it } from 'vitest';
import { quoted } from '../../src/domain/unreadable.ts';

it.each([
  ['a value', '"a value"'],
  ['two\nlines', '"two\\nlines"'],
  ['x'.repeat(40), `"${'x'.repeat(40)}"`],
  ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
])('quotes %j for a person as %s, at most 40 characters of it', (text, shown) => {
  expect(quoted(text)).toBe(shown);
});
