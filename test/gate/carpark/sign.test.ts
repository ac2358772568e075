import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain, sign, verify } from '../../../src/gate/carpark/sign.ts';

/** Parameters, key and sign, each computed by hand from the interface document's rules. */
const VECTORS = [
  {
    params: {
      appid: 'wxd930ea5d5a258f4f',
      mch_id: '10000100',
      device_info: '1000',
      body: 'test',
      nonce_str: 'ibuaiVcKdpRxkhJA',
    },
    key: '192006250b4c09247ec02edce69f6a2d',
    expected: '9A0A8659F005D6984697E2CA0A9CF3B7',
  },
  {
    params: { phone: '15890100000', panterid: '00002352', order_sn: '6998371888800015881', amount: '100' },
    key: '9f6a2d',
    expected: '700D4E0883F6321482200011B4777FF2',
  },
  {
    params: {
      serviceName: 'enterNotify',
      timestamp: '1539571096',
      pid: '123456',
      bizContent: '{"enterTime":"2018-01-01 11:00:00","parkCode":"TEST/1P1","plateNum":"粤B12345"}',
    },
    key: '45DC1F8604F940829E75D6A76595C299',
    expected: 'EE454BE0DE3D211559865DA33745E589',
  },
];

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();

describe('the vectors', () => {
  test.each(VECTORS)('$expected is the sign of its parameters, in whatever order they stand', (vector) => {
    expect(sign(vector.params, vector.key)).toBe(vector.expected);
    expect(verify({ ...vector.params, sign: vector.expected }, vector.key)).toBe(true);
  });

  test('the string hashed for the first vector is the one the document prints, with the key masked', () => {
    expect(explain(VECTORS[0]?.params ?? {})).toBe(
      'appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&key=***',
    );
  });
});

describe('what is signed', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'names sort by bytes, upper case before lower',
      { a: '1', B: '2', _: '3', Z: '4', '0': '5' },
      '0=5&B=2&Z=4&_=3&a=1',
    ],
    ['a name sorts before a longer one that begins with it', { ab: '1', a: '2', 'a=': '3' }, 'a=2&a==3&ab=1'],
    ['an empty value is left out', { a: '1', b: '', c: '3' }, 'a=1&c=3'],
    ['zeros and white space are values', { a: '0', b: '0.00', c: ' ' }, 'a=0&b=0.00&c= '],
    ['sign is left out, Sign and SIGN are not', { sign: 'x', Sign: 'y', SIGN: 'z' }, 'SIGN=z&Sign=y'],
    ['values are not escaped', { a: 'x&b=y', b: '浙B D·12345\r\n\0"\\/' }, 'a=x&b=y&b=浙B D·12345\r\n\0"\\/'],
    [
      'names of the language are names like any other',
      JSON.parse('{"__proto__":"1","constructor":"2"}'),
      '__proto__=1&constructor=2',
    ],
    [
      'beyond ASCII the bytes count, not the 16-bit units',
      { '\u{1F697}': '1', '\uFF21': '2' },
      '\uFF21=2&\u{1F697}=1',
    ],
    ['nothing to sign still has the key', {}, ''],
  ])('%s', (_, params, joined) => {
    expect(explain(params)).toBe(`${joined}&key=***`);
    expect(sign(params, 'k')).toBe(md5(`${joined}&key=k`));
  });

  test('a receiver that wants empty values signed gets them, sign still left out', () => {
    const params = { b: '', a: '1', sign: '', c: '' };
    expect(explain(params, { signEmptyFields: true })).toBe('a=1&b=&c=&key=***');
    expect(sign(params, 'k', { signEmptyFields: true })).toBe(md5('a=1&b=&c=&key=k'));
    expect(explain({ z: '' }, { signEmptyFields: true })).toBe('z=&key=***');
  });

  test('leading zeros of the sign are kept', () => {
    const found = Array.from({ length: 500 }, (_, n) => sign({ a: String(n) }, 'k')).filter((s) =>
      s.startsWith('0'),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(one).toMatch(/^[0-9A-F]{32}$/);
  });
});

describe('verifying', () => {
  const params = { a: '1', b: '' };
  test.each<[string, Record<string, string>, boolean]>([
    ['the right sign is accepted', { ...params, sign: sign(params, 'k') }, true],
    ['no sign is refused', params, false],
    ['a sign in lower case is refused', { ...params, sign: sign(params, 'k').toLowerCase() }, false],
    ['the sign of another key is refused', { ...params, sign: sign(params, 'K') }, false],
    [
      'an extension field is part of it',
      { ...params, extra: 'x', sign: sign({ ...params, extra: 'x' }, 'k') },
      true,
    ],
    [
      'an extension field that was not signed is refused',
      { ...params, extra: 'x', sign: sign(params, 'k') },
      false,
    ],
  ])('%s', (_, given, expected) => {
    expect(verify(given, 'k')).toBe(expected);
  });

  test('both sides must agree on whether empty values are signed', () => {
    const signed = { ...params, sign: sign(params, 'k', { signEmptyFields: true }) };
    expect(verify(signed, 'k', { signEmptyFields: true })).toBe(true);
    expect(verify(signed, 'k')).toBe(false);
  });
});

/** Text with everything that has ever broken a signature in it. */
const awkward = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    '&',
    '=',
    'a=b&c=d',
    '&key=k',
    '🚗🔌',
    'e\u0301',
    '\0',
    '\r\n',
    '浙BD12345',
    ' ',
    '__proto__',
  ),
);
const value = awkward.filter((text) => text !== '');
const name = awkward.filter((text) => text !== 'sign');
const params = fc.dictionary(name, value, { maxKeys: 16, noNullPrototype: true });
const key = fc.string({ minLength: 1 });
const RUNS = { numRuns: 2000 };

/** `params` with one own field set, whatever its name. */
const withField = (fields: Record<string, string>, field: string, text: string) =>
  Object.fromEntries([...Object.entries(fields).filter(([other]) => other !== field), [field, text]]);

describe('for any parameters', () => {
  test('the order of the fields does not matter', () => {
    const shuffled = params.chain((fields) =>
      fc.tuple(
        fc.constant(fields),
        fc.shuffledSubarray(Object.entries(fields), { minLength: Object.keys(fields).length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, key, ([fields, entries], secret) => {
        expect(sign(Object.fromEntries(entries), secret)).toBe(sign(fields, secret));
      }),
      RUNS,
    );
  });

  test('an empty field more or less does not matter', () => {
    fc.assert(
      fc.property(params, name, key, (fields, empty, secret) => {
        fc.pre(!Object.hasOwn(fields, empty));
        expect(sign(withField(fields, empty, ''), secret)).toBe(sign(fields, secret));
      }),
      RUNS,
    );
  });

  test('the sign they carry does not matter', () => {
    fc.assert(
      fc.property(params, fc.string(), key, (fields, carried, secret) => {
        expect(sign({ ...fields, sign: carried }, secret)).toBe(sign(fields, secret));
      }),
      RUNS,
    );
  });

  test('a changed, an added and a removed value each give another sign', () => {
    fc.assert(
      fc.property(params, name, value, value, key, (fields, field, one, other, secret) => {
        fc.pre(one !== other);
        const signed = sign(withField(fields, field, one), secret);
        expect(sign(withField(fields, field, other), secret)).not.toBe(signed);
        expect(sign(withField(fields, field, ''), secret)).not.toBe(signed);
      }),
      RUNS,
    );
  });

  test('another key gives another sign', () => {
    fc.assert(
      fc.property(params, key, key, (fields, one, other) => {
        fc.pre(one !== other);
        expect(sign(fields, one)).not.toBe(sign(fields, other));
      }),
      RUNS,
    );
  });

  test('what is signed verifies, and its form is 32 upper-case hex digits', () => {
    fc.assert(
      fc.property(params, key, fc.boolean(), (fields, secret, signEmptyFields) => {
        const signed = sign(fields, secret, { signEmptyFields });
        expect(signed).toMatch(/^[0-9A-F]{32}$/);
        expect(verify({ ...fields, sign: signed }, secret, { signEmptyFields })).toBe(true);
      }),
      RUNS,
    );
  });
});
