import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it, vi } from 'vitest';
import type { AlertMessage } from '../../src/alerts/message.ts';
import { postAlert } from '../../src/alerts/post.ts';
import { AlertQueue, QUEUE_MAX, STALE_MS } from '../../src/alerts/queue.ts';
import { systemClock } from '../../src/domain/clock.ts';

const message = (text: string): AlertMessage => ({
  station: 's',
  stationName: 'S',
  alert: 'gate.held',
  state: 'begin',
  since: '',
  at: '',
  text,
  command: '',
});

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A receiver that answers with each status in turn, the last one for ever. */
async function receiver(...statuses: number[]): Promise<{ url: string; got: string[]; paths: string[] }> {
  const got: string[] = [];
  const paths: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    paths.push(request.url ?? '');
    got.push(JSON.parse(await text(request)).text);
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 200, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`, got, paths };
}

interface Outcomes {
  readonly sent: string[];
  readonly failed: string[];
}

function queueTo(url: string, clock = systemClock): { queue: AlertQueue; outcomes: Outcomes } {
  const outcomes: Outcomes = { sent: [], failed: [] };
  const queue = new AlertQueue(
    {
      clock,
      send: (one, signal) => postAlert('json', { url, body: JSON.stringify(one) }, signal),
      changed: () => {},
      sent: () => outcomes.sent.push('sent'),
      failed: (why, last) => outcomes.failed.push(`${why}${last ? ' (last)' : ''}`),
    },
    [],
  );
  ends.push(() => void queue.stop());
  return { queue, outcomes };
}

it('sends again what was not taken, in order, and follows no redirect', async () => {
  const { url, got, paths } = await receiver(500, 302, 200);
  const { queue, outcomes } = queueTo(url);
  queue.add(message('one'));
  queue.add(message('two'));
  await vi.waitFor(() => expect(outcomes.sent).toHaveLength(2), 15_000);
  expect(got).toEqual(['one', 'one', 'one', 'two']);
  expect(new Set(paths)).toEqual(new Set(['/secret-path']));
  expect(outcomes.failed).toEqual(['HTTP 500', 'HTTP 302']);
  expect(queue.waiting).toEqual([]);
});

it('says why without the address, which is a secret', async () => {
  const { queue, outcomes } = queueTo('http://127.0.0.1:1/secret-path?key=k');
  queue.add(message('one'));
  await vi.waitFor(() => expect(outcomes.failed).not.toEqual([]), 15_000);
  expect(outcomes.failed.join()).not.toMatch(/secret-path|127\.0\.0\.1|key=/);
  expect(queue.waiting).toHaveLength(1);
});

it('keeps at most fifty, the newest, and gives up what is a day old', async () => {
  const { url, got } = await receiver(500, 200);
  let now = 0;
  const { queue, outcomes } = queueTo(url, { now: () => now, monotonic: () => performance.now() });
  for (let n = 0; n < QUEUE_MAX + 10; n += 1) queue.add(message(`m${n}`));
  expect(queue.waiting).toHaveLength(QUEUE_MAX);
  expect(queue.waiting.at(-1)?.message.text).toBe(`m${QUEUE_MAX + 9}`);
  now = STALE_MS + 1;
  await vi.waitFor(() => expect(outcomes.sent).toHaveLength(QUEUE_MAX - 1), 15_000);
  expect(outcomes.failed).toContain('HTTP 500 (last)');
  expect(got[0]).toBe('m0');
});

it('ends at once while it waits for the next try', async () => {
  const { url } = await receiver(500);
  const { queue, outcomes } = queueTo(url);
  queue.add(message('one'));
  await vi.waitFor(() => expect(outcomes.failed).not.toEqual([]), 15_000);
  await queue.stop();
  expect(queue.waiting).toHaveLength(1);
});
