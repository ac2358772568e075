import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpServer, openHttp } from '../../src/web/server.ts';
import { makeView, Stage } from '../browser/station.ts';

const opened: (HttpServer | Socket)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) {
    if ('url' in one) await one.close();
    else one.destroy();
  }
});

async function serve(page: () => Promise<string>) {
  const server = await openHttp({
    listen: { host: '127.0.0.1', port: 0 },
    source: new Stage(makeView()),
    metrics: { page, contentType: 'text/plain' },
    missing: () => [],
    failed: () => {},
  });
  opened.unshift(server);
  return { url: server.url, port: Number(new URL(server.url).port) };
}

/** Connects so many times; `text` is sent at once on each. */
async function crowd(port: number, count: number, text = ''): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) {
    opened.push(socket.on('error', () => {}));
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
  }
  return sockets;
}

async function status(url: string): Promise<number | undefined> {
  const call = request(url, { agent: false }).end();
  const [response] = await once(call, 'response');
  response.resume();
  return response.statusCode;
}

describe('the connections of the status page', () => {
  test.each([
    ['say nothing', ''],
    ['send half a request', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-'],
    ['have been answered and stay', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
  ])('shut nobody out where hundreds of them %s', async (_, text) => {
    const { url, port } = await serve(() => Promise.resolve(''));
    await crowd(port, 300, text);
    expect(await status(`${url}healthz`)).toBe(200);
    expect(await status(`${url}readyz`)).toBe(200);
    expect(await status(url)).toBe(200);
  });

  test('that ask for nothing are closed after some seconds', async () => {
    const { port } = await serve(() => Promise.resolve(''));
    const began = performance.now();
    const sockets = await crowd(port, 3);
    await Promise.all(sockets.map((socket) => once(socket.resume(), 'close')));
    expect(performance.now() - began).toBeGreaterThan(2_500);
  });

  test('leave room for probes of health where all of them are at work', async () => {
    let asked = 0;
    const never = new Promise<string>(() => {});
    const { url, port } = await serve(() => {
      asked += 1;
      return never;
    });
    await crowd(port, 64, 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await expect.poll(() => asked).toBe(64);
    expect(await status(url)).toBe(503);
    expect(await status(`${url}healthz`)).toBe(200);
    expect(await status(`${url}readyz`)).toBe(200);
    expect(asked).toBe(64);
  });
});
