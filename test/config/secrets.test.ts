import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Secret } from '../../src/config/secret.ts';
import { Failure } from '../../src/domain/failure.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { tempDir } from '../support/tmp.ts';
import { dir, type FoundSecrets, load, loadSecrets, MINIMAL } from './support.ts';

const KEY = '45DC1F8604F940829E75D6A76595C299';
const beside = join(dir, 'gate.key');
const named = join(dir, 'named.key');
const credentials = tempDir();
const env = {
  CREDENTIALS_DIRECTORY: credentials,
  PILEGATE_GATE_KEY: 'from-env',
  PILEGATE_MQTT_PASSWORD: 'p-env',
};

beforeEach(() => {
  rmSync(named, { force: true, recursive: true });
  rmSync(join(credentials, 'gate.key'), { force: true });
  put(beside, KEY);
});

function put(file: string, content: string | Uint8Array, mode = 0o600): void {
  writeFileSync(file, content);
  chmodSync(file, mode);
}

/** The minimal config with a named key file. */
const NAMED = MINIMAL.replace('gate:', 'gate:\n  keyFile: named.key');

function refusal(text: string, environment: NodeJS.ProcessEnv = {}): string[] {
  try {
    loadSecrets(load(text), environment);
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 78)
      return error.message.replaceAll(`${dir}/`, '').split('\n');
    throw error;
  }
  return [];
}

/** The one secret of a gate that speaks the document's dialect. */
function keyOf({ gate }: FoundSecrets): Secret {
  const [key] = gate.all;
  if (key === undefined) throw new Error('no key');
  return key;
}

describe('where a secret is looked for', () => {
  it('takes the file that the config names before all else', () => {
    put(named, 'from-file');
    put(join(credentials, 'gate.key'), 'from-credential');
    const secrets = loadSecrets(load(NAMED), env);
    const gateKey = keyOf(secrets);
    expect([gateKey.reveal(), gateKey.origin, gateKey.needsRestart]).toEqual(['from-file', named, false]);
  });

  it('then the credential, which is seen anew only by a new process', () => {
    put(join(credentials, 'gate.key'), 'from-credential\n');
    const secrets = loadSecrets(load(MINIMAL), env);
    const gateKey = keyOf(secrets);
    expect([gateKey.reveal(), gateKey.origin, gateKey.needsRestart]).toEqual([
      'from-credential',
      'credential gate.key',
      true,
    ]);
  });

  it('then the environment, where the credential is blank', () => {
    put(join(credentials, 'gate.key'), ' \n');
    const secrets = loadSecrets(load(MINIMAL), env);
    const gateKey = keyOf(secrets);
    const { mqttPassword } = secrets;
    expect([gateKey.reveal(), gateKey.origin]).toEqual(['from-env', 'environment PILEGATE_GATE_KEY']);
    expect([mqttPassword?.reveal(), mqttPassword?.needsRestart]).toEqual(['p-env', true]);
  });

  it('then the file beside the config; a password may be nowhere', () => {
    const secrets = loadSecrets(load(MINIMAL), { PILEGATE_GATE_KEY: ' ' });
    const gateKey = keyOf(secrets);
    const { mqttPassword } = secrets;
    expect([gateKey.reveal(), gateKey.origin]).toEqual([KEY, beside]);
    expect(mqttPassword).toBeUndefined();
  });
});

describe('what is around a secret', () => {
  it.each([
    ['a newline', `${KEY}\n`, []],
    ['CR LF', `${KEY}\r\n`, ['ends its line with CR LF, which was left out']],
    ['a byte order mark', `\uFEFF${KEY}`, ['begins with a byte order mark (BOM), which was left out']],
    [
      'no-break and ideographic spaces',
      `\u00a0\u3000${KEY}\u00a0`,
      ['has blanks around the secret, which were left out'],
    ],
    ['a zero-width space', `${KEY}\u200b`, ['has blanks around the secret, which were left out']],
    ['quotes', `"${KEY}"\n`, ['has quotes around the secret, which were left out']],
    ['smart quotes', `“${KEY}”`, ['has quotes around the secret, which were left out']],
    ['blanks', `  ${KEY} \n\n`, ['has blanks around the secret, which were left out']],
  ])('is left out and told: %s', (_, content, warnings) => {
    put(named, content);
    const secrets = loadSecrets(load(NAMED), {});
    expect(keyOf(secrets).reveal()).toBe(KEY);
    expect(secrets.warnings.map(({ reason }) => inEnglish(reason))).toEqual(
      warnings.map((text) => `${named} ${text}`),
    );
  });

  it('is told when it is readable by everyone', () => {
    put(named, KEY, 0o644);
    expect(loadSecrets(load(NAMED), {}).readable).toEqual([{ file: named, mode: '0644' }]);
  });

  it('is told when the key of a client certificate is readable by everyone', () => {
    const pem = join(dir, 'client.pem');
    put(pem, '-----BEGIN PRIVATE KEY-----\n', 0o644);
    put(named, KEY);
    const config = NAMED.replace('gate:', `gate:\n  tls: { cert: ${pem}, key: ${pem} }`);
    expect(loadSecrets(load(config), {}).readable).toEqual([{ file: pem, mode: '0644' }]);
  });
});

describe('a secret that cannot be had', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['is empty', '\uFEFF\r\n', 'named.key is empty: write the secret into it, on one line'],
    [
      'has two lines',
      'a\nb\n',
      'named.key has more than one line: write the secret alone into it, on one line',
    ],
    ['is not text', Buffer.from([0xff, 0xfe, 0x41, 0]), 'named.key is not UTF-8 text: save it as plain text'],
  ])('is named with its remedy when the file %s', (_, content, expected) => {
    put(named, content);
    expect(refusal(NAMED)).toEqual([`config.yaml:3:12: gate.keyFile: ${expected}`]);
  });

  it('is named with its remedy when the file is not there, or a folder', () => {
    const line = (why: string) => [`config.yaml:3:12: gate.keyFile: cannot read named.key: ${why}`];
    expect(refusal(NAMED)).toEqual(line('there is no such file: put it there'));
    mkdirSync(named);
    expect(refusal(NAMED)).toEqual(line('it is a folder: name a file'));
  });

  it('is named with its remedy when this user may not read the file', () => {
    put(named, KEY, 0o000);
    const loaded = load(NAMED);
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      expect(() => loadSecrets(loaded, {})).toThrow(
        'this user may not read it: try sudo, or give it to the user that runs pilegate (mode 0600)',
      );
    } finally {
      if (root) process.seteuid?.(0);
    }
  });

  it('is asked for in every place it may be put, when there is none', () => {
    rmSync(beside);
    expect(refusal(MINIMAL)).toEqual([
      'config.yaml:2:1: gate.keyFile: no key anywhere: put it into gate.key, or name its file here, or set PILEGATE_GATE_KEY',
    ]);
    expect(refusal(MINIMAL, { CREDENTIALS_DIRECTORY: credentials })[0]).toContain(
      'systemd credential gate.key',
    );
  });

  it('is told together with all the others, and with TLS files that are none', () => {
    put(named, 'no certificate');
    const text = `${NAMED}mqtt:\n  passwordFile: p\n  url: mqtts://h\n  tls: { ca: named.key, cert: c, key: c }\n`;
    put(join(dir, 'c'), '-----BEGIN CERTIFICATE-----');
    expect(refusal(text)).toEqual([
      'config.yaml:10:17: mqtt.passwordFile: cannot read p: there is no such file: put it there',
      'config.yaml:12:14: mqtt.tls.ca: named.key is not a PEM file: it has no line -----BEGIN …',
    ]);
  });
});

describe('a secret', () => {
  it('prints as stars however it is printed', () => {
    const secrets = loadSecrets(load(MINIMAL), {});
    const gateKey = keyOf(secrets);
    const prints = [
      `${gateKey}`,
      String(gateKey),
      JSON.stringify({ gateKey }),
      inspect({ gateKey }, { showHidden: true, depth: 9 }),
    ];
    for (const print of prints) expect(print).toContain('***');
    expect(prints.join()).not.toContain(KEY);
    expect(Object.values(gateKey)).not.toContain(KEY);
  });
});
