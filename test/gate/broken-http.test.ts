import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { record } from './record.ts';
import { client, rawServer } from './servers.ts';

const OK = '{"result":0,"description":"ok"}';
const HEAD = 'HTTP/1.1 200 OK\r\n';
const LENGTH = `Content-Length: ${OK.length}`;
const zipped = gzipSync(OK);

/** Replies that say success and are no strict HTTP; each part is written 30 ms after the one before. */
const READABLE: readonly [string, readonly (string | Buffer)[]][] = [
  ['an unasked 100 Continue in front', [`HTTP/1.1 100 Continue\r\n\r\n${HEAD}${LENGTH}\r\n\r\n${OK}`]],
  [
    'an unasked 100 Continue in a packet of its own',
    ['HTTP/1.1 100 Continue\r\n\r\n', `${HEAD}${LENGTH}\r\n\r\n${OK}`],
  ],
  [
    'two of them, with headers',
    [`HTTP/1.1 100 Continue\r\nServer: x\r\n\r\nHTTP/1.1 100 \r\n\r\n${HEAD}${LENGTH}\r\n\r\n`, OK],
  ],
  [
    'a switch to another protocol in front',
    [
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n${HEAD}${LENGTH}\r\n\r\n${OK}`,
    ],
  ],
  ['lines that end in LF', [`HTTP/1.1 200 OK\n${LENGTH}\n\n${OK}`]],
  ['lines that end in LF, and a body that comes later', [`HTTP/1.1 200 OK\n${LENGTH}\n\n`, OK]],
  ['lines that end in CR LF and in LF', [`HTTP/1.1 200 OK\r\n${LENGTH}\n\r\n${OK}`]],
  ['a length and chunks', [`${HEAD}${LENGTH}\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n${OK}\r\n0\r\n\r\n`]],
  [
    'a length and chunks, in pieces',
    [`${HEAD}Transfer-Encoding: chunked\r\n${LENGTH}\r\n\r\n`, '1f\r\n', OK, '\r\n0\r\n\r\n'],
  ],
  ['chunked, said and not done', [`${HEAD}Transfer-Encoding: chunked\r\n\r\n${OK}`]],
  ['chunks whose lines end in LF', [`${HEAD}Transfer-Encoding: chunked\r\n\r\n1f\n${OK}\n0\n\n`]],
  ['a chunk with a wrong line behind it', [`${HEAD}Transfer-Encoding: chunked\r\n\r\n1f\r\n${OK}0\r\n\r\n`]],
  ['the same length twice', [`${HEAD}${LENGTH}\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['two lengths', [`${HEAD}${LENGTH}\r\nContent-Length: 40\r\n\r\n${OK}`]],
  ['a length that is no number', [`${HEAD}Content-Length: abc\r\n\r\n${OK}`]],
  ['a length with a sign', [`${HEAD}Content-Length: +31\r\n\r\n${OK}`]],
  ['a length listed twice in one header', [`${HEAD}Content-Length: 31, 31\r\n\r\n${OK}`]],
  [
    'a blank before a header',
    [`${HEAD}Server: x\r\n en-US Content-Type: text/xml\r\n${LENGTH}\r\n\r\n${OK}`],
  ],
  ['a blank before the first header', [`${HEAD} Server: x\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a blank before a colon', [`${HEAD}X-Powered-By : PHP/5.2\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a header without a colon', [`${HEAD}nonsense\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a header without a name', [`${HEAD}: x\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a name with letters of another script', [`${HEAD}服务器: x\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a control character in a header', [`${HEAD}Server: a\u0001b\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a NUL in a header', [`${HEAD}Server: a\u0000b\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a lone CR in a header', [`${HEAD}Server: a\rb\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['20 KB in one header', [`${HEAD}Set-Cookie: ${'a'.repeat(20_000)}\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['70 KB of headers', [`${HEAD}${`Set-Cookie: ${'a'.repeat(10_000)}\r\n`.repeat(7)}${LENGTH}\r\n\r\n${OK}`]],
  ['a blank in front of the status line', [` ${HEAD}${LENGTH}\r\n\r\n${OK}`]],
  ['a status without its words', [`HTTP/1.1 200\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a version of one figure', [`HTTP/1 200 OK\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a version of the future', [`HTTP/1.2 200 OK\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a version in small letters', [`http/1.1 200 OK\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['two blanks in the status line', [`HTTP/1.1  200 OK\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['a status line of another kind', [`ICY 200 OK\r\n${LENGTH}\r\n\r\n${OK}`]],
  ['nothing but the body', [OK]],
  [
    'packed, behind a bad header',
    [`${HEAD}X : y\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`, zipped],
  ],
];

/** Answers with the parts, and keeps the connection open. */
function inParts(parts: readonly (string | Buffer)[]) {
  return (socket: Socket) => {
    let at = 0;
    const next = () => {
      const part = parts[at];
      if (part === undefined || socket.destroyed) return;
      socket.write(part);
      at += 1;
      setTimeout(next, 30);
    };
    next();
  };
}

describe('a success that is no strict HTTP is delivered by one post', () => {
  test.each(READABLE)('%s', async (_, parts) => {
    const { baseUrl, seen } = await rawServer(inParts(parts));
    const gate = client(baseUrl, { timeout: 3_000 });
    const outcome = await gate.send(record());
    expect(outcome).toMatchObject({ kind: 'delivered', description: 'ok' });
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    expect(seen.requests).toBe(2);
  });

  test('with a warning that names what is wrong with it', async () => {
    const { baseUrl } = await rawServer(inParts([`${HEAD}X : y\r\n${LENGTH}\r\n\r\n${OK}`]));
    expect(await client(baseUrl).send(record())).toMatchObject({
      warning: expect.stringMatching(/^the gate's reply is not well-formed HTTP \(.*header/i),
    });
  });

  test('and the connection is not used again', async () => {
    const { baseUrl, seen } = await rawServer(inParts([`${HEAD}X : y\r\n${LENGTH}\r\n\r\n${OK}`]));
    const gate = client(baseUrl, { concurrency: 1 });
    for (let sent = 0; sent < 3; sent += 1) await gate.send(record());
    expect(seen).toEqual({ requests: 3, connections: 3 });
  });
});

describe('a refusal that is no strict HTTP is a refusal', () => {
  test('by its code and words', async () => {
    const body = '{"result":1,"description":"no"}';
    const { baseUrl } = await rawServer(inParts([`HTTP/1.1 400 Bad\n\n${body}`]));
    expect(await client(baseUrl).send(record())).toMatchObject({
      kind: 'refused',
      status: 400,
      result: '1',
      description: 'no',
    });
  });
});

describe('what cannot be read is no success', () => {
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', /^what came cannot be read as HTTP: /],
    [
      'a web page behind a bad header',
      `${HEAD}X : y\r\n\r\n<html>"result":0</html>`,
      /cannot be read as HTTP/,
    ],
    ['a failure with a bad header', 'HTTP/1.1 503 Busy\nX : y\n\nbusy', /^the gate answered 503/],
    ['two results', `${HEAD}X : y\r\n\r\n{"result":1}, "result":0`, /cannot be read as HTTP/],
  ])('%s', async (_, bytes, reason) => {
    const { baseUrl } = await rawServer((socket) => socket.write(bytes));
    expect(await client(baseUrl, { timeout: 2_000 }).send(record())).toMatchObject({
      kind: 'unanswered',
      reason: expect.stringMatching(reason),
    });
  });

  test('a head that is refused and no more comes within the time', async () => {
    const { baseUrl } = await rawServer((socket) => socket.write(`${HEAD}X : y\r\n${LENGTH}\r\n\r\n`));
    const began = performance.now();
    const outcome = await client(baseUrl, { timeout: 1_000 }).send(record());
    expect(outcome.kind).toBe('unanswered');
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('junk without an end is not read for ever, and not beyond a bound', async () => {
    let written = 0;
    const { baseUrl } = await rawServer((socket) => {
      const junk = Buffer.alloc(16 * 1024, 'x');
      socket.write(`${HEAD}X : y\r\n\r\n`);
      const more = () => {
        while (!socket.destroyed && socket.write(junk)) written += junk.length;
        if (!socket.destroyed) socket.once('drain', more);
      };
      more();
    });
    const began = performance.now();
    const outcome = await client(baseUrl, { timeout: 5_000 }).send(record());
    expect(outcome.kind).toBe('unanswered');
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });
});
