import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretMask } from '../../src/gate/mask.ts';

const KEY = 'a1/B+c"d&e<f>45DC\'1F%86=';
const u4 = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
const each = (text: string, spell: (char: string) => string) => [...text].map(spell).join('');
const named: Readonly<Record<string, string>> = {
  '/': '&sol;',
  '+': '&plus;',
  '"': '&quot;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

const SPELLINGS: readonly [string, string][] = [
  ['as it is', KEY],
  ['in capitals', KEY.toUpperCase()],
  ['in small letters', KEY.toLowerCase()],
  ['escaped in JSON', JSON.stringify(KEY).slice(1, -1)],
  ['escaped in JSON as PHP does', JSON.stringify(KEY).slice(1, -1).replaceAll('/', '\\/')],
  ['escaped in JSON twice', JSON.stringify(JSON.stringify(KEY)).slice(3, -3)],
  ['as \\uXXXX', each(KEY, u4)],
  ['as \\uXXXX in capitals', each(KEY, u4).replaceAll(/[0-9a-f]{4}/g, (digits) => digits.toUpperCase())],
  ['as \\xXX', each(KEY, (char) => `\\x${char.charCodeAt(0).toString(16)}`)],
  ['encoded for a URL', encodeURIComponent(KEY)],
  ['encoded for a URL in small letters', encodeURIComponent(KEY).toLowerCase()],
  ['encoded for a URL twice', encodeURIComponent(encodeURIComponent(KEY))],
  ['every byte encoded for a URL', each(KEY, (char) => `%${char.charCodeAt(0).toString(16)}`)],
  ['in decimal HTML entities', each(KEY, (char) => `&#${char.charCodeAt(0)};`)],
  ['in padded decimal entities', each(KEY, (char) => `&#${String(char.charCodeAt(0)).padStart(5, '0')};`)],
  ['in hexadecimal HTML entities', each(KEY, (char) => `&#x${char.charCodeAt(0).toString(16)};`)],
  ['in named HTML entities', each(KEY, (char) => named[char] ?? char)],
  [
    'escaped for HTML twice',
    each(
      each(KEY, (char) => named[char] ?? char),
      (char) => named[char] ?? char,
    ),
  ],
  ['in hexadecimal', Buffer.from(KEY).toString('hex')],
  ['in base64', Buffer.from(KEY).toString('base64')],
  ['in base64 for URLs', Buffer.from(KEY).toString('base64url')],
  ['in base64 escaped in JSON', Buffer.from(KEY).toString('base64').replaceAll('/', '\\/')],
  ...[0, 1, 2, 3].map((before): [string, string] => [
    `in base64 behind ${before} bytes`,
    Buffer.from(`${'x'.repeat(before)}${KEY}&more`).toString('base64'),
  ]),
  [
    'each character another way',
    each(
      KEY,
      (char) =>
        [u4(char), encodeURIComponent(char), `&#${char.charCodeAt(0)};`, char.toUpperCase()][
          char.charCodeAt(0) % 4
        ] ?? '',
    ),
  ],
];

describe('a secret is blotted out', () => {
  const mask = secretMask([KEY, '']);
  test.each(SPELLINGS)('%s', (_, spelt) => {
    const masked = mask(`before ${spelt} behind`);
    expect(masked).toMatch(/^before .{0,8}\*\*\*.{0,12} behind$/);
    for (const { length } of [KEY]) expect(masked).not.toContain(spelt.slice(2, 2 + length - 4));
  });

  test('twice, and several of them, and what stands around stays', () => {
    const both = secretMask(['first-key', '第二个密钥']);
    expect(both('a first-key b FIRST-KEY c 第二个密钥 d')).toBe('a *** b *** c *** d');
    expect(both('%E7%AC%AC%e4%ba%8c%E4%B8%AA%E5%AF%86%E9%92%A5!')).toBe('***!');
    expect(both('nothing of them \\u0041 %41 &amp; &unknown; 100%')).toBe(
      'nothing of them \\u0041 %41 &amp; &unknown; 100%',
    );
  });

  test('also where the secret itself looks escaped', () => {
    const odd = secretMask(['a%41\\u0042&amp;z']);
    expect(odd('x a%41\\u0042&amp;z y')).toBe('x *** y');
    expect(odd(JSON.stringify('x a%41\\u0042&amp;z y'))).toBe('"x *** y"');
    expect(odd(encodeURIComponent('a%41\\u0042&amp;z'))).toBe('***');
  });

  test('and without a secret nothing changes', () => {
    expect(secretMask(['', ''])('text \\u0041')).toBe('text \\u0041');
  });

  test('however its characters are spelt, one by one and several times over', () => {
    const spell = fc.constantFrom<(char: string) => string>(
      (char) => char,
      (char) => char.toUpperCase(),
      u4,
      (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
      (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
      (char) => `&#${char.charCodeAt(0)};`,
      (char) => `&#x${char.charCodeAt(0).toString(16)};`,
    );
    const wrap = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => JSON.stringify(text),
      encodeURIComponent,
      (text) => each(text, (char) => named[char] ?? char),
    );
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'abcXYZ0189/+="<>-_. ') })
          .filter((key) => key.trim().length >= 8),
        fc.array(spell, { minLength: 40, maxLength: 40 }),
        fc.array(wrap, { maxLength: 3 }),
        (key, spells, wraps) => {
          // What is not escaped must not look escaped beside its neighbours.
          const spelt = [...key]
            .map((char, at) => (/[\\%&]/.test(char) ? u4(char) : (spells[at]?.(char) ?? char)))
            .join('');
          const sent = wraps.reduce((text, one) => one(text), `<${spelt}>`);
          expect(secretMask([key])(sent)).toContain('***');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('in time that grows with the text, whatever the text', () => {
    const took = (work: () => void) => {
      const times = [1, 2].map(() => {
        const { user } = process.cpuUsage();
        work();
        return process.cpuUsage().user - user;
      });
      return Math.min(...times);
    };
    const secret = '\\'.repeat(32);
    for (const junk of ['\\', '%', '&', '\\u', '%25', '&amp;', '\\\\/', 'a', '\\u005c'])
      for (const one of [secretMask([secret]), secretMask([KEY])]) {
        const text = junk.repeat(24_000 / junk.length);
        const some = took(() => one(text.slice(0, 3_000)));
        // Were it the square, it would be 64 times as long.
        expect(took(() => one(text))).toBeLessThan(Math.max(some, 10_000) * 24);
      }
  });

  test('where so much is kept, also at the end of that, and the text beyond is not read', () => {
    for (let length = 0; length < 80; length += 1) {
      const masked = mask(`${'x'.repeat(length)}${KEY}${'y'.repeat(100_000)}`, 60);
      expect(masked).toHaveLength(60);
      for (let piece = 4; piece < KEY.length; piece += 1) expect(masked).not.toContain(KEY.slice(0, piece));
    }
    for (let length = 0; length < 40; length += 1) {
      const masked = mask(`${'x'.repeat(length)}${KEY.repeat(4_000)}`, 500);
      expect(masked).toMatch(/^x*\**$/);
    }
  });

  test.each(SPELLINGS)('also where the text ends in the middle of it: %s', (_, spelt) => {
    const cut = spelt.slice(0, Math.floor(spelt.length * 0.8));
    if (!/^[A-Za-z0-9_+/=-]+$/.test(spelt)) expect(mask(`before ${cut}`)).toMatch(/^before \*\*\*.{0,9}$/);
  });
});
