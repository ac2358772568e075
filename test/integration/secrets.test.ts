import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { realMosquitto } from '../support/broker.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { freePort } from '../support/port.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until, within } from '../support/wait.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 180_000 });

/** Made up, and nowhere else in this project: what holds it has it from the config. */
const PASSWORD = 'p4ss-0nly-for-the-br0ker';
const STATUS = 'pilegate/3302120001/status';

/** Where secrets may come from; each puts them there and gives what the daemon's environment has of it. */
const ORIGINS = {
  'files that the config names': (folder: string) => {
    writeFileSync(join(folder, 'mqtt.password'), PASSWORD, { mode: 0o600 });
    return {};
  },
  'the environment': (folder: string) => {
    rmSync(join(folder, 'gate.key'));
    return { PILEGATE_GATE_KEY: TEST_KEY, PILEGATE_MQTT_PASSWORD: PASSWORD };
  },
  'systemd credentials': (folder: string) => {
    rmSync(join(folder, 'gate.key'));
    const credentials = tempDir();
    writeFileSync(join(credentials, 'gate.key'), TEST_KEY, { mode: 0o600 });
    writeFileSync(join(credentials, 'mqtt.password'), PASSWORD, { mode: 0o600 });
    return { CREDENTIALS_DIRECTORY: credentials };
  },
};

/** The ways in which a secret could stand somewhere, each by its name. */
function spellings(): [string, string][] {
  return [
    ['the key', TEST_KEY],
    ['the password', PASSWORD],
  ].flatMap(([name = '', secret = '']): [string, string][] => [
    [name, secret],
    [`${name} in small letters`, secret.toLowerCase()],
    [`${name} in base64`, Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    [`${name} in hex`, Buffer.from(secret).toString('hex')],
    [`${name} as bytes of JSON`, [...Buffer.from(secret)].join(',')],
  ]);
}

/** Where which secret stands. */
function leaks(places: ReadonlyMap<string, string>): string[] {
  return [...places].flatMap(([place, text]) =>
    spellings()
      .filter(([, secret]) => text.includes(secret))
      .map(([name]) => `${place} holds ${name}`),
  );
}

it('the search itself finds what it is for, also in another spelling', () => {
  const base64 = Buffer.from(PASSWORD).toString('base64');
  const places = new Map([
    ['a log', `a line with ${TEST_KEY} in it`],
    ['a page', `login ${base64}`],
    ['a file', 'nothing'],
  ]);
  expect(leaks(places)).toEqual(['a log holds the key', 'a page holds the password in base64']);
});

describe.runIf(realMosquitto())('the key and the password', () => {
  it.each(Object.entries(ORIGINS))('from %s stand nowhere', async (origin, lay) => {
    const users = { pilegate: PASSWORD, pile: 'pile' };
    const broker = await startMosquitto({ users });
    // A hostile platform gives the key back in its reply, to be shown to whoever asks why.
    const gate = await startGate({
      key: TEST_KEY,
      faults: [
        { kind: 'refuse', description: `签名错误 expected key=${TEST_KEY}`, count: 1 },
        { kind: 'refuse', description: `缺少必要参数 key=${TEST_KEY}`, order: /3$/ },
        { kind: 'malformed', body: `<html>${TEST_KEY} ${TEST_KEY.toLowerCase()}</html>`, count: 1, after: 1 },
      ],
    });
    atEnd(() => gate.close());
    const folder = tempDir();
    const listen = `127.0.0.1:${await freePort()}`;
    const named = origin.startsWith('files');
    const config = writeConfig(folder, {
      broker,
      gateUrl: gate.url,
      overrides: {
        gate: { keyFile: named ? 'gate.key' : undefined },
        mqtt: { username: 'pilegate', ...(named ? { passwordFile: 'mqtt.password' } : {}) },
        delivery: { outage: { min: '10ms', max: '50ms' }, refusal: { min: '10ms', max: '50ms' } },
        http: { listen, showPlates: true },
        log: { level: 'trace', format: 'json' },
      },
    });
    const env = lay(folder);
    const daemon = spawnDaemon({ config, env });
    await daemon.ready();
    const places = new Map<string, string>();

    const events = makeEvents({ count: 5 });
    const login = { username: 'pile', password: 'pile' };
    await publishAll(broker.url, [...events, { topic: 'piles/D001/session/end', payload: '{}' }], login);
    await within(gate.waitFor(4), 'four records at the gate');
    await daemon.log('record.parked');
    await daemon.log('event.quarantined');

    const site = await connectAsync(broker.url, { ...login, protocolVersion: 4 });
    atEnd(async () => void (await site.endAsync(true)));
    const status = new Promise<string>((resolve) =>
      site.once('message', (_topic, bytes) => resolve(`${bytes}`)),
    );
    await site.subscribeAsync(STATUS, { qos: 1 });
    places.set('the status topic', await within(status, 'the status topic'));

    const good = readFileSync(config, 'utf8');
    writeFileSync(
      `${config}.new`,
      good.replace('parkId', 'parkIdd').replace('sessionExpiry', 'sessionExpire'),
    );
    renameSync(`${config}.new`, config);
    await daemon.kill('SIGHUP');
    await daemon.log('config.rejected');
    const wrong = await pilegate(['check', '--json', '--config', config], { env });
    expect(wrong.code).toBe(78);
    places.set('check of a wrong config', wrong.stdout + wrong.stderr);
    writeFileSync(config, good);

    const orders = await records(config, env);
    expect(orders.length).toBe(5);
    const commands = [
      ['status'],
      ['status', '--json'],
      ['check', '--json'],
      ['doctor'],
      ['doctor', '--json'],
      ['records', 'list'],
      ['records', 'list', '--json'],
      ...orders.flatMap((order) => [
        ['records', 'show', order],
        ['records', 'show', order, '--json'],
      ]),
      ['quarantine', 'list'],
      ['quarantine', 'list', '--json'],
      ['quarantine', 'show', '1'],
      ['quarantine', 'show', '1', '--json'],
      ['export', '--format', 'csv'],
      ['export', '--format', 'ndjson'],
    ];
    for (const command of commands) {
      const { code, stdout, stderr } = await pilegate([...command, '--config', config], { env });
      expect(stdout.length, `${command.join(' ')} said: ${stderr}`).toBeGreaterThan(0);
      expect(code, `${command.join(' ')} said: ${stderr}`).toBeLessThan(command[0] === 'doctor' ? 2 : 1);
      places.set(`pilegate ${command.join(' ')}`, stdout + stderr);
    }
    const keyFile = join(tempDir(), 'key');
    writeFileSync(keyFile, TEST_KEY, { mode: 0o600 });
    const signed = await pilegate(['sign', '--explain', '--key-file', keyFile], { stdin: '{"a":"b"}' });
    expect(signed.code).toBe(0);
    places.set('sign --explain', signed.stdout + signed.stderr);

    for (const path of ['/', '/metrics', '/readyz', '/healthz', '/nowhere']) {
      const answer = await fetch(`http://${listen}${path}`);
      const headers = JSON.stringify([...answer.headers]);
      places.set(`http ${path}`, `${headers}\n${await answer.text()}`);
    }
    places.set('the process list', readFileSync(`/proc/${daemon.pid}/cmdline`, 'latin1'));
    for (const file of readdirSync(dirname(config)).filter((name) => name.startsWith('outbox')))
      places.set(`the file ${file}`, readFileSync(join(folder, file), 'latin1'));
    expect([...places.keys()]).toContain('the file outbox.db-wal');

    expect(await daemon.stop()).toBe(0);
    places.set('the log', daemon.lines.map((line) => JSON.stringify(line)).join('\n'));
    places.set('stderr', daemon.stderr());
    const pretty = await pilegate(['logs'], { stdin: places.get('the log') ?? '' });
    places.set('pilegate logs', pretty.stdout + pretty.stderr);
    places.set('the outbox after the stop', readFileSync(join(folder, 'outbox.db'), 'latin1'));

    expect(leaks(places)).toEqual([]);
  });

  it('stand in no message about a login that the broker refuses', async () => {
    const broker = await startMosquitto({ users: { pilegate: 'another one' } });
    const folder = tempDir();
    writeFileSync(join(folder, 'mqtt.password'), PASSWORD, { mode: 0o600 });
    const config = writeConfig(folder, {
      broker,
      gateUrl: `http://127.0.0.1:${await freePort()}/`,
      overrides: {
        mqtt: { username: 'pilegate', passwordFile: 'mqtt.password' },
        log: { level: 'trace', format: 'json' },
      },
    });
    const daemon = spawnDaemon({ config });
    await until(() => daemon.logged('mqtt.disconnected').length > 0, 'the refused login');
    const doctor = await pilegate(['doctor', '--json', '--config', config]);
    expect(doctor.code).toBe(1);
    expect(await daemon.stop()).toBe(0);
    const places = new Map([
      ['doctor', doctor.stdout + doctor.stderr],
      ['the log', daemon.lines.map((line) => JSON.stringify(line)).join('\n')],
      ['stderr', daemon.stderr()],
    ]);
    expect(leaks(places)).toEqual([]);
  });
});

async function records(config: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const { stdout } = await pilegate(['records', 'list', '--json', '--config', config], { env });
  return stdout
    .trim()
    .split('\n')
    .map((line) => String(JSON.parse(line).orderNo));
}
