import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Unreadable } from '../../src/domain/unreadable.ts';
import { clean, equals, scalar } from '../../src/mapping/body.ts';
import { parseJson, quoteOddNumbers } from '../../src/mapping/decoders/json.ts';
import { textOf } from '../../src/mapping/decoders/text.ts';
import { parsePath, readPath } from '../../src/mapping/path.ts';
import { said, worded } from '../support/reasons.ts';

function at(json: string, path: string): unknown {
  const parsed = parseJson(json);
  const steps = parsePath(path);
  if (parsed instanceof Unreadable) throw new Error(said(parsed.reason));
  if (steps === undefined) throw new Error(`no path ${path}`);
  return scalar(readPath(parsed.body, steps));
}

/** Numbers as devices write them, in every form that JSON allows. */
const written = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,3})?$/),
  fc.stringMatching(/^(0|[1-9]\d{0,8})\.\d{1,8}$/),
  fc.integer().map(String),
);

describe('numbers', () => {
  it.each([
    '12345678901234567890',
    '1.0',
    '1.50',
    '1e3',
    '-0',
    '0.0000001',
    '1.005',
    '0',
    '0.1000',
    '1E-7',
    '123456789012345',
  ])('%s stay as they were written', (number) => {
    expect(at(`{"a":{"b":[${number}]}}`, 'a.b[0]')).toBe(number);
  });

  it('keep their digits in any place among any neighbours', () => {
    fc.assert(
      fc.property(written, fc.array(fc.oneof(written, fc.json())), fc.string(), (number, others, text) => {
        const json = `{${JSON.stringify(`${text}k`)}: [${others.join(',')}] , "s": ${JSON.stringify(text)},"n":\t${number}\n}`;
        expect(at(json, 'n')).toBe(number);
      }),
      { numRuns: 3000 },
    );
  });

  it('are called odd exactly where a double would print something else, or might', () => {
    fc.assert(
      fc.property(written, (number) => {
        const json = `[${number}]`;
        if (quoteOddNumbers(json) === json) expect(String(JSON.parse(number))).toBe(number);
      }),
      { numRuns: 3000 },
    );
    const text = String.raw`{"a":"12345678901234567890","b":"x\\","c":"\"1e3","d":32.15,"1.0":[-7]}`;
    expect(quoteOddNumbers(text)).toBe(text);
    expect(quoteOddNumbers(String.raw`{"a\\":1e3,"b":[-0 ,1.0]}`)).toBe(
      String.raw`{"a\\":"1e3","b":["-0" ,"1.0"]}`,
    );
    expect(quoteOddNumbers('"unended')).toBe('"unended');
  });
});

describe('a path', () => {
  it.each([
    ['a.b', '{"a":{"b":"x"}}'],
    ['a["b.c"]', '{"a":{"b.c":"x"}}'],
    ['a["b \\" c"]', '{"a":{"b \\" c":"x"}}'],
    ['a[1]', '{"a":["y","x"]}'],
    ['a[0][1].b', '{"a":[["y",{"b":"x"}]]}'],
    ['[0].b', '[{"b":"x"}]'],
    ['["a"].b', '{"a":{"b":"x"}}'],
    ['数据.订单', '{"数据":{"订单":"x"}}'],
    ['__proto__', '{"__proto__":"x"}'],
    ['__proto__.a', '{"__proto__":{"a":"x"},"n":1.0}'],
    ['a', '{"a":"y","a":"x"}'],
  ])('%s reads %s', (path, json) => {
    expect(at(json, path)).toBe('x');
  });

  it.each(['constructor', '__proto__', 'a.length', 'n.source', 'toString.name', 'a[2]', 'x.y.z', 'n.a'])(
    '%s finds nothing that the body does not hold itself',
    (path) => {
      expect(at('{"a":[1,2],"n":12345678901234567890}', path)).toBe('');
    },
  );

  it.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a[x]', 'a["x]', 'a b', 'a]'])('is not %j', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });
});

describe('a scalar', () => {
  it.each([
    [' x ', 'x'],
    ['浙BD12345\0\0 \0', '浙BD12345'],
    ['\0 x', 'x'],
    [' \0 ', ''],
    [null, ''],
    [undefined, ''],
    [5, '5'],
  ])('of %j is %j', (value, text) => {
    expect(scalar(value)).toBe(text);
  });

  it.each([
    [true, 'true'],
    [[1], 'a list'],
    [{}, 'an object'],
  ])('of %j is none: there is %s', (value, is) => {
    expect(worded(scalar(value))).toMatchObject({ reason: expect.stringContaining(is) });
  });

  it('takes no longer for filling that is long', () => {
    const text = `\0${' \0'.repeat(300_000)}x${' '.repeat(300_000)}y`;
    expect(scalar(text)).toHaveLength(300_002);
  });
});

describe('where', () => {
  it.each<[unknown, string | number | boolean, boolean]>([
    ['completed', 'completed', true],
    ['completed ', 'completed', true],
    ['started', 'completed', false],
    [1, 1, true],
    ['1', 1, true],
    [1, '1', true],
    [true, true, true],
    ['true', true, true],
    [false, true, false],
    [null, '', false],
    [undefined, 'undefined', false],
    ['', 0, false],
    [[1], 1, false],
  ])('%j is %j: %s', (value, wanted, held) => {
    expect(equals(value, wanted)).toBe(held);
  });

  it('knows a number by its value', () => {
    const parsed = parseJson('{"a":1.0}');
    expect(parsed instanceof Unreadable || equals(readPath(parsed.body, ['a']), 1)).toBe(true);
  });
});

describe('text for the wire', () => {
  it.each(['a\u0007b', 'a\nb', 'a\u0000b', 'a\ud800b', '\u0085'])('is not %j', (text) => {
    expect(clean(text)).toBeInstanceOf(Unreadable);
  });

  it.each(['示例 充电站', '😀', 'é', 'a&b="c"'])('may be %j', (text) => {
    expect(clean(text)).toBe(text);
  });

  it('has at most 1000 characters', () => {
    expect(clean('1'.repeat(1000))).toHaveLength(1000);
    expect(worded(clean('1'.repeat(1001)))).toMatchObject({
      reason: expect.stringContaining('more than 1000'),
    });
  });
});

describe('a payload', () => {
  it.each([
    ['', 'empty'],
    ['{', 'no JSON'],
    ['{"a":01}', 'no JSON'],
    ['NaN', 'no JSON'],
    ['{}{}', 'no JSON'],
    ['['.repeat(1 << 20), 'more than 100 deep'],
    [`${'['.repeat(1 << 19)}1.0${']'.repeat(1 << 19)}`, 'more than 100 deep'],
    [`${'{"a":['.repeat(10_000)}`, 'more than 100 deep'],
    ['{"a":"\u001b[31m', 'no JSON'],
  ])('is refused as JSON: case %#', (json, why) => {
    expect(worded(parseJson(json))).toMatchObject({ reason: expect.stringContaining(why) });
  });

  it('may be long, and hold brackets in its texts', () => {
    const json = JSON.stringify({ list: Array.from({ length: 5000 }, () => ['[[[{{{']), a: 'x' });
    expect(at(json, 'a')).toBe('x');
  });

  it('shows no control character in the reason', () => {
    expect(worded(parseJson('{"a":\u001b[31m'))).toMatchObject({
      reason: expect.not.stringMatching(/\p{Cc}/u),
    });
  });

  it.each([
    ['utf-8', Buffer.from('浙B'), '浙B'],
    ['gb18030', Buffer.from([0xd5, 0xe3, 0x42]), '浙B'],
    ['utf-8', new Uint8Array(0), ''],
  ] as const)('in %s is decoded: case %#', (encoding, bytes, text) => {
    expect(textOf(bytes, encoding)).toBe(text);
  });

  it.each([
    ['utf-8', Buffer.from([0xd5, 0xe3, 0x42]), 'gb18030'],
    ['utf-8', Buffer.from([0xed, 0xa0, 0x80]), 'not utf-8'],
    ['gb18030', Buffer.from([0xd5]), 'not gb18030'],
  ] as const)('in %s is refused: case %#', (encoding, bytes, why) => {
    expect(worded(textOf(bytes, encoding))).toMatchObject({ reason: expect.stringContaining(why) });
  });

  it('is read from a view into a larger buffer', () => {
    expect(textOf(Buffer.from('xx{"a":1}yy').subarray(2, 9), 'utf-8')).toBe('{"a":1}');
  });
});
