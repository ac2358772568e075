import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { reason } from '../../src/domain/reason.ts';
import { createGateClient } from '../../src/gate/client.ts';
import { ReplyWatch } from '../../src/gate/reply-watch.ts';
import { logInto, type Said } from '../support/log.ts';
import { record, settings, ZONE } from './record.ts';
import { KEY, rawServer } from './servers.ts';

const delivered: Outcome = { kind: 'delivered', reason: reason('gate.delivered', {}) };
const noResult = (status: number, more: object = {}): Outcome => ({
  kind: 'unanswered',
  reason: reason('gate.no-result', { status, shape: 'unreadable', ...more }),
});

function watched() {
  const lines: Said[] = [];
  const inForce = new Map<string, unknown>();
  let now = 0;
  const watch = new ReplyWatch({
    timeoutMs: 10_000,
    warnings: {
      raise: (code, params) => void inForce.set(code, params),
      clear: (code) => void inForce.delete(code),
    },
    log: logInto(lines),
    monotonic: () => now,
  });
  return {
    lines,
    inForce,
    see: (outcome: Outcome, ms = 10) => watch.see(outcome, ms),
    later: (ms: number) => {
      now += ms;
    },
  };
}

describe('a gate that answers', () => {
  test('so that nothing can be read, three times: an error, and again each hour, until something can', () => {
    const { lines, see, later } = watched();
    see(noResult(200));
    see(noResult(200));
    expect(lines).toEqual([]);
    for (let times = 0; times < 5; times += 1) see(noResult(200));
    expect(lines).toMatchObject([
      { level: 'error', event: 'gate.down', reason: expect.stringMatching(/answered 200/) },
    ]);
    later(3_600_000);
    see(noResult(200));
    expect(lines).toHaveLength(2);
    see(delivered);
    for (let times = 0; times < 2; times += 1) see(noResult(200));
    expect(lines).toHaveLength(2);
    see(noResult(200));
    expect(lines).toHaveLength(3);
  });

  test.each([500, 502, 503, 429])('with %s is away, not unreadable', (status) => {
    const { lines, see } = watched();
    for (let times = 0; times < 9; times += 1) see(noResult(status));
    expect(lines).toEqual([]);
  });

  test("in another platform's form is named with what stands in it, until a reply can be read", () => {
    const { inForce, see } = watched();
    see(noResult(200, { shape: 'other-form', names: 'success, msg' }));
    expect([...inForce]).toEqual([['gate-other-form', { detail: 'success, msg' }]]);
    see(delivered);
    expect(inForce.size).toBe(0);
  });

  test('close to the time-out, three times, is slow; one quick answer ends that', () => {
    const { inForce, see } = watched();
    see(delivered, 8_000);
    see(delivered, 8_000);
    expect(inForce.size).toBe(0);
    see(delivered, 8_060);
    expect([...inForce]).toEqual([['gate-slow', { seconds: 8.1, timeout: 10 }]]);
    see(delivered, 6_000);
    expect(inForce.size).toBe(0);
  });

  test.each([
    ['bytes of no HTTP', '\u0000\u0001\u0002\r\n\r\n'],
    ['a head and no body', 'HTTP/1.1 200 OK\r\nX : y\r\n\r\n'],
    ['a web page', 'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>'],
    ['another form', 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"code":"0"}'],
  ])('with %s over a real socket', async (_, bytes) => {
    const { lines, see } = watched();
    const { baseUrl } = await rawServer((socket) => socket.end(Buffer.from(bytes, 'latin1')));
    const gate = createGateClient(
      settings({ baseUrl, timeout: 2_000 }),
      { key: KEY },
      { version: 'test', zone: ZONE },
    );
    for (let times = 0; times < 3; times += 1) see(await gate.send(record()));
    expect(lines).toMatchObject([{ level: 'error', event: 'gate.down' }]);
    await gate.destroy();
  });
});
