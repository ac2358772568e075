import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startBroker } from '../support/broker.ts';
import { owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { TEST_KEY, tempDir } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

vi.setConfig({ testTimeout: 120_000 });

const ANSWERS = {
  '--station-id': '0042',
  '--station-name': '示例: "充电站" #1',
  '--gate-url': 'http://127.0.0.1:9/',
  '--port-name': 'example',
  '--park-id': '3302122004',
  '--broker-url': 'mqtt://127.0.0.1:1',
};

function keyFile(): string {
  const file = join(tempDir(), 'key.txt');
  writeFileSync(file, `${TEST_KEY}\r\n`);
  return file;
}

const init = (config: string, answers: Readonly<Record<string, string>>, ...more: string[]) =>
  pilegate(['init', '--config', config, ...Object.entries(answers).flat(), ...more], {
    env: { LC_ALL: 'C.UTF-8' },
    limitMs: 60_000,
  });

describe('init by options', () => {
  it('writes a config and a key that the doctor finds nothing red in', async () => {
    const [broker, gate] = await Promise.all([startBroker(), startIndependentGate(TEST_KEY)]);
    const dir = join(tempDir(), 'etc');
    const config = join(dir, 'config.yaml');
    const answers = { ...ANSWERS, '--broker-url': broker.url, '--gate-url': gate.url };
    const made = await init(config, answers, '--key-file', keyFile(), '--yes');
    expect(made, made.stdout).toMatchObject({ code: 0 });
    expect(statSync(join(dir, 'gate.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'gate.key'), 'utf8')).toBe(`${TEST_KEY}\n`);
    expect(readFileSync(config, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\/\S+\/config\.schema\.json\n# /,
    );
    expect(loadConfig(config, {}).config).toMatchObject({
      station: { id: '0042', name: '示例: "充电站" #1' },
      gate: { dialect: 'carpark', portName: 'example', parkId: '3302122004' },
    });
    expect(made.stdout).toMatch(/● GREEN +broker/);
    expect(made.stdout).not.toMatch(/● RED/);
    expect(made.stdout).toContain(`pilegate run --config ${config}`);
    expect(`${made.stdout}${made.stderr}`).not.toContain(TEST_KEY);
  });

  it.each([
    ['keytop', { parkId: '3302122004', keytop: { appId: 'example' } }],
    ['bolink', { bolink: { comid: '3302122004', unionId: 'example' } }],
    ['teld', { parkId: '3302122004', teld: { operatorId: 'example' } }],
  ])('writes what %s needs', async (dialect, gate) => {
    const config = join(tempDir(), 'config.yaml');
    const made = await init(config, { ...ANSWERS, '--dialect': dialect }, '--yes', '--lang', 'zh');
    // Neither the gate nor the broker is there.
    expect(made).toMatchObject({ code: 1 });
    expect(loadConfig(config, {}).config.gate).toMatchObject({ dialect, ...gate });
    expect(readFileSync(config, 'utf8')).toContain('# 道闸平台');
    expect(made.stdout).toContain(dialect === 'teld' ? 'gate.operatorSecret' : 'gate.key');
    expect(made.stdout).toContain('下一步');
  });

  it('writes over nothing that is there', async () => {
    const dir = tempDir();
    const config = join(dir, 'config.yaml');
    writeFileSync(config, 'precious: true\n');
    writeFileSync(join(dir, 'gate.key'), 'precious');
    const made = await init(config, ANSWERS, '--key-file', keyFile(), '--yes');
    expect(made.code).toBeGreaterThan(0);
    expect(made.stdout).toMatch(/config\.yaml is there already[\s\S]*gate\.key is there already/);
    expect(readFileSync(config, 'utf8')).toBe('precious: true\n');
    expect(readFileSync(join(dir, 'gate.key'), 'utf8')).toBe('precious');
    expect(readdirSync(dir).sort()).toEqual(['config.yaml', 'gate.key']);
  });

  it('says which options are missing, and writes nothing', async () => {
    const config = join(tempDir(), 'config.yaml');
    const { '--park-id': _, ...rest } = ANSWERS;
    expect(await init(config, rest, '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/are needed: --park-id\n/),
    });
    expect(await init(config, ANSWERS)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/: --yes\n/),
    });
    expect(existsSync(config)).toBe(false);
  });

  it('says what is wrong with an answer or a key file, and writes nothing', async () => {
    const dir = tempDir();
    const config = join(dir, 'config.yaml');
    const wrong = await init(config, { ...ANSWERS, '--gate-url': 'ftp://x', '--broker-url': 'x' }, '--yes');
    expect(wrong).toMatchObject({ code: 78 });
    expect(wrong.stderr).toMatch(/gate\.baseUrl: [\s\S]*mqtt\.url: /);
    const empty = join(dir, 'empty.txt');
    writeFileSync(empty, ' \n');
    for (const file of [empty, join(dir, 'nowhere')])
      expect(await init(config, ANSWERS, '--key-file', file, '--yes')).toMatchObject({ code: 1 });
    expect(readdirSync(dir)).toEqual(['empty.txt']);
  });

  it('says that it cannot write', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'etc'), 'a file');
    const made = await init(join(dir, 'etc', 'config.yaml'), ANSWERS, '--yes');
    expect(made).toMatchObject({ code: 1 });
    expect(made.stderr).toMatch(/cannot write .*config\.yaml/);
  });
});

/** Runs `init` on a terminal of its own, and answers each question once it is asked. */
async function onTerminal(
  config: string,
  dialogue: readonly (readonly [question: string, answer: string])[],
) {
  const child = owned(
    spawn(
      'script',
      ['-qec', `'${process.execPath}' '${MAIN}' init --config '${config}' --lang en`, '/dev/null'],
      {
        stdio: 'pipe',
        env: { ...process.env, TERM: 'dumb' },
      },
    ),
  );
  let seen = '';
  let from = 0;
  const left = [...dialogue];
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString('utf8');
    const [next] = left;
    const at = next === undefined ? -1 : seen.indexOf(next[0], from);
    if (next === undefined || at < 0) return;
    from = at + next[0].length;
    left.shift();
    child.stdin.write(next[1]);
  });
  await within(once(child, 'close'), `init to end; it said: ${seen}`, 60_000);
  return { code: child.exitCode, seen, left };
}

describe('init on a terminal', () => {
  it('asks for each, again where an answer is wrong, and shows no key', async () => {
    const dir = tempDir();
    const config = join(dir, 'config.yaml');
    const { seen, left } = await onTerminal(config, [
      ["the station's id", '3302120001\r'],
      ["the station's name", '示例充电站\r'],
      ['base address', 'ftp://nowhere\r'],
      ['base address', 'http://127.0.0.1:9/\r'],
      ['the protocol', 'carpool\r'],
      ['the protocol', '\r'],
      ['the account', 'example\r'],
      ["the car park's id", '3302122004\r'],
      ["the broker's address", 'mqtt://127.0.0.1:1\r'],
      ['not shown', `${TEST_KEY}\r`],
      ['[y/N]', 'y\r'],
    ]);
    expect(left).toEqual([]);
    expect(loadConfig(config, {}).config).toMatchObject({
      station: { id: '3302120001', name: '示例充电站' },
      gate: { dialect: 'carpark', baseUrl: 'http://127.0.0.1:9/', portName: 'example' },
      mqtt: { url: ['mqtt://127.0.0.1:1'] },
    });
    expect(readFileSync(join(dir, 'gate.key'), 'utf8')).toBe(`${TEST_KEY}\n`);
    expect(seen).not.toContain(TEST_KEY);
    expect(seen).toContain('What is next:');
  });

  it('writes nothing where the person goes away or says no', async () => {
    const dir = tempDir();
    const config = join(dir, 'config.yaml');
    expect((await onTerminal(config, [["the station's id", '\u0003']])).code).toBe(1);
    expect((await onTerminal(config, [["the station's id", '\u0004']])).code).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('asks only for the key where the config is there', async () => {
    const dir = tempDir();
    const config = join(dir, 'config.yaml');
    writeFileSync(config, 'station: { id: "1" }\n');
    chmodSync(config, 0o644);
    const { left } = await onTerminal(config, [['not shown', `${TEST_KEY}\r`]]);
    expect(left).toEqual([]);
    expect(readFileSync(join(dir, 'gate.key'), 'utf8')).toBe(`${TEST_KEY}\n`);
    expect(readFileSync(config, 'utf8')).toBe('station: { id: "1" }\n');
  });
});
