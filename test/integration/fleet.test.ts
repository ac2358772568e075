import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { afterAll, expect, it, vi } from 'vitest';
import { startBroker } from '../support/broker.ts';
import { atEnd, cleanUp, owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { freePort } from '../support/port.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);
vi.setConfig({ testTimeout: 120_000 });

/** Starts a command that stays; resolves with it once it has said something that matches. */
async function staying(args: readonly string[], said: RegExp): Promise<{ pid: number; line: string }> {
  const child = owned(spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] }));
  for await (const line of createInterface({ input: child.stderr }))
    if (said.test(line)) return { pid: child.pid ?? 0, line };
  throw new Error(`pilegate ${args.join(' ')} ended`);
}

it('shows a real box, what is wrong with it, and that it is gone', async () => {
  const { broker, daemon } = await startStation();
  const list = async () => {
    const { stdout, code } = await pilegate(['fleet', '--broker', broker.url, '--settle', '1', '--json']);
    return {
      boxes: stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
      code,
    };
  };
  expect(await list()).toMatchObject({
    boxes: [
      { station: '3302120001', name: '示例充电站', online: true, gate: 'up', problems: ['gate-untried'] },
    ],
    code: 1,
  });
  await daemon.kill('SIGKILL');
  await until(async () => (await list()).boxes[0]?.online === false, 'the will');
  expect((await list()).boxes[0].problems).toContain('offline');
});

it('a thousand boxes: under 150 MB, and a change is served within two seconds', async () => {
  const broker = await startBroker();
  await staying(
    ['simulate', 'fleet', '--url', broker.url, '--boxes', '1000', '--changes', '50'],
    /1000 boxes/,
  );
  const port = await freePort();
  const at = ['fleet', '--broker', broker.url, '--listen', `127.0.0.1:${port}`, '--settle', '1'];
  const { pid } = await staying(at, /listening/);
  // As a monitor would, only more often.
  const metrics = async () => {
    await sleep(200);
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  };
  await until(
    async () => ((await metrics()).match(/^pilegate_fleet_box_online/gm) ?? []).length === 1000,
    'all boxes',
  );
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect(page.match(/<tr class=/g)).toHaveLength(1000);

  const client = await connectAsync(broker.url, { protocolVersion: 4 });
  atEnd(() => void client.end(true));
  const evil = '<script>alert(1)</script>\u001b[2J';
  const status = { station: 'EVIL', name: evil, connected: true, version: '1', quarantine: 7 };
  const published = performance.now();
  await client.publishAsync('pilegate/EVIL/status', JSON.stringify(status), { qos: 1, retain: true });
  await until(
    async () => (await metrics()).includes('pilegate_fleet_quarantine{station="EVIL"} 7'),
    'the change',
  );
  const seen = performance.now() - published;
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).not.toContain('<script>');
  const { stdout } = await pilegate([
    'fleet',
    '--broker',
    broker.url,
    '--settle',
    '2',
    '--topic',
    'pilegate/EVIL/status',
  ]);
  expect(stdout).not.toContain('\u001b');
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  console.log(`1000 boxes: peak ${peak.toFixed(0)} MiB; a change was served after ${seen.toFixed(0)} ms`);
  expect(peak).toBeLessThan(150);
});
