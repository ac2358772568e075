import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliResult, pilegate } from '../support/cli.ts';
import { tempDir } from '../support/tmp.ts';

const dir = tempDir();
const KEY = '192006250b4c09247ec02edce69f6a2d';
const OBJECT = {
  nonce_str: 'ibuaiVcKdpRxkhJA',
  mch_id: '10000100',
  device_info: '1000',
  body: 'test',
  appid: 'wxd930ea5d5a258f4f',
};
const SIGN = '9A0A8659F005D6984697E2CA0A9CF3B7';
const HASHED =
  'appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&key=***';

function keyFile(content: string | Buffer): string {
  const path = join(dir, `key-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

const KEY_FILE = keyFile(KEY);

/** Runs a command without a key in the environment. */
function run(command: string, stdin: string, ...args: string[]): Promise<CliResult> {
  return pilegate([command, '--key-file', KEY_FILE, ...args], {
    stdin,
    env: { PILEGATE_GATE_KEY: undefined },
  });
}

describe('sign', () => {
  test('prints the object with its sign set, last, and keeps the rest as it stood', async () => {
    const { code, stdout, stderr } = await run('sign', JSON.stringify(OBJECT, null, 2));
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ ...OBJECT, sign: SIGN })}\n`,
      stderr: '',
    });
  });

  test('replaces a sign that is there, and keeps names that are numbers in their place', async () => {
    const { stdout } = await run(
      'sign',
      '{"sign":"old","b":"","9":"","__proto__":"","a":"\\u8f66\\n","10":""}',
    );
    expect(stdout).toMatch(/^\{"b":"","9":"","__proto__":"","a":"车\\n","10":"","sign":"[0-9A-F]{32}"\}\n$/);
  });

  test('explains on stderr what is hashed, never the key', async () => {
    const { stdout, stderr } = await run('sign', JSON.stringify(OBJECT), '--explain');
    expect(stderr).toBe(`${HASHED}\n`);
    expect(JSON.parse(stdout)).toEqual({ ...OBJECT, sign: SIGN });
  });

  test('takes empty values in where that is wanted', async () => {
    const { stderr } = await run('sign', '{"b":"","a":"1","c":""}', '--explain', '--sign-empty-fields');
    expect(stderr).toBe('a=1&b=&c=&key=***\n');
    expect((await run('sign', '{"b":"","a":"1"}', '--explain')).stderr).toBe('a=1&key=***\n');
  });

  test.each([
    ['a byte order mark and CR LF', `\ufeff${KEY}\r\n`],
    ['a newline', `${KEY}\n`],
    ['blanks', ` ${KEY} \n\n`],
  ])('leaves %s out of the key', async (_, content) => {
    const { stdout } = await pilegate(['sign', '--key-file', keyFile(content)], {
      stdin: JSON.stringify(OBJECT),
    });
    expect(JSON.parse(stdout)).toMatchObject({ sign: SIGN });
  });

  test('takes the key from the environment where no file is named', async () => {
    const { stdout } = await pilegate(['sign'], {
      stdin: JSON.stringify(OBJECT),
      env: { PILEGATE_GATE_KEY: `${KEY}\n` },
    });
    expect(JSON.parse(stdout)).toMatchObject({ sign: SIGN });
  });

  test.each([
    ['{"a":"1","power":32.15}', 'power is 32.15, but every value of the interface is a string'],
    ['{"a":null}', 'a is null, but every value'],
    ['{"a":{"b":"1"}}', 'a is {"b":"1"}, but every value'],
    ['{"a":"1","a":"2"}', 'a field stands twice'],
    ['{"a":{"b":"1"},"a":"2"}', 'a field stands twice'],
    ['["a"]', 'no object'],
    ['"a"', 'no object'],
    ['null', 'no object'],
    ['', 'stdin is not JSON'],
    ['a=1&b=2', 'stdin is not JSON'],
  ])('says what is wrong with %j', async (stdin, says) => {
    const { code, stdout, stderr } = await run('sign', stdin);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each<[string, string[], number, string]>([
    ['no key', [], 2, 'name its file with --key-file, or set PILEGATE_GATE_KEY'],
    [
      'no such file',
      ['--key-file', join(dir, 'missing')],
      1,
      `cannot read the key from ${join(dir, 'missing')}: ENOENT`,
    ],
    ['an empty file', ['--key-file', keyFile('\ufeff\r\n')], 1, 'is empty'],
    ['two lines', ['--key-file', keyFile('a\nb\n')], 1, 'has more than one line'],
    ['no text', ['--key-file', keyFile(Buffer.from([0xff, 0xfe, 0x31]))], 1, 'cannot read the key'],
  ])('says what is wrong with the key: %s', async (_, args, exit, says) => {
    const { code, stderr } = await pilegate(['sign', ...args], {
      stdin: '{}',
      env: { PILEGATE_GATE_KEY: undefined },
    });
    expect(code).toBe(exit);
    expect(stderr).toContain(says);
  });
});

describe('verify', () => {
  test('is content with what sign made', async () => {
    const signed = await run('sign', JSON.stringify(OBJECT));
    expect(await run('verify', signed.stdout)).toEqual({ code: 0, stdout: 'the sign matches\n', stderr: '' });
  });

  test.each<[string, object, string]>([
    [
      'a changed value',
      { ...OBJECT, body: 'text', sign: SIGN },
      `it is "${SIGN}", but these fields and this key make `,
    ],
    ['an added value', { ...OBJECT, more: '1', sign: SIGN }, 'the sign does not match'],
    ['lower case', { ...OBJECT, sign: SIGN.toLowerCase() }, 'it must be upper case'],
    ['no sign', OBJECT, 'the object has no sign to verify'],
  ])('exits 1 on %s and says so', async (_, object, says) => {
    const { code, stdout, stderr } = await run('verify', JSON.stringify(object));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain(KEY);
  });

  test('explains what it hashed', async () => {
    const { code, stderr } = await run('verify', JSON.stringify({ ...OBJECT, sign: 'x' }), '--explain');
    expect(code).toBe(1);
    expect(stderr).toContain(`${HASHED}\n`);
  });

  test('wants empty values signed where told so', async () => {
    const { stdout } = await run('sign', '{"a":"1","b":""}', '--sign-empty-fields');
    expect((await run('verify', stdout, '--sign-empty-fields')).code).toBe(0);
    expect((await run('verify', stdout)).code).toBe(1);
  });
});
