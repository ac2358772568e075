import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { realMosquitto, startBroker } from './broker.ts';
import { cleanUp } from './cleanup.ts';
import { makeEvents } from './events.ts';
import { type Broker, startMosquitto } from './mosquitto.ts';
import { mosquittoPub, mosquittoPubLines, publishAll } from './publish.ts';
import { tempDir, writeConfig } from './tmp.ts';
import { until, within } from './wait.ts';

/** Lets a session with a subscription exist at the broker, then leaves. */
async function leaveSession(broker: Broker, clientId: string): Promise<void> {
  const client = await connectAsync(broker.url, { clientId, clean: false, protocolVersion: 4 });
  await client.subscribeAsync('piles/+/session/end', { qos: 1 });
  await client.endAsync();
}

/** Comes back to that session and takes `count` messages. */
async function collect(broker: Broker, clientId: string, count: number): Promise<string[]> {
  const got: string[] = [];
  const all = Promise.withResolvers<void>();
  // Listening before the connection is there: the broker sends at once what waited.
  const client = connect(broker.url, { clientId, clean: false, protocolVersion: 4 });
  client.on('message', (_topic, payload) => {
    got.push(payload.toString());
    if (got.length === count) all.resolve();
  });
  await within(all.promise, `${count} messages`);
  await client.endAsync();
  return got;
}

describe('events', () => {
  it('are the same for the same seed, with order numbers of their own for another', () => {
    expect(makeEvents({ count: 50 })).toEqual(makeEvents({ count: 50 }));
    const orders = [1, 2].flatMap((seed) => makeEvents({ count: 50, seed }).map((event) => event.orderNo));
    expect(new Set(orders).size).toBe(100);
  });
});

describe('the temp config', () => {
  it('is laid over object by object and goes with its directory', async () => {
    const dir = tempDir();
    const path = writeConfig(dir, {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:2/',
      overrides: { gate: { timeout: '1s', parkId: '000123' } },
    });
    const config = parse(readFileSync(path, 'utf8'));
    expect(config.gate).toEqual({
      baseUrl: 'http://127.0.0.1:2/',
      portName: 'example',
      parkId: '000123',
      keyFile: 'gate.key',
      timeout: '1s',
    });
    expect(existsSync(join(dir, 'gate.key'))).toBe(true);
    await cleanUp();
    expect(existsSync(dir)).toBe(false);
  });
});

describe('any broker', () => {
  it('keeps what was published for a session while its client and then the broker were away', async () => {
    const broker = await startBroker();
    await leaveSession(broker, 'adapter');
    const events = makeEvents({ count: 300 });
    expect(await publishAll(broker.url, events)).toBe(300);
    await broker.stop();
    await broker.restart();
    expect(await collect(broker, 'adapter', 300)).toEqual(events.map((event) => event.payload));
  });
});

describe.runIf(realMosquitto())('mosquitto', () => {
  it('takes events from mosquitto_pub, one by one and line by line', async () => {
    const broker = await startMosquitto();
    await leaveSession(broker, 'adapter');
    await mosquittoPub(broker.url, 'piles/D001/session/end', '{"plateNo":"浙BD12345"}');
    await mosquittoPubLines(broker.url, 'piles/D002/session/end', ['one', 'two']);
    expect(await collect(broker, 'adapter', 3)).toEqual(['{"plateNo":"浙BD12345"}', 'one', 'two']);
  });

  it('is killed and comes back on its port', async () => {
    const broker = await startMosquitto({ persistence: false });
    const client = await connectAsync(broker.url, { reconnectPeriod: 20 });
    client.on('error', () => {});
    await broker.kill();
    await until(() => !client.connected, 'the client to notice');
    await broker.restart();
    await until(() => client.connected, 'the client to be back');
    await client.endAsync(true);
  });

  it('speaks TLS with a certificate of the client, websockets, and asks for a password', async () => {
    const broker = await startMosquitto({ tls: 'client', websockets: true, users: { pile: 'made up' } });
    const login = { username: 'pile', password: 'made up' };
    const files = broker.certificates;
    if (!broker.tlsUrl || !broker.wsUrl || !files) throw new Error('a listener is missing');
    const tls = {
      ca: readFileSync(files.ca),
      cert: readFileSync(files.clientCert),
      key: readFileSync(files.clientKey),
    };
    for (const [url, extra] of [
      [broker.url, {}] as const,
      [broker.wsUrl, {}] as const,
      [broker.tlsUrl, tls] as const,
    ]) {
      const client = await connectAsync(url, { ...login, ...extra, protocolVersion: 5 });
      expect(client.connected, url).toBe(true);
      await client.endAsync();
    }
    await expect(connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow(/[Nn]ot authorized/);
    await expect(connectAsync(broker.tlsUrl, { ...login, ca: tls.ca, reconnectPeriod: 0 })).rejects.toThrow();
  });
});
