import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { colours, language, wantsColour } from '../../src/cli/output.ts';
import { table } from '../../src/cli/table.ts';
import { duration } from '../../src/i18n/en/time.ts';

describe('a table', () => {
  it('aligns Chinese characters, which are twice as wide, and pads no last column', () => {
    const columns = [{ head: 'NAME' }, { head: 'N', align: 'right' as const }, { head: 'WHY' }];
    expect(table(columns, [['一号桩', '5', ''], ['D2', '120', 'gate'], ['x']])).toEqual([
      'NAME      N  WHY',
      '一号桩    5',
      'D2      120  gate',
      'x',
    ]);
  });

  it('begins every column at the same width, whatever is in it', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '浙', '\u001b[31mx\u001b[39m', '1', 'é'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const lines = table(
          [{ head: 'A' }, { head: 'B' }, { head: 'C' }],
          rows.map(([a, b]) => [a, b, '|']),
        );
        expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1);
      }),
    );
  });
});

describe('colour', () => {
  it('is for terminals alone, and not for those that do not want it', () => {
    expect(wantsColour({ FORCE_COLOR: '1' })).toBe(false);
    expect(colours(false).red('x')).toBe('x');
    expect(colours(true).red('x')).toBe('\u001b[31mx\u001b[39m');
  });
});

describe('a length of time', () => {
  it.each([
    [0, '0ms'],
    [250, '250ms'],
    [1000, '1s'],
    [59_999, '59s'],
    [600_000, '10m'],
    [3_900_000, '1h 5m'],
    [90_061_000, '1d 1h'],
    [30 * 86_400_000, '30d'],
  ])('of %i ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});

describe('the language', () => {
  it.each([
    [undefined, {}, 'en'],
    [undefined, { LANG: 'zh_CN.UTF-8' }, 'zh'],
    [undefined, { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'en'],
    [undefined, { LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'C' }, 'zh'],
    ['en' as const, { LANG: 'zh_CN.UTF-8' }, 'en'],
    ['zh' as const, {}, 'zh'],
  ])('of --lang %s in %j is %s', (lang, env, expected) => {
    expect(language(lang, env)).toBe(expected);
  });
});
