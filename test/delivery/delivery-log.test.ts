import { describe, expect, it } from 'vitest';
import { tellAttempt, tellCharged, tellGate } from '../../src/delivery/delivery-log.ts';
import type { GateState, Pending, Settlement } from '../../src/domain/delivery.ts';
import type { LogFields } from '../../src/domain/log.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { type Reason, reason } from '../../src/domain/reason.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { record } from '../gate/record.ts';
import { logInto, type Said } from '../support/log.ts';
import { prose } from '../support/prose.ts';
import { delivered, notFound, refused, unanswered, unreachable, untrusted } from './outcomes.ts';

const { deviceId, plateNo } = record();
const RECORD: Pending = {
  id: 1,
  orderNo: 'O1',
  record: record({ orderNo: 'O1' }),
  ruled: [],
  receivedAt: 0,
  attempts: 2,
  refusals: 0,
  strikes: 0,
};
const WHO = { orderNo: 'O1', deviceId, plateNo, attempt: 3, ms: 12 };
const LATER: Settlement = { state: 'pending', nextAt: 1, refusals: 1, strikes: 0 };
const PARKED: Settlement = { state: 'parked', why: prose('why') };

describe('the story of an attempt', () => {
  it.each<[string, Outcome, Partial<Told>, readonly LogFields[]]>([
    [
      'a delivery, with how long it took since the event',
      delivered,
      { settlement: { state: 'delivered', sent: undefined } },
      [{ level: 'info', event: 'record.delivered', ...WHO, sinceEventMs: 345, msg: 'delivered' }],
    ],
    [
      'a delivery that the gate words oddly, as a warning besides',
      { kind: 'delivered', reason: prose('the gate has the record'), warning: prose('result 0, and 失败') },
      { settlement: { state: 'delivered', sent: undefined } },
      [
        { level: 'info', event: 'record.delivered', ...WHO, sinceEventMs: 345, msg: 'delivered' },
        {
          level: 'warn',
          orderNo: 'O1',
          deviceId,
          plateNo,
          warning: 'result 0, and 失败',
          msg: 'delivered, though the gate words it oddly',
        },
      ],
    ],
    [
      'a refusal',
      { ...refused('满了'), status: 200 },
      {},
      [line('warn', 'record.refused', 'refused: 满了', 'the gate refused the record', 200)],
    ],
    [
      'a refusal while the gate is held, as detail',
      refused('满了'),
      { gate: 'held' },
      [line('debug', 'record.refused', 'refused: 满了', 'the gate refused the record')],
    ],
    [
      'the last refusal, as somebody’s job',
      refused('满了'),
      { settlement: PARKED },
      [
        line(
          'error',
          'record.parked',
          'refused: 满了',
          'parked: a person must look at it (pilegate records show ORDER)',
        ),
      ],
    ],
    [
      'the last refusal of a record that a hand has parked meanwhile, as any other',
      refused('满了'),
      { settlement: PARKED, stood: false },
      [line('warn', 'record.refused', 'refused: 满了', 'the gate refused the record')],
    ],
    [
      'an answer that was lost',
      unanswered,
      {},
      [
        line(
          'warn',
          'record.unanswered',
          'the gate answered 500',
          'no readable answer; it may have arrived',
          500,
        ),
      ],
    ],
    [
      'an answer that was lost during an outage, as detail',
      unanswered,
      { gate: 'down' },
      [
        line(
          'debug',
          'record.unanswered',
          'the gate answered 500',
          'no readable answer; it may have arrived',
          500,
        ),
      ],
    ],
    [
      'a wrong address that was posted to',
      notFound,
      {},
      [
        line(
          'warn',
          'record.unanswered',
          'the gate answered 404',
          'no readable answer; it may have arrived',
          404,
        ),
      ],
    ],
    [
      'a gate that could not be reached',
      unreachable,
      {},
      [line('debug', undefined, 'nothing listens there', 'the record could not be sent')],
    ],
    [
      'a certificate that is not trusted',
      untrusted,
      {},
      [line('debug', undefined, 'not trusted', 'the record could not be sent')],
    ],
  ])('tells %s', (_, outcome, changes, lines) => {
    const { log, said } = listen();
    const told = { settlement: LATER, stood: true, gate: 'up' as GateState, ...changes };
    tellAttempt(log, { record: RECORD, outcome, ms: 12.4, sinceEventMs: 345, ...told });
    expect(said).toEqual(lines);
  });

  it('tells of a record that is parked for failures that were its own', () => {
    const { log, said } = listen();
    const charge = { id: 1, strikes: 3, refusals: 8, nextAt: undefined, parked: true };
    tellCharged(log, { record: RECORD, charge, why: prose('the gate answered 500') });
    expect(said).toEqual([
      {
        level: 'error',
        event: 'record.parked',
        orderNo: 'O1',
        deviceId,
        plateNo,
        reason: 'the gate answered 500',
        msg: 'parked: a person must look at it (pilegate records show ORDER)',
      },
    ]);
  });
});

describe('the story of the gate', () => {
  const tell = (state: GateState, reason: Reason | undefined) => {
    const { log, said } = listen();
    tellGate(log, 'held', { state, reason }, 1_234.5, 'mend the key');
    return said;
  };

  it('tells that it is back, and how long that took', () => {
    expect(tell('up', undefined)).toEqual([
      {
        level: 'info',
        event: 'gate.up',
        after: 'held',
        lastedMs: 1_235,
        msg: 'the gate takes records again',
      },
    ]);
  });

  it('tells that it is away, and why', () => {
    expect(tell('down', prose('nothing listens there'))).toEqual([
      {
        level: 'warn',
        event: 'gate.down',
        reason: 'nothing listens there',
        msg: 'the gate is away: probing until it is back',
      },
    ]);
  });

  it.each([
    [reason('gate.refused', { result: '1', description: 'x', about: 'key' }), 'mend the key'],
    [
      reason('gate.refused', { result: '1', description: 'parking lot not assigned' }),
      'mend gate.baseUrl, gate.parkId or gate.portName, or have the gate platform mended; pilegate doctor names the fault',
    ],
  ])('tells that it refuses all for a fault of the set-up (%j), and what to mend', (why, remedy) => {
    expect(tell('held', why)).toEqual([
      {
        level: 'error',
        event: 'gate.held',
        reason: inEnglish(why),
        remedy,
        msg: 'the gate refuses for a fault of the set-up: all records are held',
      },
    ]);
  });
});

interface Told {
  readonly settlement: Settlement;
  readonly stood: boolean;
  readonly gate: GateState;
}

function line(
  level: string,
  event: LogFields['event'],
  reason: string,
  msg: string,
  status?: number,
): LogFields {
  return { level, ...(event === undefined ? {} : { event }), ...WHO, reason, status, msg };
}

/** A log, and what is said in it. */
function listen() {
  const said: Said[] = [];
  return { log: logInto(said), said };
}
