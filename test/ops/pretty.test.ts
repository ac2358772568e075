import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pretty } from '../../src/ops/pretty.ts';

const line = (fields: object) =>
  JSON.stringify({ level: 'info', time: '2026-11-24T09:12:30.042+08:00', ...fields });

describe('a pretty line', () => {
  it.each([
    [
      line({
        event: 'record.delivered',
        orderNo: 'A1',
        deviceId: 'D001',
        plateNo: '浙BD12345',
        attempts: 1,
        msg: 'record delivered',
      }),
      '11-24 09:12:30.042  INFO   record delivered  A1  浙BD12345  D001  [record.delivered] attempts=1\n',
    ],
    [
      line({ level: 'warn', msg: 'gate down', reason: 'connection refused', since: { ms: 5 } }),
      '11-24 09:12:30.042  WARN   gate down  connection refused  since={"ms":5}\n',
    ],
    [
      line({
        level: 'error',
        msg: 'failed',
        reason: 'storage',
        err: { message: 'no space', stack: 'Error: no space\n  at x\n' },
      }),
      '11-24 09:12:30.042  ERROR  failed  storage: no space\n    at x\n    \n',
    ],
    [`<6>${line({ msg: 'from the journal' })}\n`, '11-24 09:12:30.042  INFO   from the journal\n'],
    [line({ time: 1700000000000, msg: 'epoch' }), '1700000000000  INFO   epoch\n'],
    ['Started pilegate.service.\n', 'Started pilegate.service.\n'],
    ['{"not":"a log line"}', '{"not":"a log line"}\n'],
    ['{broken', '{broken\n'],
  ])('of %s', (json, expected) => {
    expect(pretty(json, false)).toBe(expected);
  });

  it('has colours only when asked for', () => {
    expect(pretty(line({ level: 'error', msg: 'x' }), true)).toContain('\u001b[31m');
    expect(pretty(line({ level: 'error', msg: 'x' }), false)).not.toContain('\u001b');
  });

  it('never passes on what moves the cursor or turns text around, whatever a pile sent', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('\u001b[2J', '\r', '\n', '\u202e', '\u0007', 'a', '"', '浙'),
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const output = pretty(line({ msg: a, orderNo: b, [c]: a, reason: c }), false);
        expect(output).toMatch(/^[^\p{Cc}\u202e]*\n$/u);
      }),
    );
  });
});
