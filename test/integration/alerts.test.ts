import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { connectAsync } from 'mqtt';
import { afterAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startBroker } from '../support/broker.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { makeEvents } from '../support/events.ts';
import { publishAll } from '../support/publish.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);
vi.setConfig({ testTimeout: 120_000 });

const plain = z.object({
  station: z.string(),
  alert: z.string(),
  state: z.string(),
  text: z.string(),
  command: z.string(),
});
const words = z.object({ content: z.string() });

/** What a robot of each platform was sent, by the platforms' public documentation. */
const posted = z.discriminatedUnion('to', [
  z.object({ to: z.literal('json'), query: z.string(), body: plain }),
  z.object({
    to: z.literal('wecom'),
    query: z.string(),
    body: z.object({ msgtype: z.literal('text'), text: words }),
  }),
  z.object({
    to: z.literal('dingtalk'),
    query: z.string(),
    body: z.object({ msgtype: z.literal('text'), text: words, at: z.object({ isAtAll: z.literal(false) }) }),
  }),
  z.object({
    to: z.literal('feishu'),
    query: z.string(),
    body: z.object({
      timestamp: z.string(),
      sign: z.string(),
      msg_type: z.literal('text'),
      content: z.object({ text: z.string() }),
    }),
  }),
]);
type Posted = z.output<typeof posted>;

/** Receives what robots are sent; a message of another form is an error that the test sees. */
async function robots(): Promise<{ url: string; posts: Posted[]; wrong: unknown[] }> {
  const [posts, wrong]: [Posted[], unknown[]] = [[], []];
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://robots');
    const one = { to: pathname.slice(1), query: search, body: JSON.parse(await text(request)) };
    const read = posted.safeParse(one);
    if (read.success) posts.push(read.data);
    else wrong.push({ ...one, error: read.error });
    response.end(one.to === 'feishu' ? '{"code":0,"msg":"success"}' : '{"errcode":0,"errmsg":"ok"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, posts, wrong };
}

const SECRET = 'SEC-made-up';
const ALERTS = ['wecom', 'dingtalk', 'feishu', 'json'].map((to) => ({ to }));

function secretsFor(url: string): Readonly<Record<string, string>> {
  const named = ALERTS.flatMap(({ to }, index) => [
    [`PILEGATE_ALERT_${index + 1}_URL`, `${url}/${to}?key=k-${to}`],
    ...(to === 'dingtalk' || to === 'feishu' ? [[`PILEGATE_ALERT_${index + 1}_SECRET`, SECRET]] : []),
  ]);
  return Object.fromEntries(named);
}

it('tells each platform in its own form what began and what is over, once, and never a plate or an address', async () => {
  const { url, posts, wrong } = await robots();
  const { broker, daemon, gate } = await startStation({
    overrides: { alerts: ALERTS },
    env: secretsFor(url),
  });
  const json = () => posts.flatMap(({ to, body }) => (to === 'json' ? [body] : []));
  gate.answer(200, '{"result":1,"description":"@all 签名错误 浙BD12345 http://evil.example"}');
  const began = performance.now();
  await publishAll(broker.url, makeEvents({ count: 1 }));
  await until(() => posts.length >= 4, 'a message on each platform', 20_000);
  console.log(`from the event to the last message: ${Math.round(performance.now() - began)} ms`);
  expect(json()).toMatchObject([
    { alert: 'gate.held', state: 'begin', command: expect.stringContaining('doctor') },
  ]);
  for (const { to, query, body } of posts) {
    const shown = JSON.stringify(body);
    expect(shown).toContain('签名错误');
    expect(shown).not.toMatch(/@|浙BD12345|http:\/\//);
    if (to === 'dingtalk') {
      const [timestamp, sign] = ['timestamp', 'sign'].map((name) => new URLSearchParams(query).get(name));
      expect(sign).toBe(createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64'));
      expect(Math.abs(Number(timestamp) - Date.now())).toBeLessThan(60_000);
    }
    if (to === 'feishu') {
      const key = `${body.timestamp}\n${SECRET}`;
      expect(body.sign).toBe(createHmac('sha256', key).update('').digest('base64'));
    }
  }

  await publishAll(broker.url, [{ topic: 'piles/D001/session/end', payload: 'no JSON' }]);
  await until(() => json().length >= 2, 'the second beginning', 20_000);
  expect(json()[1]).toMatchObject({ alert: 'event.quarantined', state: 'begin' });

  // A restart says nothing again; what is over is said.
  await daemon.restart();
  await daemon.ready();
  gate.answer(200, '{"result":0}');
  await until(
    () => json().some(({ alert, state }) => alert === 'gate.held' && state === 'end'),
    'the end',
    90_000,
  );
  expect(json().filter(({ state }) => state === 'begin')).toHaveLength(2);
  expect(wrong).toEqual([]);
  expect(JSON.stringify(daemon.lines)).not.toMatch(/key=k-|SEC-made-up/);
  expect(await daemon.stop()).toBe(0);
});

it('alerts test says which receiver took it, without its address', async () => {
  const { url, posts } = await robots();
  const { config, daemon } = await startStation({ overrides: { alerts: ALERTS }, env: secretsFor(url) });
  const env = { ...secretsFor(url), PILEGATE_ALERT_1_URL: 'http://127.0.0.1:1/secret-path' };
  const { code, stdout } = await pilegate(['alerts', 'test', '--json', '--config', config], { env });
  const said = stdout.trim().split('\n');
  expect(said.map((line) => JSON.parse(line))).toEqual([
    { receiver: '1:wecom', ok: false, reason: expect.stringMatching(/ECONNREFUSED/) },
    { receiver: '2:dingtalk', ok: true, reason: '' },
    { receiver: '3:feishu', ok: true, reason: '' },
    { receiver: '4:json', ok: true, reason: '' },
  ]);
  expect(stdout).not.toContain('secret-path');
  expect(code).toBe(1);
  expect(posts.find(({ to }) => to === 'json')?.body).toMatchObject({ alert: 'test', state: 'begin' });
  expect(await daemon.stop()).toBe(0);
});

it('an uplink has the status retained, each alert, and goodbye; its end never touches intake', async () => {
  const uplinkBroker = await startBroker();
  const got: { topic: string; retain: boolean; body: Record<string, unknown> }[] = [];
  const client = await connectAsync(uplinkBroker.url, { protocolVersion: 4 });
  atEnd(() => void client.end(true));
  client.on('message', (topic, payload, { retain }) => {
    got.push({ topic, retain, body: JSON.parse(payload.toString()) });
  });
  await client.subscribeAsync('pilegate/#', { qos: 1 });
  const { broker, daemon, gate, rows } = await startStation({
    overrides: { uplink: { url: uplinkBroker.url } },
  });
  await until(
    () => got.some(({ topic, body }) => topic === 'pilegate/3302120001/status' && body['connected'] === true),
    'the status',
    20_000,
  );
  await publishAll(broker.url, [{ topic: 'piles/D001/session/end', payload: 'no JSON' }]);
  await until(() => got.some(({ topic }) => topic === 'pilegate/3302120001/alert'), 'the alert', 20_000);
  expect(got.find(({ topic }) => topic.endsWith('/alert'))?.body).toMatchObject({
    alert: 'event.quarantined',
  });
  await until(
    () => got.some(({ body }) => JSON.stringify(body['verdicts'])?.includes('"code":"quarantine"')),
    'the verdict',
    20_000,
  );

  await uplinkBroker.stop();
  await publishAll(broker.url, makeEvents({ count: 50 }));
  await gate.has(50);
  expect(rows("SELECT count(*) n FROM records WHERE state <> 'delivered'")).toEqual([{ n: 0 }]);
  expect(await daemon.stop()).toBe(0);
});
