import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { Redactor } from '../../src/cli/bundle/redact.ts';
import { gb18030Bytes } from '../../src/cli/capture/gb18030.ts';
import { pilegate } from '../support/cli.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { DELIVERED, event, refused, stock } from './filled-outbox.ts';

vi.setConfig({ testTimeout: 180_000 });

const PILE = 'piles/D001/session/end';
const PASSWORD = 'Blue-Heron/42+lamp';
/** Made up, as all of these. */
const SECRETS = ['浙BD12345', '浙B·D1234学', 'LSVAA4187E2123456', TEST_KEY, PASSWORD, 'TRACTOR-77'];

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const units = (text: string, write: (digits: string) => string) =>
  text
    .split('')
    .map((unit) => write(unit.charCodeAt(0).toString(16).padStart(4, '0')))
    .join('');

/** Ways in which programs and people write a text. */
const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'in small letters': (text) => text.toLowerCase(),
  'in full width': (text) =>
    text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  'with blanks': (text) => [...text].join(' '),
  'with dots': (text) => [...text].join('·'),
  'with invisible characters': (text) => [...text].join('\u200b'),
  'in JSON': (text) => JSON.stringify({ licence: text }),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify({ plate: text })),
  'escaped as JSON': (text) => units(text, (digits) => `\\u${digits}`),
  'escaped twice': (text) => units(text, (digits) => `\\\\u${digits}`),
  'with percent signs': (text) => hex(Buffer.from(text)).replace(/../g, '%$&'),
  'with percent signs in GB18030': (text) => hex(gb18030Bytes(text)).replace(/../g, '%$&'),
  'as an address': (text) => encodeURIComponent(text),
  'with entities': (text) => units(text, (digits) => `&#x${digits};`),
  'with decimal entities': (text) => units(text, (digits) => `&#${Number.parseInt(digits, 16)};`),
  'with \\x': (text) => hex(Buffer.from(text)).replace(/../g, '\\x$&'),
  'quoted-printable': (text) => hex(Buffer.from(text)).toUpperCase().replace(/../g, '=$&'),
  'in base64': (text) => base64(text),
  'in base64 for addresses': (text) => Buffer.from(text).toString('base64url'),
  'in base64 of a longer text': (text) => base64(`plate=${text}&sign=1`),
  'in base64 twice': (text) => base64(base64(text)),
  'in base64 of GB18030': (text) => base64(gb18030Bytes(text)),
  'in base64 of UTF-16': (text) => base64(utf16(text)),
  'in base64 of gzip': (text) => base64(gzipSync(text)),
  'in hexadecimal digits': (text) => hex(Buffer.from(text)),
  'in hexadecimal digits with blanks': (text) =>
    hex(Buffer.from(text))
      .toUpperCase()
      .replace(/..(?=.)/g, '$& '),
  'as a list of bytes': (text) => JSON.stringify([...Buffer.from(text)]),
};
const CASES = Object.entries(SPELLINGS).flatMap(([name, spell]) =>
  SECRETS.map((secret) => [secret, name, spell(secret)] as const),
);

/** The files of an archive, unpacked by the system's tar. */
function unpacked(file: string): Map<string, string> {
  const dir = tempDir();
  execFileSync('tar', ['-xzf', file, '-C', dir]);
  const folder = join(dir, 'pilegate-bundle');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** A journalctl of our own, which says these lines. */
function journal(lines: readonly string[]): Readonly<Record<string, string>> {
  const dir = tempDir();
  writeFileSync(join(dir, 'lines'), lines.map((line) => `${line}\n`).join(''));
  writeFileSync(join(dir, 'journalctl'), `#!/bin/sh\ncat ${dir}/lines\n`);
  chmodSync(join(dir, 'journalctl'), 0o755);
  return { PATH: `${dir}:/bin:/usr/bin`, LC_ALL: 'C.UTF-8' };
}

const bundle = (file: string, config: string, env: Readonly<Record<string, string>>) =>
  pilegate(['bundle', file, '--config', config], { env, limitMs: 120_000 });

describe('what is redacted', () => {
  const redactor = new Redactor({ secrets: [TEST_KEY, PASSWORD], plates: ['TRACTOR77'] });

  it.each(CASES)('%s %s does not stay', (secret, _, spelt) => {
    const clean = redactor.text(`the gate refused it: ${spelt}, so it says`);
    expect(clean).not.toContain(spelt);
    expect(clean).not.toContain(secret);
  });

  it.each([
    'the gate refused it with result 1: 没用匹配到优惠规则',
    'green',
    '2026112408000001',
    '2026-11-24T09:12:31.042+08:00',
    '/var/lib/pilegate/outbox.db: 3 pending, 12 MiB; no daemon runs: systemctl start pilegate',
    'mqtt://127.0.0.1:1883 cannot be reached: connection refused',
    '示例充电站',
    '1号直流桩',
    '3b1f6f0e-3d0b-4f3c-9c0f-0e5a6d1c2b3a',
  ])('%s stays', (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it('what stands in an address beside the host does not stay', () => {
    expect(redactor.text('mqtt://user:hunter2@b.example:1883/x?token=abc')).toBe(
      'mqtt://***@b.example:1883/x?***',
    );
  });

  it('values of JSON keep their form', () => {
    const value = { ok: true, n: 5, none: null, list: [1, 'a'], plate: '浙BD12345' };
    expect(redactor.value(value)).toEqual({ ...value, plate: '********' });
  });
});

describe('bundle', () => {
  it('has all that helps, and no plate, VIN, key or password in any spelling', async () => {
    const station = stock({
      mqtt: { url: 'mqtt://127.0.0.1:1', username: 'adapter', passwordFile: 'mqtt.password' },
      gate: { extraFields: { secretId: 'extra-4711' } },
    });
    const { config } = station;
    writeFileSync(join(config, '..', 'mqtt.password'), PASSWORD);
    writeFileSync(config, `# the old password was ${PASSWORD}\n${readFileSync(config, 'utf8')}`);
    const spelt = CASES.map(([, , text]) => text);
    for (const [index, text] of spelt.entries()) {
      const order = `order${index}`;
      await station.take(PILE, event(order, index === 0 ? { plateNo: 'TRACTOR-77' } : {}));
      await station.end(order, [refused(`优惠规则 ${text}`)], 'parked');
    }
    await station.take(PILE, event('plain'));
    await station.end('plain', [refused('优惠规则 浙BD12345 甲')], 'parked');
    await station.take(PILE, event('good'));
    await station.end('good', [DELIVERED], 'delivered');
    await station.take(PILE, event('lost', { plateNo: '' }));
    station.outbox.close();
    const line = (more: object) =>
      JSON.stringify({
        level: 'warn',
        time: '2026-11-24T09:12:31.042+08:00',
        event: 'gate.refused',
        ...more,
      });
    const env = journal([
      'Started pilegate.service.',
      line({ msg: 'the gate refused it', orderNo: 'order1' }),
      ...spelt.map((text) => line({ msg: `refused: ${text}` })),
      ...spelt.map((text) => `node: ${text.replaceAll('\n', ' ')}`),
    ]);
    const file = join(tempDir(), 'support.tar.gz');
    const made = await bundle(file, config, env);
    expect(made).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const files = unpacked(file);
    expect([...files.keys()].sort()).toEqual([
      'config.json',
      'doctor.json',
      'log.ndjson',
      'outbox.json',
      'status.json',
      'version.json',
    ]);
    const all = `${[...files.values()].join('\n')}${made.stdout}${made.stderr}`;
    for (const [secret, name, text] of CASES)
      for (const form of [text, secret, JSON.stringify(text).slice(1, -1)])
        expect(all.includes(form), `${secret} ${name}`).toBe(false);
    expect(all).not.toContain('extra-4711');

    const read = (name: string) => JSON.parse(files.get(name) ?? '');
    expect(read('config.json')).toMatchObject({
      station: { name: '示例充电站' },
      mqtt: { username: 'adapter', passwordFile: 'mqtt.password' },
    });
    expect(read('doctor.json').checks.map(({ id }: { id: string }) => id)).toContain('broker');
    expect(read('status.json').records).toMatchObject({ delivered: 1, parked: spelt.length + 1 });
    expect(read('outbox.json')).toMatchObject({
      counts: { delivered: 1, parked: spelt.length + 1, quarantine: 1 },
    });
    expect(files.get('outbox.json')).toMatch(/优惠规则 \*{8} 甲/);
    const log = files.get('log.ndjson') ?? '';
    expect(log.split('\n').slice(0, 2)).toEqual([
      'Started pilegate.service.',
      line({ msg: 'the gate refused it', orderNo: 'order1' }),
    ]);
  });

  it('keeps a secret that was typed into the config out of all files, also of what the doctor says of it', async () => {
    const config = writeConfig(tempDir(), {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:9/',
      overrides: { gate: { key: 'typed-key-0815' }, mqtt: { password: 'typed-password-0815' } },
    });
    const file = join(tempDir(), 'support.tar.gz');
    expect(await bundle(file, config, journal([]))).toMatchObject({ code: 0 });
    const all = [...unpacked(file).values()].join('\n');
    expect(all).not.toMatch(/typed-(?:key|password)-0815/);
    expect(all).toContain('gate.key');
  });

  it('is made where there is no config, no outbox and no journal, and says so in it', async () => {
    const dir = tempDir();
    const file = join(dir, 'support.tar.gz');
    const empty = join(dir, 'empty');
    mkdirSync(empty);
    const made = await bundle(file, join(dir, 'config.yaml'), { PATH: empty, LC_ALL: 'C.UTF-8' });
    expect(made).toMatchObject({ code: 0 });
    const files = unpacked(file);
    expect(files.get('log.ndjson')).toMatch(/ENOENT/);
    expect(files.get('doctor.json')).toMatch(/config\.yaml/);
    expect(JSON.parse(files.get('outbox.json') ?? '')).toHaveProperty('unreadable');
  });

  it('writes over nothing', async () => {
    const file = join(tempDir(), 'support.tar.gz');
    writeFileSync(file, 'precious');
    expect(await bundle(file, '/nowhere.yaml', journal([]))).toMatchObject({ code: 1 });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    const nowhere = join(tempDir(), 'no', 'support.tar.gz');
    const failed = await bundle(nowhere, '/nowhere.yaml', journal([]));
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toMatch(/cannot write .*ENOENT/);
    expect(existsSync(nowhere)).toBe(false);
  });
});
