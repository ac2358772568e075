import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { Aedes, type Subscription } from 'aedes';
import { connectAsync } from 'mqtt';
import { afterAll, describe, expect, it } from 'vitest';
import { probeBroker } from '../../../src/intake/mqtt/broker-probe.ts';
import { settingsFor, startIntake } from '../../intake/support.ts';
import { realMosquitto, startBroker } from '../../support/broker.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { freePort } from '../../support/port.ts';
import { publishAll } from '../../support/publish.ts';
import { until } from '../../support/wait.ts';
import { blackHole } from './blackhole.ts';
import { examined, fault, PATIENT, type Said, station } from './run-doctor.ts';

afterAll(cleanUp);

/** What is said of the broker and of the subscriptions. */
async function broker(
  mqtt: Readonly<Record<string, unknown>>,
  { limitMs, password }: { limitMs?: number; password?: string } = {},
): Promise<{ broker: Said | undefined; subscriptions: Said | undefined; clock: Said | undefined }> {
  const config = station({ mqtt });
  if (password !== undefined)
    writeFileSync(join(dirname(config), 'mqtt.password'), password, { mode: 0o600 });
  const { broker, subscriptions, clock } = await examined(config, limitMs === undefined ? {} : { limitMs });
  return { broker, subscriptions, clock };
}

/** A server at a free port of this machine, gone when the test file ends. */
async function serve(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A broker of MQTT 3.1.1 that treats subscriptions so. */
async function moodyBroker(treat: (wanted: Subscription) => Subscription | null): Promise<string> {
  const aedes = await Aedes.createBroker({
    authorizeSubscribe: (_, wanted, done) => done(null, treat(wanted)),
  });
  atEnd(() => new Promise<void>((resolve) => aedes.close(resolve)));
  return `mqtt://127.0.0.1:${await serve(createServer(aedes.handle))}`;
}

/** Grants one subscription, at QoS 0, by the bytes of MQTT 3.1.1. */
async function miserlyBroker(): Promise<string> {
  const answer = (packet: Buffer): Buffer =>
    packet[0] === 0x82
      ? Buffer.from([0x90, 3, packet[2] ?? 0, packet[3] ?? 0, 0])
      : Buffer.from([0x20, 2, 0, 0]);
  const server = createServer((socket) => {
    socket.on('data', (packet) => void (packet[0] === 0xe0 ? socket.end() : socket.write(answer(packet))));
  });
  return `mqtt://127.0.0.1:${await serve(server)}`;
}

const NOT_TRIED = fault('yellow', /^not tried: there is no login/, /fix "broker" above first/, /^未检查/);

describe('the way to the broker', { timeout: PATIENT }, () => {
  it('that is refused is red, and names the command that starts it here', async () => {
    expect(await broker({ url: `mqtt://127.0.0.1:${await freePort()}` })).toMatchObject({
      broker: fault(
        'red',
        /^nothing listens at 127\.0\.0\.1:\d+: the connection is refused/,
        /systemctl restart mosquitto/,
        /无人监听/,
      ),
      subscriptions: NOT_TRIED,
    });
  });

  it('that leads nowhere is red', async () => {
    // No system opens a connection to a multicast address.
    expect((await broker({ url: 'mqtt://224.0.0.1:1883' })).broker).toEqual(
      fault('red', /^no network leads to 224\.0\.0\.1:1883/, /ip route; ping -c 3 224\.0\.0\.1/, /没有网络/),
    );
  });

  it('that answers nothing is red within the limit', async () => {
    const port = await blackHole();
    expect((await broker({ url: `mqtt://127.0.0.1:${port}` }, { limitMs: 1_500 })).broker).toEqual(
      fault('red', /does not answer: the connection timed out/, /firewall.*mqtt\.url/, /连接超时/),
    );
  });

  it('by a name that is unknown is red', async () => {
    // Longer than a name's part may be: no name server needs to be asked.
    const host = `${'a'.repeat(64)}.invalid`;
    expect((await broker({ url: `mqtt://${host}` })).broker).toEqual(
      fault(
        'red',
        /^the name a+\.invalid is not known/,
        /getent hosts a+\.invalid; cat \/etc\/resolv\.conf/,
        /无法解析/,
      ),
    );
  });

  it.each([
    [
      'a web server',
      () => createHttpServer((_, response) => void response.writeHead(404).end()),
      'mqtt',
      /not an MQTT broker|cut the connection/,
    ],
    [
      'a web server, by websockets',
      () => createHttpServer((_, response) => void response.writeHead(404).end()),
      'ws',
      /no MQTT over websockets/,
    ],
    [
      'one that hangs up',
      () => createServer((socket) => void socket.end()),
      'mqtt',
      /closes the connection without an answer/,
    ],
    ['one that is silent', () => createServer(), 'mqtt', /does not answer as an MQTT broker does/],
    [
      'one without TLS',
      () => createServer((socket) => void socket.write('hello\n')),
      'mqtts',
      /does not speak TLS/,
    ],
  ] as const)('that ends at %s is red', async (_, make, scheme, seen) => {
    const port = await serve(make());
    expect((await broker({ url: `${scheme}://127.0.0.1:${port}` }, { limitMs: 3_000 })).broker).toEqual(
      fault('red', seen, /mqtt\.url/, /127\.0\.0\.1/),
    );
  });

  it('by the wrong version of MQTT is red', async () => {
    const url = await moodyBroker((wanted) => wanted);
    expect((await broker({ url, protocol: 5 })).broker).toEqual(
      fault('red', /does not speak MQTT 5/, /set mqtt\.protocol to 3\.1\.1/, /不支持 MQTT 5/),
    );
  });
});

describe('a subscription', { timeout: PATIENT }, () => {
  it('that is granted is green', async () => {
    const { url, protocol } = await startBroker();
    const { broker: way, subscriptions } = await broker({ url, protocol });
    expect([way?.level, way?.seen.en]).toEqual([
      'green',
      expect.stringMatching(/^127\.0\.0\.1:\d+ TCP .*logged in without a name/),
    ]);
    expect(subscriptions?.seen.en).toBe('granted at QoS 1: piles/+/session/end');
  });

  it('that is refused is red, and names the topic', async () => {
    const url = await moodyBroker(() => null);
    expect((await broker({ url, protocol: '3.1.1' })).subscriptions).toEqual(
      fault(
        'red',
        /^the subscription to piles\/\+\/session\/end is refused/,
        /acl_file: topic read piles/,
        /被拒绝/,
      ),
    );
  });

  it('that is granted below QoS 1 is red', async () => {
    const url = await miserlyBroker();
    expect((await broker({ url, protocol: '3.1.1' })).subscriptions).toEqual(
      fault('red', /is granted at QoS 0 only/, /max_qos 1/, /只获准 QoS 0/),
    );
  });

  it('of a share group is tried as a plain one: a member of the group would be handed events', async () => {
    const asked: string[] = [];
    const url = await moodyBroker((wanted) => {
      asked.push(wanted.topic);
      return wanted;
    });
    await broker({ url, protocol: '3.1.1', shareGroup: 'boxes', clientId: 'box-1' });
    expect(asked).toEqual(['piles/+/session/end', 'pilegate/3302120001/box-1/status']);
  });
});

describe('a look at the broker', { timeout: PATIENT }, () => {
  it("leaves the daemon's session alone: it stays connected, and no event goes elsewhere", async () => {
    const server = await startBroker();
    const settings = settingsFor(server, { clientId: 'box' });
    const daemon = startIntake(settings);
    await daemon.isConnected();
    for (let look = 0; look < 3; look += 1)
      expect(await probeBroker(server.url, settings, ['piles/+/session/end', '#'], 15_000)).toMatchObject({
        kind: 'connected',
        grants: [{ code: 1 }, { code: 1 }],
      });
    await publishAll(server.url, [{ topic: 'piles/D001/session/end', payload: 'one' }]);
    await until(() => daemon.taken.length === 1, 'the event');
    expect(daemon.lines.filter(({ fields }) => fields.event === 'mqtt.disconnected')).toEqual([]);
  });
});

describe.runIf(realMosquitto())('mosquitto', { timeout: PATIENT }, () => {
  it('that refuses the login is red, and what it was is not shown', async () => {
    const { url } = await startMosquitto({ users: { box: 'made up' } });
    for (const protocol of [5, '3.1.1']) {
      const wrong = await broker({ url, protocol, username: 'box' }, { password: 'very secret' });
      expect(wrong.broker).toEqual(
        fault(
          'red',
          /refuses the login of box/,
          /mqtt\.passwordFile.*mosquitto_passwd FILE box/,
          /拒绝 box 登录/,
        ),
      );
      expect(JSON.stringify(wrong)).not.toContain('very secret');
      expect((await broker({ url, protocol })).broker).toEqual(
        fault('red', /requires a login/, /set mqtt\.username and mqtt\.passwordFile/, /要求登录/),
      );
    }
    const { broker: right } = await broker({ url, username: 'box' }, { password: 'made up\n' });
    expect([right?.level, right?.seen.en]).toEqual([
      'green',
      expect.stringMatching(/logged in as box by MQTT 5/),
    ]);
  });

  it('with a certificate of nobody known is red, and yellow where it is trusted but ends soon', async () => {
    const { tlsUrl: url, certificates } = await startMosquitto({ tls: 'server' });
    expect((await broker({ url })).broker).toEqual(
      fault(
        'red',
        /not issued by a trusted CA \(\w+\): it is for .*DNS:localhost, issued by test authority, valid until \d{4}-/,
        /mqtt\.tls\.ca; look at it: openssl s_client -connect 127\.0\.0\.1:\d+/,
        /不受信任/,
      ),
    );
    expect((await broker({ url, tls: { ca: certificates?.ca } })).broker).toEqual(
      fault('yellow', /the certificate of .* expires at/, /renewed/, /到期/),
    );
  });

  it('with a certificate that has ended is red', async () => {
    const { tlsUrl: url, certificates } = await startMosquitto({ tls: 'server', certificate: { days: -1 } });
    expect((await broker({ url, tls: { ca: certificates?.ca } })).broker).toEqual(
      fault(
        'red',
        /has expired: it is for /,
        /if the clock here is right \(date\), have it renewed/,
        /已过期/,
      ),
    );
  });

  it('with a certificate for another name is red', async () => {
    const { tlsUrl: url, certificates } = await startMosquitto({
      tls: 'server',
      certificate: { names: 'DNS:broker.example' },
    });
    expect((await broker({ url, tls: { ca: certificates?.ca } })).broker).toEqual(
      fault(
        'red',
        /is for another name than 127\.0\.0\.1: it is for DNS:broker\.example/,
        /mqtt\.url/,
        /不符/,
      ),
    );
  });

  it('that wants a certificate of the client is red without one', async () => {
    const { tlsUrl: url, certificates } = await startMosquitto({ tls: 'client' });
    expect((await broker({ url, tls: { ca: certificates?.ca } })).broker).toEqual(
      fault(
        'red',
        /requires a client certificate|cut the connection|closes the connection/,
        /mqtt\./,
        /127\.0\.0\.1/,
      ),
    );
  });
});

describe.runIf(realMosquitto())('the status topic', { timeout: PATIENT }, () => {
  it.each([5, '3.1.1'] as const)('that may not be published on is yellow, by MQTT %s', async (protocol) => {
    const mosquitto = await startMosquitto({
      users: { adapter: 'a-password' },
      acl: 'user adapter\ntopic read piles/#\n',
    });
    const tried = await broker(
      { url: mosquitto.url, protocol, username: 'adapter' },
      { password: 'a-password' },
    );
    expect(tried.broker).toMatchObject({ level: 'yellow' });
    expect(JSON.stringify(tried.broker)).toContain('status-topic-refused');
  });

  it('keeps the state that is retained there', async () => {
    const mosquitto = await startMosquitto();
    const topic = 'pilegate/3302120001/status';
    await publishAll(mosquitto.url, [{ topic, payload: '{"connected":true}' }], { retain: true });
    expect((await broker({ url: mosquitto.url })).broker).toMatchObject({ level: 'green' });
    const client = await connectAsync(mosquitto.url);
    const retained = new Promise((resolve) =>
      client.once('message', (_, payload) => resolve(String(payload))),
    );
    await client.subscribeAsync(topic);
    expect(await retained).toBe('{"connected":true}');
    await client.endAsync();
  });
});

it('an address of the list that does not answer is yellow beside one that does', {
  timeout: PATIENT,
}, async () => {
  const mosquitto = await startBroker();
  const tried = await broker({
    url: [mosquitto.url, `mqtt://127.0.0.1:${await freePort()}`],
    protocol: mosquitto.protocol,
  });
  expect(tried.broker).toMatchObject({ level: 'yellow' });
  expect(tried.subscriptions).toMatchObject({ level: 'green' });
});
