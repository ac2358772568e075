import { describe, expect, test } from 'vitest';
import { createGateClient } from '../../src/gate/client.ts';
import { record, settings, ZONE } from './record.ts';
import { client, httpServer, KEY, rawServer, SUCCESS } from './servers.ts';

describe('closing', () => {
  test('waits for the answers in flight', async () => {
    const arrived = Promise.withResolvers<() => void>();
    const { baseUrl } = await httpServer((response) => arrived.resolve(() => response.end(SUCCESS)));
    const gate = client(baseUrl);
    const outcome = gate.send(record());
    const answer = await arrived.promise;
    let closed = false;
    const closing = gate.close().then(() => {
      closed = true;
    });
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    answer();
    expect(await outcome).toMatchObject({ kind: 'delivered' });
    await closing;
    expect(await gate.send(record())).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('this process is stopping'),
    });
  });

  test('destroying ends what is in flight as unanswered', async () => {
    const arrived = Promise.withResolvers<void>();
    const { baseUrl } = await httpServer(() => arrived.resolve());
    const gate = client(baseUrl);
    const outcome = gate.send(record());
    await arrived.promise;
    await gate.destroy();
    expect(await outcome).toMatchObject({ kind: 'unanswered' });
    await gate.close();
  });
});

test('a record that cannot be made into a request rejects, and the next one passes', async () => {
  const { baseUrl } = await httpServer((response) => response.end(SUCCESS));
  const gate = client(baseUrl, { moneyUnit: 'fen' });
  await expect(gate.send(record({ totalMoney: 'x' }))).rejects.toThrow('not an amount in yuan');
  expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
});

test('a date to wait for is counted from the clock given', async () => {
  const { baseUrl } = await rawServer((socket) =>
    socket.write('HTTP/1.1 503 x\r\nRetry-After: Tue, 24 Nov 2026 01:13:30 GMT\r\nContent-Length: 0\r\n\r\n'),
  );
  const now = () => Date.parse('2026-11-24T01:13:00Z');
  const gate = createGateClient(settings({ baseUrl }), { key: KEY }, { version: '0', now, zone: ZONE });
  expect(await gate.send(record())).toMatchObject({ kind: 'unanswered', retryAfterMs: 30_000 });
  await gate.close();
});
