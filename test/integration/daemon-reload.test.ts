import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { cleanUp } from '../support/cleanup.ts';
import type { DaemonProcess, LogLine, LogMatch } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

/** Changes the config's text, and asks for a reload. */
async function change(daemon: DaemonProcess, config: string, from: string, to: string): Promise<void> {
  const text = readFileSync(config, 'utf8');
  if (!text.includes(from)) throw new Error(`no ${from} in the config`);
  writeFileSync(config, text.replaceAll(from, to));
  await daemon.kill('SIGHUP');
}

/** The next such line, of those that are still to come. */
const next = (daemon: DaemonProcess, match: LogMatch): Promise<LogLine> =>
  daemon.log(match, { from: daemon.lines.length });

const one = (seed: number) => makeEvents({ count: 1, seed });

it('SIGHUP takes a changed config over: its topics, its gate, its key; nothing is lost meanwhile', async () => {
  const { broker, gate, daemon, config, rows } = await startStation();
  const otherKey = 'AAAABBBBCCCCDDDDEEEEFFFF00001111';
  const other = await startIndependentGate(otherKey);
  await publishAll(broker.url, one(1));
  await gate.has(1);
  const publishing = publishAll(broker.url, makeEvents({ count: 200, seed: 2 }));
  writeFileSync(join(dirname(config), 'gate.key'), otherKey);
  const reloaded = next(daemon, 'config.reloaded');
  await change(daemon, config, gate.url, other.url);
  await publishing;
  await reloaded;
  // Before the topic changes: what still waits at the broker then is nobody's by the new config.
  const records = () => Number(rows('SELECT count(*) AS n FROM records')[0]?.['n']);
  await until(() => records() === 201, 'all events of the old topic');
  await change(daemon, config, 'piles/{deviceId}/session/end', 'bays/{deviceId}/end');
  // Published before it is subscribed to, an event would be nobody's.
  const filters = () => String(rows("SELECT value FROM meta WHERE name = 'session'")[0]?.['value']);
  await until(() => filters().includes(':["bays/+/end"]'), 'the subscription');
  const [last] = one(3);
  await publishAll(broker.url, [{ topic: 'bays/D001/end', payload: last?.payload ?? '' }]);
  await until(() => other.posts.has(last?.orderNo ?? ''), 'the event of the new topic at the new gate');
  const delivered = () => rows("SELECT count(*) AS n FROM records WHERE state = 'delivered'")[0]?.['n'];
  await until(() => delivered() === 202, 'all deliveries to be written down');
  expect(gate.posts.size + other.posts.size).toBe(202);
  expect(rows('SELECT count(*) AS n FROM quarantine')).toEqual([{ n: 0 }]);
  expect(other.unsigned).toBe(0);
  expect(daemon.logged('mqtt.disconnected')).toHaveLength(0);
  expect(await daemon.stop()).toBe(0);
});

it('SIGHUP with a wrong config says what is wrong, and the old one goes on', async () => {
  const { broker, gate, daemon, config } = await startStation();
  await change(daemon, config, 'parkId', 'parkIdd');
  const rejected = await next(daemon, 'config.rejected');
  expect(rejected).toMatchObject({
    level: 'error',
    reason: expect.stringMatching(/config\.yaml:\d+:\d+: gate\.parkI/),
  });
  await publishAll(broker.url, one(1));
  await gate.has(1);
  await change(daemon, config, 'parkIdd', 'parkId');
  await next(daemon, 'config.reloaded');
  await publishAll(broker.url, one(2));
  await gate.has(2);
  expect(await daemon.stop()).toBe(0);
});

it('what cannot be changed in a running daemon is rejected with the remedy', async () => {
  const { broker, gate, daemon, config } = await startStation();
  await change(daemon, config, 'outbox.db', 'other.db');
  expect((await next(daemon, 'config.rejected'))['reason']).toContain('outbox.path cannot change');
  await publishAll(broker.url, one(1));
  await gate.has(1);
  expect(await daemon.stop()).toBe(0);
});

it('a config that can be read but not be laid leaves the old line running', async () => {
  const { broker, gate, daemon, config } = await startStation();
  const pem = join(dirname(config), 'odd.pem');
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n');
  await change(
    daemon,
    config,
    `baseUrl: ${gate.url}`,
    `baseUrl: https://127.0.0.1:1/\n  tls: { cert: odd.pem, key: odd.pem }`,
  );
  await next(daemon, 'config.rejected');
  await publishAll(broker.url, one(1));
  await gate.has(1);
  expect(await daemon.stop()).toBe(0);
});

it('a key that changes in its file is noticed without a signal; one that is gone meanwhile changes nothing', async () => {
  const { broker, gate, daemon, config } = await startStation();
  const key = join(dirname(config), 'gate.key');
  const wrong = 'AAAABBBBCCCCDDDDEEEEFFFF00001111';
  rmSync(key);
  const rejected = await next(daemon, 'config.rejected');
  expect(rejected['reason']).toContain('gate.key');
  await publishAll(broker.url, one(1));
  await gate.has(1);
  expect(gate.unsigned).toBe(0);

  writeFileSync(`${key}.new`, wrong);
  const taken = next(daemon, 'config.reloaded');
  renameSync(`${key}.new`, key);
  expect((await taken)['why']).toBe("a secret's file changed");
  await publishAll(broker.url, one(2));
  await gate.has(2);
  expect(gate.unsigned).toBe(1);

  writeFileSync(key, TEST_KEY);
  await next(daemon, 'config.reloaded');
  await publishAll(broker.url, one(3));
  await gate.has(3);
  expect(gate.unsigned).toBe(1);
  expect(JSON.stringify(daemon.lines) + daemon.stderr()).not.toMatch(new RegExp(`${wrong}|${TEST_KEY}`));
  expect(await daemon.stop()).toBe(0);
});

it('a storm of SIGHUPs is taken one after the other, also while it stops', async () => {
  const { broker, gate, daemon } = await startStation();
  for (let signal = 0; signal < 5; signal += 1) await daemon.kill('SIGHUP');
  await publishAll(broker.url, makeEvents({ count: 50 }));
  await gate.has(50);
  await daemon.kill('SIGTERM');
  for (let signal = 0; signal < 5; signal += 1) await daemon.kill('SIGHUP');
  expect(await daemon.exited(10_000)).toBe(0);
  expect(gate.repeats).toBe(0);
});
