import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Unreadable } from '../../../src/domain/unreadable.ts';
import { compileDecoding, type DecodeStep } from '../../../src/mapping/decoders/decoding.ts';
import type { Encoding } from '../../../src/mapping/decoders/text.ts';
import { Issues } from '../../../src/mapping/issues.ts';
import { said } from '../../support/reasons.ts';

const MIB = 1024 * 1024;

function issuesOf(steps: readonly DecodeStep[]): string[] {
  const issues = new Issues();
  compileDecoding(steps, 'utf-8', false, issues, ['decode']);
  return issues.list.map(({ path, reason }) => `${path.join('.')}: ${said(reason)}`);
}

/** What steps make of a payload: the body, or why there is none, in words. */
function decoded(
  steps: readonly DecodeStep[],
  payload: Uint8Array | string,
  encoding: Encoding = 'utf-8',
): unknown {
  const issues = new Issues();
  const decoding = compileDecoding(steps, encoding, true, issues, ['decode']);
  if (issues.list.length > 0) throw new Error(JSON.stringify(issues.list));
  const body = decoding.decode(typeof payload === 'string' ? Buffer.from(payload) : payload);
  return body instanceof Unreadable ? said(body.reason) : body.body;
}

describe('the steps of decode', () => {
  it.each<[string, readonly DecodeStep[], Uint8Array | string, unknown]>([
    ['json', ['json'], '{"a":1}', { a: 1 }],
    ['json with padding', ['json'], '\0\ufeff {"a":1} \0\0\r\n', { a: 1 }],
    ['ndjson', ['ndjson'], '{"a":1}\n\n{"a":2}\r\n', [{ a: 1 }, { a: 2 }]],
    ['form', ['form'], 'a=1&b=%E6%B5%99+B&c=', { a: '1', b: '浙 B', c: '' }],
    ['hex of JSON', ['hex', 'json'], '7b 22 61 22 3a 31 7D', { a: 1 }],
    ['hex with 0x', ['hex', 'json'], '0x7B,0x22,0x61,0x22,0x3A,0x31,0x7D', { a: 1 }],
    ['base64 of JSON', ['base64', 'json'], 'eyJhIjo\r\nxfQ==', { a: 1 }],
    [
      'base64url without padding',
      ['base64', 'json'],
      Buffer.from('{"a":"??>"}').toString('base64url'),
      { a: '??>' },
    ],
    ['gzip of JSON', ['gzip', 'json'], gzipSync('{"a":1}'), { a: 1 }],
    [
      'gzip of base64 in JSON',
      ['json', { at: 'z' }, 'base64', 'gzip', 'json'],
      JSON.stringify({ z: gzipSync('{"a":1}').toString('base64') }),
      { a: 1 },
    ],
    [
      'JSON in JSON, in place',
      ['json', { json: 'p.raw' }],
      '{"p":{"raw":"{\\"a\\":1}"},"q":2}',
      { p: { raw: { a: 1 } }, q: 2 },
    ],
    ['text in hex, in place', ['json', { hex: 'd' }], '{"d":"E6B599"}', { d: '浙' }],
    [
      'JSON in base64, in place',
      ['json', { base64: 'd' }, { json: 'd' }],
      '{"d":"eyJhIjoxfQ==","e":2}',
      { d: { a: 1 }, e: 2 },
    ],
    ['at an element', ['json', { at: 'list[1]' }], '{"list":[{"a":1},{"a":2}]}', { a: 2 }],
  ])('read %s', (_, steps, payload, body) => {
    expect(decoded(steps, payload)).toEqual(body);
  });

  it('read text in the encoding of the source', () => {
    const plate = Uint8Array.of(0xd5, 0xe3);
    expect(decoded(['form'], 'p=%D5%E3&b=1', 'gb18030')).toEqual({ p: '浙', b: '1' });
    expect(
      decoded(
        ['json', { base64: 'p' }],
        JSON.stringify({ p: Buffer.from(plate).toString('base64') }),
        'gb18030',
      ),
    ).toEqual({ p: '浙' });
  });

  it('keep every digit of a number', () => {
    const issues = new Issues();
    const body = compileDecoding(['ndjson'], 'utf-8', true, issues, []).decode(
      Buffer.from('{"n":2026112408000001234567,"m":1.10}'),
    );
    expect(body).toMatchObject({ json: '[{"n":2026112408000001234567,"m":1.10}]' });
  });

  it('read NaN and Infinity as nothing where they are lenient, and only outside of texts', () => {
    const payload = '{"a":NaN,"b":-Infinity,"c":"NaN","d":[+inf,nan],"e":1}';
    expect(decoded([{ json: 'lenient' }], payload)).toEqual({
      a: null,
      b: null,
      c: 'NaN',
      d: [null, null],
      e: 1,
    });
    expect(decoded(['ndjson'], payload)).toContain('no JSON');
  });
});

describe('an error names the step, by its number and name, and what it was on', () => {
  it.each<[readonly DecodeStep[], Uint8Array | string, RegExp]>([
    [['ndjson'], '{"a":1}\n{"a":', /^decode step 1 \(ndjson\): line 2: .*no JSON/],
    [['ndjson'], '\n\n', /^decode step 1 \(ndjson\): the payload is empty/],
    [['form'], 'no form', /^decode step 1 \(form\): "no form" is no form/],
    [['hex', 'json'], '7b2', /^decode step 1 \(hex\): 3 hex digits, an odd number/],
    [['hex', 'json'], 'zz', /^decode step 1 \(hex\): "zz" is no hex/],
    [['json'], '{"p":NaN,"q":-Infinity}', /^decode step 1 \(json\): .*\{ json: lenient \}/],
    [['ykc'], 'aKIBAAA7MwISAAABAQE=', /^decode step 1 \(ykc\): .*put the step base64 before ykc/],
    [['ykc'], '{"data":"aKIBAAA7"}', /^decode step 1 \(ykc\): .*put the steps json, \{ at: path \}/],
    [['hex', 'json'], '7b22', /^decode step 2 \(json\): .*no JSON/],
    [['base64', 'json'], 'e', /^decode step 1 \(base64\): "e" is no Base64/],
    [['base64', 'json'], 'eyJ=hIjox', /^decode step 1 \(base64\): .*no Base64/],
    [['gzip', 'json'], '{"a":1}', /^decode step 1 \(gzip\): the bytes are no gzip: .*header/],
    [
      ['gzip', 'json'],
      gzipSync('{"a":1}').subarray(0, 20),
      /^decode step 1 \(gzip\): the bytes are no gzip: unexpected end/,
    ],
    [['json', { at: 'x.y' }], '{"x":{}}', /^decode step 2 \(at: x\.y\): there is nothing at x\.y/],
    [['json', { json: 'x' }], '{"x":"{"}', /^decode step 2 \(json: x\): .*no JSON/],
    [['json', { json: 'x' }], '{"x":{"a":1}}', /^decode step 2 \(json: x\): expected text, got an object/],
    [['json', { hex: 'x' }], '{"x":12}', /^decode step 2 \(hex: x\): expected text, got a number/],
    [
      ['json', { at: 'x' }, 'gzip', 'json'],
      '{"x":"H4s"}',
      /^decode step 3 \(gzip\): expected bytes, got a text/,
    ],
    [['ykc'], 'nothing here', /^decode step 1 \(ykc\): no transaction record .* begin with 6E6F/],
    [['ykc'], '68A23412003B', /^decode step 1 \(ykc\): the bytes are hex text: put the step hex before ykc/],
  ])('%j', (steps, payload, words) => {
    expect(decoded(steps, payload)).toMatch(words);
  });
});

describe('what decoding may cost is bounded', () => {
  it.each<[string, readonly DecodeStep[], Uint8Array | string, RegExp]>([
    [
      'a payload over 1 MiB',
      ['ndjson'],
      Buffer.alloc(MIB + 1, 0x20),
      /^the payload has 1048577 bytes; at most 1048576/,
    ],
    [
      'a packed gigabyte',
      ['gzip', 'json'],
      gzipSync(Buffer.alloc(64 * MIB)),
      /^decode step 1 \(gzip\): what is packed has more than 1048576 bytes/,
    ],
    [
      'packed twice',
      ['gzip', 'gzip', 'json'],
      gzipSync(gzipSync(Buffer.alloc(64 * MIB))),
      /^decode step 2 \(gzip\): what is packed has more than/,
    ],
    [
      '101 levels',
      ['ndjson'],
      '['.repeat(101) + ']'.repeat(101),
      /^decode step 1 \(ndjson\): line 1: the JSON is nested more than 100 deep/,
    ],
    ['half a million levels', ['ndjson'], '['.repeat(500_000), /nested more than 100 deep/],
    [
      '10,001 lines',
      ['ndjson'],
      `${'1\n'.repeat(10_000)}1`,
      /^decode step 1 \(ndjson\): there are 10001 entries; at most 10000/,
    ],
    [
      '10,001 pairs',
      ['form'],
      `${'a=1&'.repeat(10_000)}a=1`,
      /^decode step 1 \(form\): there are 10001 entries/,
    ],
  ])('%s', (_, steps, payload, words) => {
    expect(decoded(steps, payload)).toMatch(words);
  });

  it('100 levels, 10,000 lines and 1 MiB of packed JSON are read', () => {
    expect(decoded(['ndjson'], '['.repeat(100) + ']'.repeat(100))).toHaveLength(1);
    expect(decoded(['ndjson'], `${'1\n'.repeat(9_999)}1`)).toHaveLength(10_000);
    const text = JSON.stringify('x'.repeat(MIB - 2));
    expect(decoded(['gzip', 'json'], gzipSync(text))).toHaveLength(MIB - 2);
  });

  it('levels within levels of JSON in JSON stay readable, and can be written again', () => {
    let payload = '['.repeat(90) + ']'.repeat(90);
    const steps: DecodeStep[] = [];
    for (let level = 0; level < 8; level++) {
      payload = JSON.stringify({ a: payload });
      steps.push({ json: `${'a.'.repeat(level)}a` });
    }
    const issues = new Issues();
    const body = compileDecoding(['json', ...steps], 'utf-8', true, issues, []).decode(Buffer.from(payload));
    expect(issues.list).toEqual([]);
    expect(body).toMatchObject({ json: expect.stringMatching(/^\{"a":\{"a"/) });
  });

  it('17 steps, no steps and steps of no sense are mistakes of the config', () => {
    expect(issuesOf(['json', ...Array<DecodeStep>(16).fill({ at: 'a' })])).toEqual([
      'decode: 17 steps, allowed are 16',
    ]);
    expect(issuesOf([])).toEqual(['decode: an empty list of steps: leave decode out']);
    expect(issuesOf(['jsn'])).toEqual([expect.stringContaining('decode.0: no step "jsn": json, ndjson')]);
    expect(issuesOf([{ at: 'a' }])).toEqual([expect.stringContaining('decode.0: a path needs a body')]);
    expect(issuesOf(['json', { at: 'a..b' }])).toEqual([
      expect.stringContaining('decode.1.at: "a..b" is not a path'),
    ]);
    expect(issuesOf(['json', { at: 'a', json: 'b' }])).toEqual([expect.stringContaining('exactly one of')]);
    expect(issuesOf(['gzip'])).toEqual([expect.stringContaining('decode.0: gzip leaves bytes')]);
  });
});
