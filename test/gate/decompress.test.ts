import { once } from 'node:events';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../src/gate/decompress.ts';
import { REPLY_LIMIT } from '../../src/gate/port.ts';
import { record } from './record.ts';
import { client, httpServer, SUCCESS } from './servers.ts';

const PLAIN = Buffer.from(SUCCESS);
/** Small when packed, ten million bytes when not. */
const BOMB = Buffer.concat([Buffer.from('{"result":0,"description":"'), Buffer.alloc(10_000_000, 'x')]);

describe('a packed body', () => {
  test.each([
    ['gzip', gzipSync(PLAIN)],
    ['x-gzip', gzipSync(PLAIN)],
    ['GZIP', gzipSync(PLAIN)],
    ['deflate', deflateSync(PLAIN)],
    ['deflate', deflateRawSync(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['deflate, gzip', gzipSync(deflateSync(PLAIN))],
    ['gzip,br', brotliCompressSync(gzipSync(PLAIN))],
    ['identity', PLAIN],
    ['something-new', PLAIN],
    ['gzip', PLAIN],
    ['deflate', PLAIN],
    ['br', PLAIN],
  ])('declared as %s is read (%#)', async (encoding, body) => {
    expect((await decompress(body, encoding, REPLY_LIMIT)).toString()).toBe(SUCCESS);
  });

  test('that broke off gives what came before', async () => {
    const text = Array.from({ length: 3000 }, (_, n) => String(n * 7919)).join();
    const whole = gzipSync(text);
    const half = await decompress(whole.subarray(0, whole.length / 2), 'gzip', REPLY_LIMIT);
    expect(half.length).toBeGreaterThan(1000);
    expect(text.startsWith(half.toString())).toBe(true);
  });

  test.each([
    ['gzip', gzipSync(BOMB)],
    ['deflate', deflateSync(BOMB)],
    ['br', brotliCompressSync(BOMB)],
    ['gzip, gzip', gzipSync(gzipSync(BOMB))],
  ])('is unpacked up to the limit only (%s)', async (encoding, body) => {
    const unpacked = await decompress(body, encoding, 1000);
    expect(unpacked.equals(BOMB.subarray(0, 1000))).toBe(true);
  });
});

describe('the client', () => {
  test.each([
    ['gzip', gzipSync(PLAIN)],
    ['deflate', deflateSync(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['gzip', gzipSync(BOMB)],
    ['gzip', PLAIN],
  ])('reads a reply in %s (%#)', async (encoding, body) => {
    const { baseUrl } = await httpServer((response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    expect(await client(baseUrl).send(record())).toMatchObject({ kind: 'delivered' });
  });

  test('takes an empty body for empty, however it is declared', async () => {
    const { baseUrl } = await httpServer((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
    );
    expect(await client(baseUrl).send(record())).toMatchObject({
      kind: 'unanswered',
      reason: 'the gate answered 200 with an empty body',
    });
  });

  test.each<[string, string, string]>([
    ['a result at its beginning decides', '{"result":0,"description":"', 'delivered'],
    ['without a result there its status decides', '{"', 'unanswered'],
  ])('stops reading an endless reply at the limit and drops the connection; %s', async (_, start, kind) => {
    const dropped = Promise.withResolvers<number>();
    const { baseUrl } = await httpServer((response) => {
      const chunk = Buffer.alloc(16 * 1024, 'x');
      let sent = 0;
      response.write(start);
      const more = (): void => {
        sent += chunk.length;
        response.write(chunk, () => setImmediate(more));
      };
      more();
      response.on('error', () => {});
      void once(response, 'close').then(() => dropped.resolve(sent));
    });
    expect(await client(baseUrl).send(record())).toMatchObject({ kind, status: 200 });
    // What the limit lets through, and what the sockets' buffers hold: never a megabyte more.
    expect(await dropped.promise).toBeLessThan(32 * 1024 * 1024);
  });

  test('reads a reply of exactly the limit', async () => {
    const body = Buffer.alloc(REPLY_LIMIT, ' ');
    body.write('{"result":0}');
    const { baseUrl } = await httpServer((response) => response.end(body));
    const outcome = await client(baseUrl).send(record());
    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect(outcome).not.toHaveProperty('malformed');
  });
});
