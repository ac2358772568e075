import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleButTabs, visibleJson } from '../../src/domain/visible-text.ts';

// biome-ignore format: a table
test.each([
  ['\u0007', 'a bell'], ['\u009b', 'a C1 control'], ['\u202e', 'a right-to-left override'], ['\u2066', 'an isolate'],
  ['\u200b', 'a zero-width space'], ['\u200d', 'a joiner'], ['\ufeff', 'a BOM'], ['\u2028', 'a line separator'],
  ['\u00ad', 'a soft hyphen'], ['\u{e0041}', 'a tag'], ['\u3164', 'a filler'], ['\ud800', 'half a pair'],
])('%j (%s) is written out', (character) => {
  expect(visible(`a${character}b`)).toMatch(/^a(\\u[0-9a-f]{4})+b$/);
  const json = visibleJson({ text: `a${character}b` });
  expect(json).toMatch(/^\{"text":"a(\\u[0-9a-f]{4})+b"\}$/);
  expect(JSON.parse(json)).toEqual({ text: `a${character}b` });
});

test('text of any language stays as it is, and tabs where they have their place', () => {
  const text = '浙BD12345 Größe ﷼ 😀 é';
  expect(visible(text)).toBe(text);
  expect(visibleButTabs('a\tb')).toBe('a\tb');
  expect(visible('a\tb')).toBe('a\\u0009b');
});

test('JSON is the same value to every reader', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(visibleJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
