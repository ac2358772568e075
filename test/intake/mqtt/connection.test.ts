import { copyFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { retryWait } from '../../../src/intake/mqtt/subscriber.ts';
import { startEmbeddedBroker } from '../../../src/simulator/broker.ts';
import { realMosquitto, startBroker } from '../../support/broker.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { type Broker, startMosquitto } from '../../support/mosquitto.ts';
import { freePort } from '../../support/port.ts';
import { publishAll } from '../../support/publish.ts';
import { tempDir } from '../../support/tmp.ts';
import { until } from '../../support/wait.ts';
import { type Line, type SettingsDiffer, settingsFor, startIntake } from '../support.ts';

afterAll(cleanUp);

const TOPIC = 'piles/D001/session/end';

/** The first words on why there is no connection. */
async function trouble(broker: Pick<Broker, 'url' | 'protocol'>, differs: SettingsDiffer): Promise<Line> {
  const { said, intake } = startIntake(settingsFor(broker, differs));
  const line = await said('mqtt.disconnected');
  await intake.stop();
  return line;
}

/** The authority, and the client's certificate and key. */
function filesOf({ certificates }: Broker): { ca: string; cert: string; key: string } {
  if (certificates === undefined) throw new Error('a broker without certificates');
  return { ca: certificates.ca, cert: certificates.clientCert, key: certificates.clientKey };
}

/** Connects, takes one event, and leaves. */
async function takesOne(broker: Broker, differs: SettingsDiffer): Promise<void> {
  const intake = startIntake(settingsFor(broker, differs));
  await intake.isConnected();
  const { username, password } = differs;
  const login = username && password ? { username, password } : {};
  await publishAll(broker.url, [{ topic: TOPIC, payload: 'one' }], login);
  await until(() => intake.taken.length === 1, 'the event');
  await intake.intake.stop();
}

describe('on any broker', () => {
  it('takes events, and leaves in order', async () => {
    await takesOne(await startBroker(), {});
  });

  it('says that nothing listens, once, and connects by itself when something does', async () => {
    const port = await freePort();
    const waiting = startIntake(settingsFor({ url: `mqtt://127.0.0.1:${port}`, protocol: '3.1.1' }));
    expect(await waiting.said('mqtt.disconnected')).toMatchObject({
      level: 'warn',
      fields: { reason: expect.stringContaining('nothing listens there') },
    });
    const broker = await startEmbeddedBroker({ port });
    atEnd(() => broker.stop());
    await waiting.isConnected();
    expect(waiting.lines.filter(({ fields }) => fields.event === 'mqtt.disconnected')).toHaveLength(1);
  });

  it('says another reason when it is one that a person must mend', async () => {
    const port = await freePort();
    const waiting = startIntake(settingsFor({ url: `mqtt://127.0.0.1:${port}`, protocol: 5 }));
    await waiting.said('mqtt.disconnected');
    const broker = await startEmbeddedBroker({ port });
    atEnd(() => broker.stop());
    const line = await waiting.said('mqtt.disconnected', waiting.lines.length);
    expect(line).toMatchObject({
      level: 'error',
      fields: { reason: 'the broker does not speak MQTT 5: set mqtt.protocol to 3.1.1' },
    });
  });

  it('waits for storage before it connects, and drops the connection when an event cannot be stored', async () => {
    const broker = await startBroker();
    let storage = Promise.withResolvers<void>();
    let failing = true;
    const taken: string[] = [];
    const intake = startIntake(settingsFor(broker), {
      storage: () => storage.promise,
      receiver: {
        take: async ({ payload }) => {
          if (failing) {
            storage = Promise.withResolvers();
            throw new Error('disk full');
          }
          taken.push(Buffer.from(payload).toString());
        },
      },
    });
    storage.resolve();
    await intake.isConnected();
    await publishAll(broker.url, [
      { topic: TOPIC, payload: '1' },
      { topic: TOPIC, payload: '2' },
    ]);
    const dropped = await intake.said('mqtt.disconnected');
    expect(dropped.fields['reason']).toBe('an event could not be stored');
    expect(intake.connected).toBe(false);
    const from = intake.lines.length;
    failing = false;
    storage.resolve();
    await intake.said('mqtt.connected', from);
    await until(() => taken.length === 2, 'both events again');
    expect(taken).toEqual(['1', '2']);
  });

  it('does not take its own state for an event, however wide the filter', async () => {
    const broker = await startBroker();
    const intake = startIntake(settingsFor(broker), { filters: ['#'] });
    await intake.isConnected();
    await publishAll(broker.url, [
      { topic: 'pilegate/test/status', payload: 'state' },
      { topic: TOPIC, payload: 'event' },
    ]);
    await until(() => intake.taken.length > 0, 'the event');
    expect(intake.taken).toEqual(['event']);
  });

  it('stops while there is no broker, while it waits for storage, and twice', async () => {
    const nowhere = settingsFor({ url: `mqtt://127.0.0.1:${await freePort()}`, protocol: 5 });
    const trying = startIntake(nowhere);
    await trying.said('mqtt.disconnected');
    await trying.intake.stop();
    await trying.intake.stop();
    const waiting = startIntake(nowhere, { storage: () => new Promise(() => {}) });
    await waiting.intake.stop();
  });
});

/** The first bytes of a broker of MQTT 5 that keeps sessions for an hour at most; then it says nothing more. */
const AN_HOUR = Buffer.from([0x20, 8, 0, 0, 5, 0x11, 0, 0, 0x0e, 0x10]);

it('says that the broker keeps the session shorter than it should, and leaves one that answers no subscription', async () => {
  const port = await freePort();
  const server = createServer((socket) => {
    socket.once('data', () => socket.write(AN_HOUR));
    socket.on('error', () => {});
  }).listen(port, '127.0.0.1');
  atEnd(() => void server.close());
  const settings = settingsFor(
    { url: `mqtt://127.0.0.1:${port}`, protocol: 5 },
    { sessionExpiry: 86_400_000, reconnect: { min: 10, max: 200 } },
  );
  const intake = startIntake(settings, { waits: { answer: 100 } });
  const line = await intake.said(
    'the broker keeps our session for less than mqtt.sessionExpiry: what we miss for longer is lost',
  );
  expect(line).toMatchObject({ level: 'warn', fields: { keptMs: 3_600_000, wantedMs: 86_400_000 } });
  const dropped = await intake.said('mqtt.disconnected');
  expect(dropped.fields['reason']).toBe('the broker does not answer our subscriptions');
  await intake.intake.stop();
});

describe('the waits between connections', () => {
  const waits = { min: 500, max: 10_000 };

  it('are spread over all of the time up to the longest, which doubles with each failure, for ever', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, drawn) => {
          const wait = retryWait(failures, waits, () => drawn);
          expect(wait).toBeCloseTo(50 + drawn * (Math.min(10_000, 500 * 2 ** failures) - 50), 6);
        },
      ),
    );
  });

  it.each([
    [0, 500],
    [1, 1_000],
    [4, 8_000],
    [5, 10_000],
    [2_000, 10_000],
  ])('after %i failures are at most %i ms', (failures, most) => {
    expect(retryWait(failures, waits, () => 0)).toBe(50);
    expect(retryWait(failures, waits, () => 1)).toBe(most);
  });
});

describe('what answers is no broker', () => {
  const servers = {
    'a web server': [
      createHttpServer((_, response) => response.writeHead(404).end()),
      'mqtt',
      'what answers there is no MQTT broker',
    ],
    'a web server, over websockets': [
      createHttpServer((_, response) => response.writeHead(404).end()),
      'ws',
      'there is no MQTT over websockets there',
    ],
    'one that hangs up': [
      createServer((socket) => socket.end()),
      'mqtt',
      'closed the connection without an answer',
    ],
    'one that speaks no TLS': [
      createServer((socket) => socket.write('hello\n')),
      'mqtts',
      'it speaks no TLS there',
    ],
  } satisfies Record<string, [Server, string, string]>;

  it.each(Object.entries(servers))('%s', async (_name, [server, scheme, reason]) => {
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    atEnd(() => void server.close());
    const line = await trouble({ url: `${scheme}://127.0.0.1:${port}`, protocol: 5 }, {});
    expect(line.fields['reason']).toContain(reason);
  });
});

describe.runIf(realMosquitto())('on mosquitto', () => {
  it.each([5, '3.1.1'] as const)('takes events by MQTT %s', async (protocol) => {
    await takesOne(await startMosquitto(), { protocol });
  });

  it('takes events over websockets, with a login', async () => {
    const broker = await startMosquitto({ websockets: true, users: { box: 'made up' } });
    await takesOne(broker, { url: broker.wsUrl ?? '', username: 'box', password: 'made up' });
  });

  it('takes events over TLS, with a private authority and a client certificate, by mqtts and wss', async () => {
    const broker = await startMosquitto({ tls: 'client', websockets: true });
    const tls = filesOf(broker);
    await takesOne(broker, { url: broker.tlsUrl ?? '', tls });
    await takesOne(broker, { url: broker.wssUrl ?? '', tls });
  });

  it('leaves a client certificate alone where the address asks for no TLS', async () => {
    const broker = await startMosquitto({ tls: 'client' });
    await takesOne(broker, { tls: filesOf(broker) });
  });

  it('says what a wrong login is', async () => {
    const broker = await startMosquitto({ users: { box: 'made up' } });
    for (const protocol of [5, '3.1.1'] as const) {
      const wrong = await trouble(broker, { protocol, username: 'box', password: 'other' });
      expect(wrong).toMatchObject({
        level: 'error',
        fields: { reason: expect.stringContaining('refuses the login: check mqtt.username') },
      });
      const none = await trouble(broker, { protocol });
      expect(none.fields['reason']).toBe('the broker wants a login: set mqtt.username and mqtt.passwordFile');
      expect(JSON.stringify([wrong, none])).not.toContain('other');
    }
  });

  it('says why a certificate is not trusted, by mqtts and wss', async () => {
    const broker = await startMosquitto({ tls: 'server', websockets: true });
    for (const url of [broker.tlsUrl ?? '', broker.wssUrl ?? '']) {
      const line = await trouble(broker, { url });
      expect(line).toMatchObject({
        level: 'error',
        fields: { reason: expect.stringMatching(/no known authority vouches .*: check mqtt\.tls\.ca$/) },
      });
    }
  });

  it('says that a certificate is for another name', async () => {
    const broker = await startMosquitto({ tls: 'server', certificate: { names: 'DNS:broker.example' } });
    const line = await trouble(broker, { url: broker.tlsUrl ?? '', tls: { ca: filesOf(broker).ca } });
    expect(line.fields['reason']).toBe(
      "the broker's certificate is for another name than the host in mqtt.url",
    );
  });

  it('says that a certificate has expired', async () => {
    const broker = await startMosquitto({ tls: 'server', certificate: { days: -1 } });
    const line = await trouble(broker, { url: broker.tlsUrl ?? '', tls: { ca: filesOf(broker).ca } });
    expect(line.fields['reason']).toBe("the broker's certificate has expired (or the clock here is wrong)");
  });

  it('says that the broker wants a client certificate', async () => {
    const broker = await startMosquitto({ tls: 'client' });
    const line = await trouble(broker, { url: broker.tlsUrl ?? '', tls: { ca: filesOf(broker).ca } });
    expect(line).toMatchObject({
      level: 'error',
      fields: { reason: expect.stringContaining('wants a client certificate that it trusts') },
    });
  });

  it('says that TLS files do not fit or are gone, and connects when they are mended', async () => {
    const broker = await startMosquitto({ tls: 'client' });
    const files = filesOf(broker);
    const dir = tempDir();
    const key = join(dir, 'client.key');
    const intake = startIntake(settingsFor(broker, { url: broker.tlsUrl ?? '', tls: { ...files, key } }));
    expect((await intake.said('mqtt.disconnected')).fields['reason']).toContain(`${key} cannot be read`);
    const from = intake.lines.length;
    copyFileSync(broker.certificates?.serverKey ?? '', key);
    expect((await intake.said('mqtt.disconnected', from)).fields['reason']).toContain(
      'the TLS files cannot be used',
    );
    copyFileSync(files.key, key);
    await intake.isConnected();
  });

  it('says that another client has taken its place, or that the connection was lost, and comes back', async () => {
    const broker = await startMosquitto();
    const first = startIntake(settingsFor(broker));
    await first.isConnected();
    const second = startIntake(settingsFor(broker));
    await first.said('mqtt.disconnected');
    await second.intake.stop();
    await first.isConnected();
  });
});
