import { createServer, type ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { listen } from '../gate/servers.ts';
import { Plant } from './virtual-gate.ts';

const OUTAGE = { min: 1_000, max: 120_000, factor: 2 };

/** A gate that answers as `limit` has it, and counts. */
async function gate(limit: (response: ServerResponse) => boolean) {
  const seen = { taken: 0, useless: 0 };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isTaken = limit(response);
      if (isTaken) seen.taken += 1;
      else seen.useless += 1;
      response.end(isTaken ? '{"result":0}' : '');
    });
  });
  return { seen, url: `http://127.0.0.1:${await listen(server)}/` };
}

it('uses what a gate allows that takes 10 a second, charges no record, and never calls it down', async () => {
  const began = performance.now();
  let tokens = 10;
  let last = began;
  const { seen, url } = await gate((response) => {
    const at = performance.now();
    tokens = Math.min(10, tokens + (at - last) / 100);
    last = at;
    if (tokens < 1) response.statusCode = 429;
    else tokens -= 1;
    return response.statusCode === 200;
  });
  const plant = new Plant(url, { delivery: { outage: OUTAGE } });
  plant.delivery.start();
  const orders = await plant.events(90);
  await plant.delivered(80);
  const allowed = 10 + (performance.now() - began) / 100;
  expect(seen.taken / allowed).toBeGreaterThan(0.6);
  expect(seen.useless).toBeLessThan(25);
  expect(plant.lines.filter(({ event }) => event === 'gate.down')).toEqual([]);
  for (const order of orders) expect(plant.story(order)).toMatchObject({ refusals: 0, nextAt: undefined });
}, 40_000);

it.each([
  ['408', 408, undefined],
  ['425', 425, undefined],
  ['429', 429, undefined],
  ['503', 503, undefined],
  ['a time gone by', 503, 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['a date far ahead', 503, 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ['a huge number', 429, '9'.repeat(400)],
  ['a negative number', 429, '-5'],
  ['no number', 429, 'soon; please\u00a0wait'],
  ['nothing', 503, ''],
  ['a fraction', 429, '0.5'],
  ['zero', 429, '0'],
])('charges no record for %s, waits a bounded time, and delivers', async (_, status, retryAfter) => {
  let replies = 0;
  const { url } = await gate((response) => {
    replies += 1;
    if (replies !== 2) return true;
    response.statusCode = status;
    if (retryAfter !== undefined)
      response.setHeader('retry-after', Buffer.from(retryAfter).toString('latin1'));
    return false;
  });
  const plant = new Plant(url);
  plant.delivery.start();
  const orders = await plant.events(6);
  await plant.delivered(6);
  for (const order of orders)
    expect(plant.story(order)).toMatchObject({ state: 'delivered', refusals: 0, nextAt: undefined });
  expect(plant.lines.filter(({ event }) => event === 'gate.down')).toEqual([]);
});

it('has a fresh event at the gate soon after the gate is back, long before the schedule would', async () => {
  const taken: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      taken.push(request.url ?? '');
      response.end('{"result":0}');
    });
  });
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const plant = new Plant(`http://127.0.0.1:${port}/`, {
    delivery: { outage: { min: 600_000, max: 600_000, factor: 2 } },
  });
  plant.delivery.start();
  const [order = ''] = await plant.events(1);
  await plant.waitFor(() => plant.outcomes(order).length >= 3, 'three refused connections');
  const times = plant.story(order).history.map(({ at }) => at);
  expect(times.slice(1).every((at, n) => at - (times[n] ?? 0) >= 990)).toBe(true);
  server.listen(port, '127.0.0.1');
  await plant.delivered(1);
  expect(taken).toHaveLength(1);
}, 40_000);
