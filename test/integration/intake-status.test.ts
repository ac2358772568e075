import { connectAsync } from 'mqtt';
import { afterAll, expect, it, vi } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { startBroker } from '../support/broker.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import { publishAll } from '../support/publish.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

const STATUS = 'pilegate/3302120001/status';

/** A site that reads our state, and what it has read: one object a message. */
async function site(url: string): Promise<{ read: Record<string, unknown>[]; retained: boolean[] }> {
  const client = await connectAsync(url, { protocolVersion: 4 });
  atEnd(async () => void (await client.endAsync(true)));
  const read: Record<string, unknown>[] = [];
  const retained: boolean[] = [];
  client.on('message', (_topic, payload, packet) => {
    read.push(JSON.parse(payload.toString()));
    retained.push(packet.retain);
  });
  await client.subscribeAsync(STATUS, { qos: 1 });
  return { read, retained };
}

it('the site sees how we are: at once, after a change, after a kill by our will, after a stop by our goodbye', async () => {
  const broker = await startBroker();
  const { read } = await site(broker.url);
  const { gate, daemon } = await startStation({ broker });
  await until(() => read.length === 1, 'the first state');
  const zero = { waiting: 0, pending: 0, delivered: 0, parked: 0 };
  expect(read[0]).toMatchObject({
    version: VERSION,
    station: '3302120001',
    connected: true,
    records: zero,
    gate: { state: 'up' },
    quarantine: 0,
  });

  await publishAll(broker.url, makeEvents({ count: 40 }));
  await gate.has(40);
  // All of it in one message, since there is one in ten seconds.
  await until(() => read.length === 2, 'the second state', 40_000);
  expect(read[1]).toMatchObject({ connected: true, records: { ...zero, delivered: 40 } });

  await daemon.kill('SIGKILL');
  await until(() => read.length === 3, 'the will');
  expect(read[2]).toEqual({ version: VERSION, station: '3302120001', connected: false });
  const late = await site(broker.url);
  await until(() => late.read.length === 1, 'the will, retained');
  expect([late.read, late.retained]).toEqual([[read[2]], [true]]);

  await daemon.restart();
  await until(() => read.length === 4, 'the state after the restart');
  expect(read[3]).toMatchObject({ connected: true, records: { ...zero, delivered: 40 } });

  expect(await daemon.stop()).toBe(0);
  await until(() => read.length === 5, 'the goodbye');
  expect(read[4]).toMatchObject({
    connected: false,
    records: { ...zero, delivered: 40 },
    gate: { state: 'up' },
  });
  // An orderly end leaves no will behind.
  const after = await site(broker.url);
  await until(() => after.read.length === 1, 'the goodbye, retained');
  expect(after.read[0]).toEqual(read[4]);
  expect(read).toHaveLength(5);
});

it('tells of a gate that is away, on the topic that the config names', async () => {
  const { broker, gate, daemon } = await startStation({ overrides: { mqtt: { statusTopic: STATUS } } });
  const { read } = await site(broker.url);
  gate.answer(503, 'out of order');
  await publishAll(broker.url, makeEvents({ count: 3 }));
  await daemon.log('gate.down');
  const down = await until(
    () => read.find((state) => JSON.stringify(state).includes('"state":"down"')),
    'the state with the gate down',
    40_000,
  );
  expect(down).toMatchObject({ connected: true, records: { pending: 3 }, gate: { state: 'down' } });
  expect(await daemon.stop()).toBe(0);
});
