import { pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { realMosquitto, startBroker } from '../../support/broker.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { type Broker, startMosquitto } from '../../support/mosquitto.ts';
import { freePort } from '../../support/port.ts';
import { publishAll } from '../../support/publish.ts';
import { tempDir } from '../../support/tmp.ts';
import { until, within } from '../../support/wait.ts';
import { settingsFor, startIntake } from '../support.ts';

afterAll(cleanUp);

const FILTER = 'piles/+/session/end';
const TOPIC = 'piles/D001/session/end';
const FAULT = 'not subscribed as it should be';

/** What a broker says to a subscription: the QoS that it grants, or 128 for no. */
type Grant = 0 | 1 | 128;

/** Answers every subscription as it is told, by the bytes of MQTT 3.1.1, and knows little else. */
interface MoodyBroker extends Pick<Broker, 'url' | 'protocol'> {
  /** What it says to {@link FILTER}; all others are granted. */
  grant: Grant;
  /** How often it was asked for {@link FILTER}. */
  asked: number;
  /** Sends an event to whoever is connected. */
  send(topic: string, payload: string): void;
}

async function moodyBroker(grant: Grant): Promise<MoodyBroker> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  const broker: MoodyBroker = {
    url: `mqtt://127.0.0.1:${port}`,
    protocol: '3.1.1',
    grant,
    asked: 0,
    send: (topic, payload) => {
      const body = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic + payload)]);
      for (const socket of sockets) socket.write(Buffer.concat([Buffer.from([0x30, body.length]), body]));
    },
  };
  const answer = (packet: Buffer): Buffer => {
    const id = packet.subarray(2, 4);
    if (packet[0] === 0x10) return Buffer.from([0x20, 2, 0, 0]);
    if (packet[0] !== 0x82) return Buffer.alloc(0);
    const ours = packet.includes(FILTER);
    if (ours) broker.asked += 1;
    return Buffer.concat([Buffer.from([0x90, 3]), id, Buffer.from([ours ? broker.grant : 1])]);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let read = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk]);
      // Nothing that comes here is longer than 127 bytes, but for the CONNECT with the will, which comes first.
      for (let length = lengthOf(read); length <= read.length; length = lengthOf(read)) {
        socket.write(answer(read.subarray(0, length)));
        read = read.subarray(length);
      }
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return broker;
}

/** The whole length of the packet at the beginning; more than there is where it is not all there. */
function lengthOf(bytes: Buffer): number {
  const [low, high] = [bytes[1] ?? Number.NaN, bytes[2] ?? Number.NaN];
  if (Number.isNaN(low)) return Number.POSITIVE_INFINITY;
  return low < 128 ? 2 + low : 3 + (low & 127) + high * 128 || Number.POSITIVE_INFINITY;
}

describe('a subscription', () => {
  it('that the broker refuses is an error that names the topic, told once, and asked for until it is granted', async () => {
    const broker = await moodyBroker(128);
    const intake = startIntake(settingsFor(broker));
    expect(await intake.said(FAULT)).toMatchObject({
      level: 'error',
      fields: { topic: FILTER, reason: 'the broker refuses it: may this login subscribe to it?' },
    });
    await until(() => broker.asked >= 3, 'the question again');
    expect(intake.lines.filter(({ message }) => message === FAULT)).toHaveLength(1);
    broker.grant = 1;
    await intake.said('subscribed, after all');
    expect(intake.lines.filter(({ fields }) => fields.event === 'mqtt.connected')).toHaveLength(1);
  });

  it('that the broker grants below QoS 1 is an error too', async () => {
    const broker = await moodyBroker(0);
    const intake = startIntake(settingsFor(broker));
    expect(await intake.said(FAULT)).toMatchObject({
      level: 'error',
      fields: { topic: FILTER, reason: expect.stringContaining('grants QoS 0 only') },
    });
    broker.grant = 128;
    // Another fault is another story.
    await until(
      () => intake.lines.filter(({ message }) => message === FAULT).length === 2,
      'the other fault',
    );
  });

  it('that is refused leaves the others alone', async () => {
    const broker = await moodyBroker(128);
    const intake = startIntake(settingsFor(broker), { filters: [FILTER, 'cameras/+/plate'] });
    await intake.said(FAULT);
    await intake.isConnected();
    broker.send('cameras/A-01/plate', 'plate');
    await until(() => intake.taken.length === 1, 'the plate');
    expect(intake.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

it('leaves a broker that does not answer its goodbye', async () => {
  const intake = startIntake(settingsFor(await moodyBroker(1)));
  await intake.isConnected();
  await within(intake.intake.stop(), 'the stop', 5_000);
  expect(intake.connected).toBe(false);
});

describe('the session at the broker', () => {
  it('is freed of the filters of an earlier config', async () => {
    const broker = await startBroker();
    const before = startIntake(settingsFor(broker), { filters: ['old/#', FILTER] });
    await before.isConnected();
    expect(before.remembered).toEqual(['old/#', FILTER]);
    await before.intake.stop();

    const after = startIntake(settingsFor(broker), {
      filters: [FILTER, 'new/#'],
      remembered: before.remembered,
    });
    await after.isConnected();
    expect(after.remembered).toEqual([FILTER, 'new/#']);
    await publishAll(broker.url, [
      { topic: 'old/topic', payload: 'old' },
      { topic: TOPIC, payload: 'event' },
      { topic: 'new/topic', payload: 'new' },
    ]);
    await until(() => after.taken.length >= 2, 'two messages');
    expect(after.taken).toEqual(['event', 'new']);
  });

  it('is written down before the broker hears of it, so that no filter is ever forgotten there', async () => {
    const broker = await startBroker();
    const written: (readonly string[])[] = [];
    const failing = startIntake(settingsFor(broker), {
      memory: {
        read: () => ['old/#'],
        write: (_url, filters) => {
          written.push(filters);
          return Promise.reject(new Error('disk full'));
        },
      },
    });
    expect((await failing.said('mqtt.disconnected')).fields['reason']).toBe('disk full');
    await failing.intake.stop();
    expect(written[0]).toEqual(['old/#', FILTER]);
    const session = startIntake(settingsFor(broker), { filters: [] });
    await session.isConnected();
    await publishAll(broker.url, [{ topic: TOPIC, payload: 'event' }]);
    await session.intake.stop();
    expect(session.taken).toEqual([]);
  });

  it('that the broker has lost is told, since events may be lost with it; a new one is not', async () => {
    const broker = await startBroker();
    const lost = /the broker has forgotten our session/;
    const fresh = startIntake(settingsFor(broker));
    await fresh.isConnected();
    await fresh.intake.stop();
    const again = startIntake(settingsFor(broker), { remembered: fresh.remembered });
    await again.isConnected();
    await again.intake.stop();
    expect([...fresh.lines, ...again.lines].filter(({ message }) => lost.test(message))).toEqual([]);
    const forgotten = startIntake(settingsFor(await startBroker()), { remembered: fresh.remembered });
    await forgotten.isConnected();
    expect(forgotten.lines.filter(({ message }) => lost.test(message))).toMatchObject([{ level: 'warn' }]);
  });
});

const PLUGIN = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/mosquitto_dynamic_security.so`)
  .find((path) => existsSync(path));

/** A mosquitto whose user `box` may subscribe to all but {@link FILTER}. */
async function refusingMosquitto(): Promise<Broker> {
  const dynsec = join(tempDir(), 'dynsec.json');
  const salt = Buffer.from('made up salt');
  const password = pbkdf2Sync('made up', salt, 101, 64, 'sha512').toString('base64');
  const user = { username: 'box', password, salt: salt.toString('base64'), iterations: 101 };
  const acls = [{ acltype: 'subscribePattern', topic: 'piles/#', allow: false }];
  const all = { publishClientSend: true, publishClientReceive: true, subscribe: true, unsubscribe: true };
  const security = {
    defaultACLAccess: all,
    clients: [{ ...user, roles: [{ rolename: 'box' }] }],
    roles: [{ rolename: 'box', acls }],
    groups: [],
  };
  writeFileSync(dynsec, JSON.stringify(security), { mode: 0o600 });
  return await startMosquitto({ lines: [`plugin ${PLUGIN}`, `plugin_opt_config_file ${dynsec}`] });
}

describe.runIf(realMosquitto() && PLUGIN !== undefined)('mosquitto', () => {
  it.each([
    [5, 'this login may not subscribe to it: mend its access rules at the broker'],
    ['3.1.1', 'the broker refuses it: may this login subscribe to it?'],
  ] as const)('refuses a subscription by MQTT %s, and the topic is named', async (protocol, reason) => {
    const broker = await refusingMosquitto();
    const intake = startIntake(settingsFor(broker, { protocol, username: 'box', password: 'made up' }), {
      filters: [FILTER, 'cameras/+/plate'],
    });
    expect(await intake.said(FAULT)).toMatchObject({ level: 'error', fields: { topic: FILTER, reason } });
    await intake.isConnected();
  });
});

describe.runIf(realMosquitto())('mosquitto', () => {
  it('keeps the session as long as it is told, and no longer', async () => {
    const broker = await startMosquitto();
    const short = startIntake(settingsFor(broker, { clientId: 'short', sessionExpiry: 1_000 }));
    const long = startIntake(settingsFor(broker, { clientId: 'long' }));
    await Promise.all([short.isConnected(), long.isConnected()]);
    await Promise.all([short.intake.stop(), long.intake.stop()]);
    const expired = (id: string) => broker.log.some((line) => line.includes(`Expiring client ${id}`));
    await until(() => expired('short'), 'the short session to expire');
    expect(expired('long')).toBe(false);
  });

  it('sends retained events with a new subscription, and not with every connection by MQTT 5', async () => {
    const broker = await startMosquitto();
    await publishAll(broker.url, [{ topic: TOPIC, payload: 'retained' }], { retain: true });
    const first = startIntake(settingsFor(broker));
    await until(() => first.taken.length === 1, 'the retained event');
    expect(first.messages[0]?.retained).toBe(true);
    await first.isConnected();
    await first.intake.stop();
    const second = startIntake(settingsFor(broker));
    await second.isConnected();
    await publishAll(broker.url, [{ topic: TOPIC, payload: 'fresh' }]);
    await until(() => second.taken.length > 0, 'the fresh event');
    expect(second.taken).toEqual(['fresh']);
  });
});
