import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connectAsync } from 'mqtt';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { NODE_FLAGS } from '../../scripts/package/limits.ts';
import { startEmbeddedBroker } from '../../src/simulator/broker.ts';
import { realMosquitto, startBroker } from '../support/broker.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { memoryCgroup } from '../support/memory-cgroup.ts';
import { type Broker, startMosquitto } from '../support/mosquitto.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { type Station, startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

const MIB = 1_048_576;
/** As the service has it (`MemoryMax`). */
const MEMORY_MAX = 256 * MIB;
const TOPIC = 'piles/D001/session/end';
const QUARANTINE =
  'SELECT topic, source, size, length(payload) AS kept, reason, state FROM quarantine ORDER BY id';

/** Publishes giants of these sizes, each of other bytes, with a good event behind each. */
async function publishGiants(
  broker: Pick<Broker, 'url'>,
  sizes: readonly number[],
  topic = TOPIC,
): Promise<number> {
  const events = makeEvents({ count: sizes.length });
  for (const [at, size] of sizes.entries()) {
    await publishAll(broker.url, [{ topic, payload: Buffer.alloc(size, at + 1) }]);
    await publishAll(broker.url, events.slice(at, at + 1));
  }
  return events.length;
}

/** The most memory that the daemon ever had, bytes. */
function peakMemory({ daemon }: Station): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8')) ?? [];

  return Number(kib) * 1024;
}

describe.runIf(realMosquitto())('publishes above mqtt.maxPacket', () => {
  it.each([
    ['200 MB', 5, 200_000_000],
    ['100 MB', '3.1.1', 100_000_000],
  ] as const)(
    'of %s by MQTT %s: skipped, kept as a row and an error, acknowledged, in little memory, and nothing behind waits',
    async (_size, protocol, size) => {
      const broker = await startMosquitto();
      const plan = {
        broker: { ...broker, protocol },
        gate: await startIndependentGate(TEST_KEY),
        env: { NODE_OPTIONS: NODE_FLAGS.join(' ') },
      };
      const cgroup = memoryCgroup(MEMORY_MAX);
      const station = await (cgroup?.spawning(() => startStation(plan)) ?? startStation(plan));
      const { daemon, gate, rows } = station;
      const count = await publishGiants(broker, [size, size]);
      await gate.has(count, 60_000);
      await until(() => rows(QUARANTINE).length === 2, 'the rows');
      for (const row of rows(QUARANTINE))
        expect(row).toMatchObject({
          topic: TOPIC,
          source: 'session-end',
          size,
          kept: 0,
          state: 'open',
          reason: expect.stringContaining('"code":"event.too-large"'),
        });
      const errors = () =>
        daemon.logged(({ level, event }) => level === 'error' && event === 'event.quarantined');
      await until(() => errors().length === 2, 'both errors');
      expect(errors()).toMatchObject([
        { topic: TOPIC, bytes: size },
        { topic: TOPIC, bytes: size },
      ]);
      console.log(
        `${peakMemory(station) / MIB} MiB at most; ${(cgroup?.peak() ?? 0) / MIB} MiB with page cache`,
      );
      expect(peakMemory(station)).toBeLessThan(160 * MIB);
      // Acknowledged: it does not come again.
      await daemon.restart();
      await publishAll(broker.url, makeEvents({ count: 1, seed: 3 }));
      await gate.has(count + 1, 60_000);
      expect(daemon.logged('mqtt.disconnected')).toEqual([]);
      expect(rows(QUARANTINE)).toHaveLength(2);
      expect(await daemon.stop()).toBe(0);
    },
  );

  // Mosquitto 2.0.11 itself sends nothing above some 100 KB over websockets, whoever the client is.
  it.each([
    ['TLS', 'tlsUrl', '2MiB', MIB],
    ['websockets', 'wsUrl', '1KiB', 1024],
    ['websockets over TLS', 'wssUrl', '1KiB', 1024],
  ] as const)('over %s', async (_name, which, maxPacket, unit) => {
    const broker = await startMosquitto({ tls: 'server', websockets: true });
    const station = await startStation({
      broker: { ...broker, url: broker[which] ?? '' },
      overrides: { mqtt: { tls: { ca: broker.certificates?.ca }, maxPacket } },
      env: { NODE_OPTIONS: NODE_FLAGS.join(' ') },
    });
    const sizes = [60 * unit, 3 * unit, 5 * unit];
    const count = await publishGiants(broker, sizes);
    await station.gate.has(count, 60_000);
    await until(() => station.rows(QUARANTINE).length === 3, 'the rows');
    expect(station.rows(QUARANTINE).map(({ size }) => size)).toEqual(sizes);
    expect(station.daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(peakMemory(station)).toBeLessThan(160 * MIB);
    expect(await station.daemon.stop()).toBe(0);
  });

  it('at QoS 0 and 2, retained, with giant properties, on the longest topic, many in a row, and on a context', async () => {
    const broker = await startMosquitto();
    const station = await startStation({
      broker,
      overrides: {
        mqtt: { maxPacket: '1KiB' },
        sources: [
          { name: 'session-end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' },
          { name: 'deep', topic: 'deep/#', profile: 'pilegate' },
        ],
        contexts: [
          {
            name: 'plate',
            topic: 'cameras/{spaceNo}/plate',
            key: { topic: 'spaceNo' },
            fields: { plateNo: 'plate' },
          },
        ],
      },
    });
    const client = await connectAsync(broker.url, { protocolVersion: 5 });
    const giant = (fill: string) => Buffer.alloc(2_000, fill);
    await client.publishAsync(TOPIC, giant('0'), { qos: 0 });
    await client.publishAsync(TOPIC, giant('2'), { qos: 2 });
    await client.publishAsync(TOPIC, giant('r'), { qos: 1, retain: true });
    await client.publishAsync(TOPIC, '{}', {
      qos: 1,
      properties: { userProperties: { note: 'x'.repeat(2_000) } },
    });
    const longest = `deep/${'x'.repeat(65_000)}`;
    await client.publishAsync(longest, giant('l'), { qos: 1 });
    await client.publishAsync('cameras/A-01/plate', giant('c'), { qos: 1 });
    for (let at = 0; at < 50; at += 1)
      void client.publishAsync(TOPIC, Buffer.alloc(5_000 + at, 'm'), { qos: 1 });
    await client.endAsync();
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await station.gate.has(1);
    await until(() => station.rows(QUARANTINE).length === 56, 'the rows');
    const rows = station.rows(QUARANTINE);
    expect(rows.filter(({ topic }) => topic === longest)).toMatchObject([{ source: 'deep' }]);
    expect(rows.filter(({ source }) => source === 'plate')).toMatchObject([{ topic: 'cameras/A-01/plate' }]);
    expect(rows.filter(({ size }) => size === 2)).toHaveLength(1);
    expect(station.daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(await station.daemon.stop()).toBe(0);
  });

  it('a kill before the acknowledgement brings it again, and it is one row', async () => {
    const broker = await startMosquitto();
    const station = await startStation({ broker });
    await station.daemon.kill('SIGKILL');
    await publishAll(broker.url, [{ topic: TOPIC, payload: Buffer.alloc(30 * MIB) }]);
    await station.daemon.restart();
    await station.daemon.log('event.quarantined');
    await station.daemon.kill('SIGKILL');
    await station.daemon.restart();
    await station.daemon.ready();
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await station.gate.has(1);
    expect(station.rows(QUARANTINE)).toHaveLength(1);
    expect(await station.daemon.stop()).toBe(0);
  });
});

it('over websockets, each packet in one giant frame', async () => {
  const embedded = await startEmbeddedBroker();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  atEnd(async () => {
    server.close();
    await embedded.stop();
  });
  server.on('connection', (socket) => {
    const broker = connect(embedded.port, '127.0.0.1');
    // One message of the websocket for all that came since the last: a packet of 60 MB is in one frame.
    let gathered: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    broker.on('data', (chunk) => {
      gathered.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(() => {
        socket.send(Buffer.concat(gathered));
        gathered = [];
      }, 20);
    });
    socket.on('message', (data: Buffer) => broker.write(data));
    socket.on('close', () => broker.destroy());
    broker.on('close', () => socket.close());
  });
  const station = await startStation({
    broker: { ...(await startBroker()), url: `ws://127.0.0.1:${address.port}`, protocol: '3.1.1' },
    env: { NODE_OPTIONS: NODE_FLAGS.join(' ') },
  });
  const count = await publishGiants({ url: embedded.url }, [60 * MIB, 150 * MIB]);
  await station.gate.has(count, 60_000);
  await until(() => station.rows(QUARANTINE).length === 2, 'the rows');
  expect(station.daemon.logged('mqtt.disconnected')).toEqual([]);
  expect(peakMemory(station)).toBeLessThan(160 * MIB);
  expect(await station.daemon.stop()).toBe(0);
});
