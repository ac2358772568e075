import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';

import { requestFor } from './carpark/reading.ts';
import { record, settings } from './record.ts';
import { client, deadPort, httpServer, KEY, rawServer, SUCCESS } from './servers.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** Writes `start`, then `drop` again and again until the other side has enough. */
function drip(socket: Socket, start: string, drop: string): void {
  socket.write(start);
  const drops = setInterval(() => socket.write(drop), 10);
  socket.on('close', () => clearInterval(drops));
}

describe('a record that arrives', () => {
  test('is posted as JSON in UTF-8, byte for byte as it was signed, and delivered by result 0', async () => {
    let request: IncomingMessage | undefined;
    let body: Buffer = Buffer.alloc(0);
    const { baseUrl } = await httpServer((response, seen, bytes) => {
      request = seen;
      body = bytes;
      response.end(SUCCESS);
    });
    const outcome = await client(baseUrl).send(record());
    expect(outcome).toEqual({
      kind: 'delivered',
      reason: 'the gate has the record',
      status: 200,
      reply: SUCCESS,
      description: '充电记录处理成功',
    });
    expect(request).toMatchObject({ method: 'POST', url: '/parkpot-service/chargePile/chargingRecord' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(body.length),
      'user-agent': 'pilegate/1.2.3',
    });
    expect(body).toEqual(requestFor(record(), settings({ baseUrl }), KEY).body);
  });

  test('travels over an IPv6 address as well', async () => {
    const { baseUrl } = await httpServer((response) => response.end(SUCCESS), '::1');
    expect(baseUrl).toContain('[::1]');
    expect(await client(baseUrl).send(record())).toMatchObject({ kind: 'delivered' });
  });

  test('uses the connection of the one before it', async () => {
    const { baseUrl, seen } = await httpServer((response) => response.end(SUCCESS));
    const gate = client(baseUrl, { concurrency: 1 });
    for (let sent = 0; sent < 3; sent += 1) await gate.send(record());
    expect(seen).toEqual({ requests: 3, connections: 1 });
  });

  test('makes no more connections than records may be on their way at once', async () => {
    const { baseUrl, seen } = await httpServer((response) => response.end(SUCCESS));
    const gate = client(baseUrl, { concurrency: 2 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => gate.send(record())));
    expect(outcomes.every(({ kind }) => kind === 'delivered')).toBe(true);
    expect(seen.requests).toBe(20);
    expect(seen.connections).toBeLessThanOrEqual(2);
  });

  test('waits through 1xx responses', async () => {
    const { baseUrl } = await rawServer((socket) => {
      socket.write(`HTTP/1.1 102 Processing\r\n\r\n${HEAD}Content-Length: 12\r\n\r\n{"result":0}`);
    });
    expect(await client(baseUrl).send(record())).toMatchObject({ kind: 'delivered', status: 200 });
  });

  test('is delivered though the gate closes the connection without telling the length', async () => {
    const { baseUrl } = await rawServer((socket) =>
      socket.end(`${HEAD}Connection: close\r\n\r\n{"result":0}`),
    );
    expect(await client(baseUrl).send(record())).toMatchObject({ kind: 'delivered' });
  });

  test('is delivered on a new connection after the gate closed the old one', async () => {
    const sockets: Socket[] = [];
    const { baseUrl, seen } = await rawServer((socket) => {
      sockets.push(socket);
      socket.write(`${HEAD}Content-Length: 12\r\n\r\n{"result":0}`);
    });
    const gate = client(baseUrl);
    await gate.send(record());
    for (const socket of sockets) {
      socket.end();
      await once(socket, 'close');
    }
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    expect(seen).toEqual({ requests: 2, connections: 2 });
  });
});

describe('a redirect', () => {
  test('is never followed', async () => {
    const target = await httpServer((response) => response.end(SUCCESS));
    const { baseUrl } = await httpServer((response) =>
      response.writeHead(307, { location: target.baseUrl }).end(),
    );
    expect(await client(baseUrl).send(record())).toMatchObject({
      kind: 'misconfigured',
      sent: true,
      status: 307,
    });
    expect(target.seen.requests).toBe(0);
  });
});

describe('a record that never left is unreachable', () => {
  test('where nothing listens', async () => {
    const port = await deadPort();
    expect(await client(`http://127.0.0.1:${port}/`).send(record())).toEqual({
      kind: 'unreachable',
      reason: `cannot reach 127.0.0.1:${port}: nothing listens there: is the server running, and is gate.baseUrl right?`,
    });
  });

  test('where none of the addresses of a name listens', async () => {
    const port = await deadPort();
    expect(await client(`http://localhost:${port}/`).send(record())).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(/nothing listens there: /),
    });
  });

  test('where all connections were taken until its time ran out, and it is not sent when one comes free', async () => {
    let answering = false;
    const { baseUrl, seen } = await httpServer((response) => {
      if (answering) response.end(SUCCESS);
    });
    const gate = client(baseUrl, { concurrency: 1, timeout: 1500 });
    const [first, second] = await Promise.all([gate.send(record()), gate.send(record())]);
    const ranOut = expect.stringContaining('gate.timeout (1.5 s) ran out');
    expect(first).toMatchObject({ kind: 'unanswered', reason: ranOut });
    expect(second).toMatchObject({ kind: 'unreachable', reason: ranOut });
    answering = true;
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    expect(seen.requests).toBe(2);
  });
});

describe('a record that left and had no readable answer is unanswered, and never sent again', () => {
  const cases: readonly [string, (socket: Socket) => void, RegExp][] = [
    [
      'the gate resets the connection',
      (socket) => socket.resetAndDestroy(),
      /but no answer came: the other side cut the connection/,
    ],
    [
      'the gate closes the connection',
      (socket) => socket.end(),
      /but no answer came: the other side closed the connection$/,
    ],
    [
      'the gate speaks another protocol',
      (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
      /^what came cannot be read as HTTP: Expected HTTP\//,
    ],
    [
      'the answer breaks off in its headers',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      /but no answer came/,
    ],
    [
      'the answer breaks off in its body',
      (socket) => socket.end(`${HEAD}Content-Length: 99\r\n\r\n{"res`),
      /^the gate answered 200 without a readable result; the reply broke off: /,
    ],
    ['nothing comes in time', () => {}, /but no answer came: gate.timeout \(1 s\) ran out/],
    [
      'the headers come and no body',
      (socket) => socket.write(`${HEAD}Content-Length: 99\r\n\r\n`),
      /^the gate answered 200 with an empty body; the reply broke off: gate.timeout \(1 s\) ran out$/,
    ],
    [
      'the headers never end',
      (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'X-A: 1\r\n'),
      /no answer came: gate.timeout \(1 s\) ran out$/,
    ],
  ];
  test.each(cases)('where %s', async (_, answer, reason) => {
    const { baseUrl, seen } = await rawServer(answer);
    const timeout = reason.source.includes('ran out') ? 1000 : 20_000;
    expect(await client(baseUrl, { timeout }).send(record())).toMatchObject({
      kind: 'unanswered',
      reason: expect.stringMatching(reason),
    });
    expect(seen.requests).toBe(1);
  });

  test('where the body comes drop by drop for ever', async () => {
    const { baseUrl } = await rawServer((socket) =>
      drip(socket, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
    );
    expect(await client(baseUrl, { timeout: 1000 }).send(record())).toMatchObject({
      kind: 'unanswered',
      status: 200,
    });
  });

  test('and the connection it hung on is not used again', async () => {
    let answers = 0;
    const { baseUrl, seen } = await httpServer((response) => {
      answers += 1;
      if (answers > 1) response.end(SUCCESS);
    });
    const gate = client(baseUrl, { timeout: 1500, concurrency: 1 });
    expect(await gate.send(record())).toMatchObject({ kind: 'unanswered' });
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    expect(seen.connections).toBe(2);
  });
});

describe('a result that came before the reply broke off decides', () => {
  test.each<[string, (socket: Socket) => void]>([
    [
      'by a reset',
      (socket) => void socket.write(`${HEAD}Content-Length: 99\r\n\r\n{"result":0,`, () => socket.end()),
    ],
    ['by the time-out', (socket) => socket.write(`${HEAD}Content-Length: 99\r\n\r\n{"result":0,`)],
  ])('%s', async (_, answer) => {
    const { baseUrl } = await rawServer(answer);
    expect(await client(baseUrl, { timeout: 1000 }).send(record())).toMatchObject({
      kind: 'delivered',
      malformed: true,
    });
  });
});
