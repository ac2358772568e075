import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type IPublishPacket, MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { type AckOptions, DeferredAcks } from '../../../src/intake/mqtt/deferred-acks.ts';
import type { Arrival } from '../../../src/intake/transport.ts';
import { realMosquitto, startBroker } from '../../support/broker.ts';
import type { Broker } from '../../support/mosquitto.ts';
import { publishAll } from '../../support/publish.ts';
import { until, within } from '../../support/wait.ts';

const TOPIC = 'piles/D001/session/end';

/** A message on its way to disk, and the hand on it. */
interface Taken {
  readonly text: string;
  readonly message: Arrival;
  readonly commit: () => void;
  readonly fail: () => void;
}

interface Adapter {
  readonly client: MqttClient;
  readonly acks: DeferredAcks;
  /** In the order received. */
  readonly taken: readonly Taken[];
  /** The packets as MQTT.js read them, in order. */
  readonly packets: readonly IPublishPacket[];
  /** The packet ids that were acknowledged, in order. */
  readonly acked: readonly (number | undefined)[];
  readonly failures: readonly unknown[];
  /** Resolves once so many messages were taken. */
  has(count: number): Promise<void>;
  /** Cuts the connection, as a lost network does. */
  cut(): Promise<void>;
}

const clients = new Set<MqttClient>();
afterEach(async () => {
  await Promise.all([...clients].map((client) => client.endAsync(true)));
  clients.clear();
});

/** Comes with a persistent session and withheld acknowledgements. */
async function adapter(
  broker: Broker,
  protocolVersion: 4 | 5,
  { limit = 1_000, byteLimit = 1e9 }: Partial<AckOptions> = {},
): Promise<Adapter> {
  const client = connect(broker.url, {
    clientId: 'adapter',
    clean: false,
    protocolVersion,
    reconnectPeriod: 0,
    resubscribe: false,
    manualConnect: true,
    ...(protocolVersion === 5
      ? { properties: { sessionExpiryInterval: 3600, receiveMaximum: Math.min(limit, 65_535) } }
      : {}),
  });
  clients.add(client);
  const taken: Taken[] = [];
  const packets: IPublishPacket[] = [];
  const acked: (number | undefined)[] = [];
  const failures: unknown[] = [];
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'publish') packets.push(packet);
  });
  client.on('packetsend', (packet) => {
    if (packet.cmd === 'puback') acked.push(packet.messageId);
  });
  const acks = new DeferredAcks(client, {
    limit,
    byteLimit,
    receiver: {
      take: (message) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const text = Buffer.from(message.payload).toString();
        taken.push({ text, message, commit: resolve, fail: () => reject(new Error('disk full')) });
        return promise;
      },
    },
    skipped: () => undefined,
    failed: (error) => {
      failures.push(error);
      client.end(true);
    },
  });
  const connected = new Promise((resolve) => client.once('connect', resolve));
  client.connect();
  await within(connected, 'the connection');
  await client.subscribeAsync('piles/+/session/end', { qos: 1 });
  return {
    client,
    acks,
    taken,
    packets,
    acked,
    failures,
    has: async (count) => void (await until(() => taken.length >= count, `${count} messages taken`)),
    cut: async () => {
      // What the broker answers to comes after all it was sent before: no acknowledgement is cut off on its way.
      await client.publishAsync('heard', '', { qos: 1 });
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.stream.destroy();
      await within(closed, 'the connection to be gone');
    },
  };
}

const messages = (...texts: string[]) => texts.map((payload) => ({ topic: TOPIC, payload }));
const texts = ({ taken }: Adapter) => taken.map(({ text }) => text);
const ids = ({ packets }: Adapter) => packets.map(({ messageId }) => messageId);

/** Both where mosquitto is here; the embedded broker speaks 3.1.1 only. */
const versions: readonly (4 | 5)[] = realMosquitto() ? [5, 4] : [4];

it('is written for this MQTT.js: another one must be looked at before it is trusted', () => {
  expect(MqttClient.VERSION).toBe('5.16.0');
});

describe.each(versions)('on MQTT version %i', (version) => {
  it('of six events with some acknowledged late, exactly the others come again, as duplicates, and none after that', async () => {
    const broker = await startBroker();
    const first = await adapter(broker, version);
    await publishAll(broker.url, messages('1', '2', '3', '4', '5', '6'));
    await first.has(6);
    // All six are here though none is acknowledged: nobody waits for anybody's commit.
    expect(first.acked).toEqual([]);
    for (const { commit } of first.taken.slice(0, 3)) commit();
    await until(() => first.acked.length === 3, 'three acknowledgements');
    await first.cut();

    const second = await adapter(broker, version);
    await second.has(3);
    expect(texts(second)).toEqual(['4', '5', '6']);
    // The embedded broker does not mark them.
    if (broker.kind === 'mosquitto') expect(second.packets.map(({ dup }) => dup)).toEqual([true, true, true]);
    for (const { commit } of second.taken) commit();
    await until(() => second.acked.length === 3, 'the other three acknowledgements');
    await second.cut();

    const third = await adapter(broker, version);
    await publishAll(broker.url, messages('after'));
    await third.has(1);
    expect(texts(third)).toEqual(['after']);
    expect(third.packets[0]?.dup).toBe(false);
  });

  it('acknowledges in the order received, even if commits finish out of order', async () => {
    const broker = await startBroker();
    const { acks, taken, acked, ...rest } = await adapter(broker, version);
    await publishAll(broker.url, messages('1', '2', '3', '4'));
    await rest.has(4);
    expect(acks.pending).toBe(4);
    for (const at of [3, 1, 2]) taken[at]?.commit();
    await new Promise(setImmediate);
    expect(acked).toEqual([]);
    taken[0]?.commit();
    await until(() => acked.length === 4, 'all acknowledgements');
    expect(acked).toEqual(ids({ ...rest, acks, taken, acked }));
    expect(acks.pending).toBe(0);
  });

  it('acknowledges thousands, each once and in order', async () => {
    const broker = await startBroker();
    const all = await adapter(broker, version, { limit: 100 });
    const payloads = Array.from({ length: 3_000 }, (_, index) => String(index));
    let committed = 0;
    const committing = setInterval(() => {
      for (const { commit } of all.taken.slice(committed, committed + 64).toReversed()) commit();
      committed = Math.min(all.taken.length, committed + 64);
    }, 1);
    await publishAll(broker.url, messages(...payloads));
    await until(() => all.acked.length === 3_000, 'all acknowledgements');
    clearInterval(committing);
    expect(texts(all)).toEqual(payloads);
    expect(all.acked).toEqual(ids(all));
  });

  it('does not read the connection while the limit of messages is under way', async () => {
    const broker = await startBroker();
    const bounded = await adapter(broker, version, { limit: 3 });
    await publishAll(broker.url, messages('1', '2', '3', '4', '5'));
    await bounded.has(3);
    await aWhile();
    expect(texts(bounded)).toEqual(['1', '2', '3']);
    bounded.taken[0]?.commit();
    await bounded.has(4);
    await aWhile();
    expect(texts(bounded)).toEqual(['1', '2', '3', '4']);
  });

  it('bounds what is under way at QoS 0 too, where no acknowledgement does', async () => {
    const broker = await startBroker();
    const bounded = await adapter(broker, version, { limit: 3 });
    const publisher = connect(broker.url, { protocolVersion: version });
    clients.add(publisher);
    for (const text of ['1', '2', '3', '4', '5']) await publisher.publishAsync(TOPIC, text, { qos: 0 });
    await bounded.has(3);
    await aWhile();
    expect(texts(bounded)).toEqual(['1', '2', '3']);
    for (const { commit } of bounded.taken) commit();
    await bounded.has(5);
    expect(bounded.acked).toEqual([]);
    expect(bounded.taken.map(({ message }) => message.qos)).toEqual([0, 0, 0, 0, 0]);
  });

  it('bounds the bytes under way, but always takes one message', async () => {
    const broker = await startBroker();
    const bounded = await adapter(broker, version, { byteLimit: 1_000 });
    await publishAll(broker.url, messages('a'.repeat(600), 'b'.repeat(600), 'c'.repeat(5_000), 'd'));
    await bounded.has(2);
    await aWhile();
    expect(bounded.taken).toHaveLength(2);
    bounded.taken[0]?.commit();
    await bounded.has(3);
    await aWhile();
    expect(bounded.taken).toHaveLength(3);
    bounded.taken[1]?.commit();
    bounded.taken[2]?.commit();
    await bounded.has(4);
  });

  it('acknowledges nothing after a failure, takes nothing more, and says so once', async () => {
    const broker = await startBroker();
    const failing = await adapter(broker, version);
    await publishAll(broker.url, messages('1', '2', '3', '4'));
    await failing.has(4);
    failing.taken[0]?.commit();
    await until(() => failing.acked.length === 1, 'the first acknowledgement');
    failing.taken[2]?.commit();
    failing.taken[1]?.fail();
    await until(() => failing.failures.length > 0, 'the failure');
    failing.taken[3]?.fail();
    await until(() => !failing.client.connected, 'the connection to be dropped');
    await aWhile();
    expect(failing.failures).toEqual([new Error('disk full')]);
    expect(failing.acked).toHaveLength(1);

    const again = await adapter(broker, version);
    await again.has(3);
    expect(texts(again)).toEqual(['2', '3', '4']);
  });

  it('acknowledges nothing on a connection that is gone', async () => {
    const broker = await startBroker();
    const gone = await adapter(broker, version);
    await publishAll(broker.url, messages('1', '2'));
    await gone.has(2);
    await gone.cut();
    for (const { commit } of gone.taken) commit();
    await aWhile();
    expect(gone.acked).toEqual([]);
    expect(gone.failures).toEqual([]);
    const again = await adapter(broker, version);
    await again.has(2);
    expect(texts(again)).toEqual(['1', '2']);
  });

  it('drains: acknowledges what it has taken, takes no more, and still reads the answers', async () => {
    const broker = await startBroker();
    const draining = await adapter(broker, version, { limit: 2 });
    await publishAll(broker.url, messages('1', '2', '3'));
    await draining.has(2);
    const drained = draining.acks.drain();
    for (const { commit } of draining.taken) commit();
    await within(drained, 'the drain');
    expect(draining.acked).toEqual(ids(draining).slice(0, 2));
    // The broker's PUBACK of it must get through.
    await within(draining.client.publishAsync('status', 'goodbye', { qos: 1 }), 'the goodbye');
    expect(texts(draining)).toEqual(['1', '2']);
    await draining.client.endAsync();
    const again = await adapter(broker, version);
    await again.has(1);
    expect(texts(again)).toEqual(['3']);
  });

  it('ends a drain where the connection goes meanwhile', async () => {
    const broker = await startBroker();
    const draining = await adapter(broker, version);
    await publishAll(broker.url, messages('1'));
    await draining.has(1);
    const drained = draining.acks.drain();
    await draining.cut();
    await within(drained, 'the drain');
  });
});

/** A while for a packet that must not come, and so gives no sign; too short, it could only miss a fault. */
async function aWhile(): Promise<void> {
  await sleep(100);
}
