import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { POLICY } from '../../src/web/page/page.ts';
import { type HttpOptions, type HttpServer, openHttp } from '../../src/web/server.ts';
import { makeView, Stage } from '../browser/station.ts';
import { prose } from '../support/prose.ts';
import { until } from '../support/wait.ts';

const open: HttpServer[] = [];
const defects: unknown[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  expect(defects.splice(0)).toEqual([]);
});

async function serve(over: Partial<HttpOptions> = {}): Promise<{ url: string; stage: Stage; port: number }> {
  const stage = new Stage(makeView());
  const server = await openHttp({
    listen: { host: '127.0.0.1', port: 0 },
    source: stage,
    metrics: {
      page: () => Promise.resolve('pilegate_quarantine 1\n'),
      contentType: 'text/plain; version=0.0.4',
    },
    missing: () => [],
    failed: (error) => defects.push(error),
    ...over,
  });
  open.push(server);
  return { url: server.url, stage, port: Number(new URL(server.url).port) };
}

/** One request with a Host and other headers of one's own choice. */
async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const call = request(url, { headers, method }).end(method === 'POST' ? '{"a":1}' : undefined);
  const [response] = await once(call, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

/** The first news of an open page, then each next one. */
async function* listen(
  url: string,
  signal: AbortSignal,
): AsyncGenerator<{ parts: Record<string, string>; title: string }> {
  const response = await fetch(url, { signal });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

describe('the addresses', () => {
  test('/healthz answers while the event loop turns', async () => {
    const { url } = await serve({ missing: () => ['broker: not connected'] });
    expect(await ask(`${url}healthz`)).toMatchObject({ status: 200, body: 'alive\n' });
  });

  test('/readyz says what is missing, and 503 until nothing is', async () => {
    let missing = ['broker: not connected since 2026-11-24', 'storage: disk full'];
    const { url } = await serve({ missing: () => missing });
    const before = await ask(`${url}readyz`);
    expect(before.status).toBe(503);
    expect(JSON.parse(before.body)).toEqual({ ready: false, missing });
    missing = [];
    const after = await ask(`${url}readyz`);
    expect(after.status).toBe(200);
    expect(JSON.parse(after.body)).toEqual({ ready: true, missing: [] });
  });

  test('/metrics is what the metrics are, with their own content type', async () => {
    const { url } = await serve();
    const { headers, body } = await ask(`${url}metrics`);
    expect([headers['content-type'], body]).toEqual(['text/plain; version=0.0.4', 'pilegate_quarantine 1\n']);
  });

  test('/ is the page in the language of the browser, or the one that was asked for', async () => {
    const { url } = await serve();
    const chinese = await ask(url, { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' });
    expect(chinese.body).toContain('<html lang="zh"');
    expect(chinese.headers['content-language']).toBe('zh');
    expect((await ask(`${url}?lang=en`, { 'accept-language': 'zh' })).body).toContain('<html lang="en"');
  });

  test.each(['//', '/%00', '/../../etc/passwd', '/index.html', '/events/x', '/?lang=%zz', '/metrics/'])(
    '%s does no harm',
    async (path) => {
      const { port } = await serve();
      const socket = connect(port, '127.0.0.1').setEncoding('utf8');
      socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let answer = '';
      for await (const chunk of socket) answer += chunk;
      expect(answer).toMatch(/^HTTP\/1\.1 (?:404|200) /);
    },
  );

  test('a defect in making the page is told to us, not to the reader', async () => {
    const { url } = await serve({
      metrics: { page: () => Promise.reject(new Error('secret place')), contentType: '' },
    });
    const { status, body } = await ask(`${url}metrics`);
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    expect(defects.splice(0)).toHaveLength(1);
  });
});

describe('reading only', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    '%s is refused everywhere',
    async (method) => {
      const { url } = await serve();
      for (const path of ['', 'events', 'metrics', 'nowhere']) {
        const { status, headers } = await ask(url + path, { 'content-type': 'application/weird' }, method);
        expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
      }
    },
  );

  test.each(['', 'healthz', 'readyz', 'metrics', 'events'])(
    'HEAD of /%s has the headers and no body',
    async (path) => {
      const { url } = await serve();
      expect(await ask(url + path, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    },
  );
});

describe('the headers', () => {
  test('of every answer keep other sites out, and forbid what is not ours', async () => {
    const { url } = await serve();
    for (const path of ['', 'healthz', 'nowhere'])
      expect((await ask(url + path)).headers).toMatchObject({
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
      });
    expect((await ask(url)).headers).not.toHaveProperty('access-control-allow-origin');
    expect(POLICY).not.toContain('unsafe');
  });

  test('a name that was made to point here is refused with an explanation, also for a method that is not ours', async () => {
    const { url, port } = await serve();
    for (const method of ['GET', 'POST']) {
      const { status, body } = await ask(`${url}metrics`, { host: `evil.example:${port}` }, method);
      expect(status).toBe(421);
      expect(body).toContain(`http://127.0.0.1:${port}/`);
      expect(body).toContain('http.listen');
    }
    expect((await ask(url, { host: `localhost:${port}` })).status).toBe(200);
  });
});

describe('live pages', () => {
  test('are told everything at first, then what changed', async () => {
    const { url, stage } = await serve();
    const leave = new AbortController();
    const news = listen(`${url}events?lang=zh`, leave.signal);
    const first = await news.next();
    expect(first.value?.parts['verdict']).toContain('需要留意');
    expect(Object.keys(first.value?.parts ?? {})).toHaveLength(6);
    stage.show(makeView({ state: { gate: { state: 'down', since: 0, reason: prose('x') } } }));
    const second = await news.next();
    expect(second.value?.parts['verdict']).toContain('无法连接道闸平台');
    expect(second.value?.parts).not.toHaveProperty('recent');
    leave.abort();
  });

  test('are not more than sixteen at once; one that goes makes room', async () => {
    const { url } = await serve();
    const pages = Array.from({ length: 16 }, () => new AbortController());
    await Promise.all(pages.map(({ signal }) => listen(`${url}events`, signal).next()));
    expect((await ask(`${url}events`)).status).toBe(503);
    pages[0]?.abort();
    await until(async () => {
      const leave = new AbortController();
      const { status } = await fetch(`${url}events`, { signal: leave.signal });
      leave.abort();
      return status === 200;
    }, 'room for another page');
    for (const page of pages) page.abort();
  });

  test('end when the page closes', async () => {
    const { url } = await serve();
    const news = listen(`${url}events`, new AbortController().signal);
    await news.next();
    await open.splice(0)[0]?.close();
    await expect(news.next()).rejects.toThrow();
  });
});

describe('where it listens', () => {
  test('a port that is taken is a failure that names http.listen and the remedy', async () => {
    const { port } = await serve();
    const error = await serve({ listen: { host: '127.0.0.1', port } }).catch((reason: unknown) => reason);
    expect(String(error)).toBe(
      `Failure: the status page cannot open at http.listen 127.0.0.1:${port}: another program (or another pilegate) has this port: end that one, or choose another port`,
    );
  });

  test.each([
    ['203.0.113.7', 'this machine has no such address'],
    ['no-such-name.invalid', 'this name has no address here'],
  ])('%s is refused in words', async (host, why) => {
    await expect(serve({ listen: { host, port: 0 } })).rejects.toThrow(why);
  });

  test('an IPv6 address works, and is written as one', async () => {
    const { url } = await serve({ listen: { host: '::1', port: 0 } });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/$/);
    expect((await ask(`${url}healthz`)).status).toBe(200);
  });
});
