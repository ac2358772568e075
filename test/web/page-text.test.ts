import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible } from '../../src/domain/visible-text.ts';
import { commandLine } from '../../src/web/page/command.ts';
import { clipped, html } from '../../src/web/page/html.ts';
import { pageLanguage } from '../../src/web/page/language.ts';
import { masked, maskedText } from '../../src/web/page/plates.ts';

/** Text that means harm, and any other. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[<>"'&`=\\/\s$(){};|!*?~#a-z-]{0,40}$/),
  fc.constantFrom(
    '</script><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '$(reboot)',
    '`reboot`',
    '\u202e浙B',
    '-rf',
    "'; reboot; '",
    '\u001b[2J',
  ),
);

describe('html', () => {
  test('no text becomes a tag, an attribute or an entity of its own', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(
          html`<p title="${text}">${text}</p>`.text
            .replace(/&#\d+;/g, '')
            .replace(/^<p title="|">|<\/p>$/g, ''),
        ).not.toMatch(/[<>"'&]/);
      }),
    );
  });

  test('what it holds already as HTML stays, and nothing is nothing', () => {
    expect(html`${[html`<b>${'&'}</b>`, html`${1}`]}${undefined}`.text).toBe('<b>&#38;</b>1');
  });

  test('what cannot be seen, or turns letters around, is written out', () => {
    expect(visible('a\u202eb\u0000c\u200bd\n')).toBe('a\\u202eb\\u0000c\\u200bd\\u000a');
  });

  test('clipped text is never longer, and never ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        expect(clipped(text, most).length).toBeLessThanOrEqual(most);
        expect(clipped(text, most).isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('a command line', () => {
  test('gives a shell the very words it was made of, whatever they hold', () => {
    const word = fc
      .oneof(hostile, fc.constant('浙BD12345'))
      .map((text) => text.toWellFormed().replaceAll('\0', ''));
    const words = fc.sample(word, 300).concat("a'b\\", '', 'a\nb', '\u001b[31m', '\u202e1');
    // A command that `printf` sees: each word, then a byte that none of them has.
    const printed = execFileSync('bash', ['--norc', '-c', `printf '%s\\0' ${commandLine(...words)}`], {
      encoding: 'utf8',
      env: { LC_ALL: 'C.UTF-8' },
    });
    expect(printed.split('\0').slice(0, -1)).toEqual(words);
  });

  test('leaves alone what needs no quotes', () => {
    expect(commandLine('pilegate', 'quarantine', 'replay', '17', '--set', 'plateNo=值')).toBe(
      'pilegate quarantine replay 17 --set plateNo=值',
    );
  });

  test('shows no character that a terminal acts on', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(commandLine(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('plates', () => {
  test.each([
    ['浙BD12345', '浙B·***45'],
    ['浙B12345', '浙B·***45'],
    ['粤Z1234港', '粤Z·***4港'],
    ['62000F9', '62·***F9'],
    ['无1234', '无***'],
    ['', ''],
  ])('%s is shown as %s', (plate, shown) => {
    expect(masked(plate)).toBe(shown);
  });

  test.each([
    ['车牌浙BD12345不存在', '车牌浙B·***45不存在'],
    ['plateNo: "浙B·D12345" and 沪A12345.', 'plateNo: "浙B·***45" and 沪A·***45.'],
    ['浙bd12345', '浙b·***45'],
    ['result 1: 没用匹配到优惠规则', 'result 1: 没用匹配到优惠规则'],
  ])('in running text they are masked too: %s', (text, shown) => {
    expect(maskedText(text)).toBe(shown);
  });

  test('a stand-in is masked where it is known', () => {
    expect(maskedText('no car 62000F9 here', '62000F9')).toBe('no car 62·***F9 here');
  });

  test('no more than four characters of a plate are ever shown', () => {
    const plate = fc.stringMatching(/^[浙沪京][A-Z][A-Z0-9]{5,6}$/);
    fc.assert(
      fc.property(plate, fc.string(), fc.string(), (number, before, after) => {
        expect(maskedText(`${before}${number}${after}`, number)).not.toContain(number);
      }),
    );
  });
});

describe('the language', () => {
  test.each([
    [null, 'zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    [null, 'en-US,en;q=0.9,zh;q=0.8', 'en'],
    [null, 'de,zh-Hant;q=0.7,en;q=0.3', 'zh'],
    [null, 'fr, de', 'en'],
    [null, '', 'en'],
    [null, undefined, 'en'],
    [null, 'zh;q=0, en;q=0.1', 'en'],
    [null, ';;;q=,zh', 'zh'],
    ['zh', 'en', 'zh'],
    ['en', 'zh', 'en'],
    ['xx', 'zh', 'zh'],
  ] as const)('asked for %s with %s it is %s', (asked, accepted, language) => {
    expect(pageLanguage(asked, accepted)).toBe(language);
  });
});
