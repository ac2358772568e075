import { createServer } from 'node:net';
import { connect, connectAsync, type IPublishPacket, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/simulator/broker.ts';
import { makeEvents } from '../support/events.ts';
import { publishAll } from '../support/publish.ts';
import { until, within } from '../support/wait.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let next = undo.pop(); next; next = undo.pop()) await next();
});

async function start(): Promise<EmbeddedBroker> {
  const broker = await startEmbeddedBroker();
  undo.push(() => broker.stop());
  return broker;
}

/** A subscriber in a persistent session that acknowledges nothing until told to, and what it was sent. */
function withholding(broker: EmbeddedBroker): {
  client: MqttClient;
  sent: IPublishPacket[];
  leave(): Promise<void>;
} {
  const sent: IPublishPacket[] = [];
  const client = connect(broker.url, {
    clientId: 'adapter',
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  client.handleMessage = (packet, done) => {
    sent.push(packet);
    done(new Error('kept for later'));
  };
  const leave = async (): Promise<void> => {
    await client.endAsync(true);
  };
  undo.push(leave);
  return { client, sent, leave };
}

describe('the embedded broker', () => {
  it('sends on without waiting for acknowledgements, and again what a session never acknowledged', async () => {
    const broker = await start();
    const first = withholding(broker);
    await first.client.subscribeAsync('piles/+/session/end', { qos: 1 });
    const events = makeEvents({ count: 1500 });
    await publishAll(broker.url, events);
    await until(() => first.sent.length === 1500, 'all 1500 messages');
    await first.leave();

    const second = withholding(broker);
    await until(() => second.sent.length === 1500, 'all 1500 again');
    expect(second.sent.map((packet) => String(packet.payload))).toEqual(events.map((event) => event.payload));
    expect(second.sent.every((packet) => packet.qos === 1)).toBe(true);
  });

  it('keeps sessions and what waits in them over a pause', async () => {
    const broker = await start();
    const before = await connectAsync(broker.url, { clientId: 'adapter', clean: false, protocolVersion: 4 });
    await before.subscribeAsync('a', { qos: 1 });
    await before.endAsync();
    await publishAll(broker.url, [{ topic: 'a', payload: 'kept' }]);
    await broker.pause();
    await expect(connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow(/ECONNREFUSED/);
    await broker.resume();
    const got = Promise.withResolvers<string>();
    const after = connect(broker.url, { clientId: 'adapter', clean: false, protocolVersion: 4 });
    undo.push(async () => void (await after.endAsync(true)));
    after.on('message', (_topic, payload) => got.resolve(payload.toString()));
    expect(await within(got.promise, 'the message')).toBe('kept');
  });

  it('counts what was published and what was acknowledged', async () => {
    const broker = await start();
    const client = await connectAsync(broker.url, { protocolVersion: 4 });
    await client.subscribeAsync('piles/#', { qos: 1 });
    await publishAll(broker.url, makeEvents({ count: 5 }));
    await until(() => broker.counts().acknowledged === 5, 'five acknowledgements');
    expect(broker.counts()).toEqual({ clients: 1, published: 5, acknowledged: 5 });
    await client.endAsync();
  });

  it('turns an MQTT 5 client away', async () => {
    const broker = await start();
    await expect(connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 })).rejects.toThrow();
  });

  it('says what to do where its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    undo.push(async () => void taken.close());
    await until(() => taken.listening, 'a taken port');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const refused = startEmbeddedBroker({ port });
    await expect(refused).rejects.toBeInstanceOf(Failure);
    await expect(refused).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  });
});
