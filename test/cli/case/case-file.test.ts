import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaseRejected, parseCase, readCase } from '../../../src/cli/case/case-file.ts';
import { sayIn } from '../../../src/i18n/catalogue.ts';
import { zh } from '../../../src/i18n/zh/index.ts';
import { tempDir } from '../../support/tmp.ts';

/** The lines that say what is wrong with a case. */
function mistakes(text: string, file = 'c.yaml'): string[] {
  try {
    parseCase(file, text);
  } catch (error) {
    if (error instanceof CaseRejected) return error.message.split('\n');
    throw error;
  }
  return [];
}

/** The only message of a case, its payload as text. */
function message(member: string): string | undefined {
  const [one] = parseCase('c.yaml', `messages:\n  - topic: x\n    ${member}\n`).messages;
  return one && Buffer.from(one.payload).toString();
}

describe('the payload of a message', () => {
  it.each([
    ['payload: "a text\\0"', 'a text\0'],
    [
      'payload: {a: 1.50, big: 33021200000101012611240800000001, t: true, n: null, l: [1e3, -0]}',
      '{"a":1.50,"big":33021200000101012611240800000001,"t":true,"n":null,"l":[1e3,-0]}',
    ],
    ['payload: [{"b": "\\u6d59"}]', '[{"b":"浙"}]'],
    ['payload: 32.150', '32.150'],
    ['payload: ""', ''],
    ['hex: "7B 7d"', '{}'],
    ['base64: e30=', '{}'],
    ['base64: e30', '{}'],
  ])('%s is sent as it is meant', (member, bytes) => {
    expect(message(member)).toBe(bytes);
  });

  it('keeps the digits of numbers under an alias and in a list, and takes in what is merged', () => {
    const text =
      'config: { x: &d { v: 1.0 } }\nmessages:\n  - { topic: x, payload: [*d, { <<: *d, w: 2 }] }\n';
    const [one] = parseCase('c.yaml', text).messages;
    expect(Buffer.from(one?.payload ?? []).toString()).toBe('[{"v":1.0},{"v":1,"w":2}]');
  });

  it('comes from a file beside the case', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'frame.bin'), Buffer.from([0x68, 0xff]));
    writeFileSync(join(dir, 'c.yaml'), 'messages: [{ topic: x, file: frame.bin }]\n');
    expect([...(readCase(join(dir, 'c.yaml')).messages[0]?.payload ?? [])]).toEqual([0x68, 0xff]);
  });
});

describe('a case that cannot be read', () => {
  it.each([
    ['', /^c\.yaml:1:1: the file: empty; expected a case: messages and expect$/],
    ['- 1\n', /^c\.yaml:1:1: the file: must be a mapping: a case/],
    ['messages: []\nmesages: 1\n', /^c\.yaml:2:1: mesages: unknown key, did you mean messages\?$/],
    ['expect: {}\n', /^c\.yaml:1:1: messages: missing; expected the messages, in order$/],
    ['messages:\n - topic: a/+\n   payload: x\n', /^c\.yaml:2:11: messages\[0\]\.topic: has a wildcard/],
    [
      'messages:\n - topic: a\n',
      /^c\.yaml:2:4: messages\[0\]: has no payload: name one of payload, hex, base64, file$/,
    ],
    [
      'messages:\n - {topic: a, payload: x, hex: "00"}\n',
      /^c\.yaml:2:27: messages\[0\]\.hex: is there besides payload/,
    ],
    [
      'messages:\n - {topic: a, hex: "0"}\n',
      /^c\.yaml:2:20: messages\[0\]\.hex: must be pairs of hexadecimal digits/,
    ],
    ['messages:\n - {topic: a, base64: "*"}\n', /^c\.yaml:2:23: messages\[0\]\.base64: must be base64$/],
    [
      'messages:\n - {topic: a, file: none.bin}\n',
      /^c\.yaml:2:4: messages\[0\]: cannot read .*none\.bin: there is no such file/,
    ],
    ['messages:\n - {topic: a, payload: }\n', /^c\.yaml:2:15: messages\[0\]\.payload: is empty/],
    [
      'messages:\n - {topic: a, payload: {x: .inf}}\n',
      /messages\[0\]\.payload: holds a number that JSON does not have/,
    ],
    [
      'messages:\n - {topic: a, payload: x, at: 5}\n',
      /^c\.yaml:2:31: messages\[0\]\.at: 5 is not allowed, allowed is a whole number with its unit/,
    ],
    [
      'messages:\n - {topic: a, payload: x, at: 5s}\n - {topic: a, payload: x, at: 4s}\n',
      /^c\.yaml:3:31: messages\[1\]\.at: is before that of the message above it/,
    ],
    [
      'messages:\n - {topic: a, payload: x, at: 5s}\nuntil: 4s\n',
      /^c\.yaml:3:8: until: is before the last message/,
    ],
    [
      'messages: []\nexpect: { records: [{ orderno: "1" }] }\n',
      /^c\.yaml:2:23: expect\.records\[0\]\.orderno: unknown key, did you mean orderNo\?$/,
    ],
    [
      'messages: []\nexpect: { ignored: "1" }\n',
      /^c\.yaml:2:20: expect\.ignored: "1" is not allowed, allowed is a whole number/,
    ],
    [
      'messages: []\nexpect: { records: 1 }\n',
      /^c\.yaml:2:20: expect\.records: must be a list: the records, in any order$/,
    ],
    [
      'messages: []\nexpect: { records: [{ power: [1] }] }\n',
      /^c\.yaml:2:\d+: expect\.records\[0\]\.power: must be a text or a number/,
    ],
    ['messages: []\nconfig: [1]\n', /^c\.yaml:2:1: config: must be a mapping such as/],
    [
      'messages: []\nconfig: none.yaml\n',
      /^c\.yaml:2:9: config: cannot read .*none\.yaml: there is no such file/,
    ],
    ['messages: []\nmessages: []\n', /^c\.yaml:2:1: the key messages is there twice/],
    ['a: [\n', /^c\.yaml:\d+:\d+: not readable as YAML/],
    ['messages: []\n\tx: 1\n', /^c\.yaml:2:1: not readable as YAML/],
  ])('says where and why: %j', (text, line) => {
    expect(mistakes(text)).toContainEqual(expect.stringMatching(line));
  });

  it('says every mistake at once, by its line', () => {
    const text = 'now: 5\nmessages:\n - {topic: a}\n - {topic: b, hex: zz}\n';
    expect(mistakes(text)).toHaveLength(1);
    expect(mistakes(text.replace('now: 5\n', ''))).toHaveLength(2);
  });

  it('is said to be none where its bytes are no text or there is no such file', () => {
    const dir = tempDir();
    const file = join(dir, 'c.yaml');
    writeFileSync(file, Buffer.from([0xff, 0xfe]));
    expect(() => readCase(file)).toThrow(`${file}:1:1: not UTF-8 text`);
    expect(() => readCase(join(dir, 'none.yaml'))).toThrow(
      /none\.yaml:1:1: cannot read .*there is no such file/,
    );
    expect(() => readCase(dir)).toThrow(/it is a folder/);
  });

  it('is said to be none where it is far too large or nested far too deep', () => {
    const file = join(tempDir(), 'c.yaml');
    writeFileSync(file, '#'.repeat(16 * 2 ** 20 + 1));
    expect(() => readCase(file)).toThrow('the file has 16777217 bytes, allowed is 16777216');
    expect(mistakes(`messages: ${'['.repeat(60)}${']'.repeat(60)}`)[0]).toMatch(
      /nested deeper than 40 levels/,
    );
  });

  it('says so in Chinese too', () => {
    const texts = [
      '',
      'messages:\n - topic: a\n',
      'messages:\n - {topic: a, payload: x, hex: "00"}\n - {topic: a, hex: "0"}\n - {topic: a, base64: "%"}\n',
      'messages:\n - {topic: a, payload: }\n - {topic: a, payload: .inf}\n',
      'messages:\n - {topic: a, payload: x, at: 5s}\n - {topic: a, payload: x, at: 1s}\nuntil: 1s\n',
      'messages:\n - {topic: +, payload: x, qos: 3}\nconfig: 5\nexpect: {records: x, quarantine: [{kind: []}]}\n',
    ];
    const lines = texts.flatMap((text) => {
      try {
        parseCase('c.yaml', text);
      } catch (error) {
        if (error instanceof CaseRejected) return error.inWords(sayIn(zh)).split('\n');
      }
      return [];
    });
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).not.toMatch(/[a-z]{3,} [a-z]{3,}/);
  });
});
