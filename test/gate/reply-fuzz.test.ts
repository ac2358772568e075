import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTCOME_KINDS } from '../../src/domain/outcome.ts';
import { createGateClient } from '../../src/gate/client.ts';
import { record, settings, ZONE } from './record.ts';
import { REPLIES } from './replies.ts';
import { KEY, rawServer } from './servers.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const OK = '{"result":0,"description":"ok"}';

/** Whole replies to begin with: right ones and odd ones. */
const WHOLE: readonly Buffer[] = [
  `${HEAD}Content-Length: ${OK.length}\r\n\r\n${OK}`,
  `${HEAD}Transfer-Encoding: chunked\r\n\r\n1f\r\n${OK}\r\n0\r\n\r\n`,
  `${HEAD}Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n01234567890123456789`,
  `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: ${OK.length}\r\n\r\n${OK}`,
  `HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}`,
  `HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/${KEY}\r\nContent-Length: 0\r\n\r\n`,
  `${HEAD}\r\n{"result":1,"description":${'['.repeat(30_000)}`,
  `${HEAD}Content-Length: 99\r\n\r\n{"result":1,"description":"key ${KEY} is wrong"}{"result":0}`,
  ...REPLIES.map(({ status, body, hex }) => {
    const bytes = hex === undefined ? Buffer.from(body ?? '') : Buffer.from(hex, 'hex');
    const head = `HTTP/1.1 ${status} X\r\nContent-Length: ${bytes.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), bytes]);
  }),
].map((one) => Buffer.from(one));

/** Bytes that parsers trip over. */
const ODD = [
  '\r\n',
  '\n',
  '\r',
  '\u0000',
  ' ',
  ':',
  '{',
  '}',
  '"',
  '\\',
  '\\u',
  '%',
  '&#',
  '[',
  '-1',
  '1e999',
  'chunked',
  'HTTP/1.1 200',
  '"result":0',
  KEY,
  '\u00ff',
];

const mutated = fc
  .record({
    whole: fc.constantFrom(...WHOLE),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat({ max: 8 }),
        put: fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'binary', maxLength: 4 })),
      }),
      { maxLength: 6 },
    ),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
    cuts: fc.boolean(),
  })
  .map(({ whole, edits, keep, cuts }) => {
    let bytes = whole;
    for (const { at, cut, put } of edits) {
      const place = Math.floor(at * bytes.length);
      bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(put), bytes.subarray(place + cut)]);
    }
    return cuts ? bytes.subarray(0, Math.ceil(keep * bytes.length)) : bytes;
  });

test('of hundreds of mutated replies each attempt ends in an outcome, in time, and none keeps the key', async () => {
  let reply: Buffer = Buffer.alloc(0);
  let ends = true;
  const { baseUrl } = await rawServer((socket) => (ends ? socket.end(reply) : socket.write(reply)));
  const timeout = 300;
  const gate = createGateClient(
    settings({ baseUrl, timeout }),
    { key: KEY },
    { version: 'test', zone: ZONE },
  );
  await fc.assert(
    fc.asyncProperty(mutated, fc.integer({ min: 0, max: 19 }), async (bytes, stays) => {
      reply = bytes;
      // A reply that stays open may take all the time there is.
      ends = stays > 0;
      const outcome = await gate.send(record());
      expect(OUTCOME_KINDS).toContain(outcome.kind);
      expect(outcome.reason.code).not.toMatch(/defect|hangs/);
      expect(JSON.stringify(outcome)).not.toContain(KEY);
    }),
    { numRuns: 300 },
  );
  // And it goes on: the next right reply is read as such.
  [reply = reply] = WHOLE;
  ends = true;
  expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
  await gate.destroy();
}, 90_000);
