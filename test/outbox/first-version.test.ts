import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { reason } from '../../src/domain/reason.ts';
import { APPLICATION_ID } from '../../src/outbox/database.ts';
import { OutboxReader } from '../../src/outbox/reader/reader.ts';
import { MIGRATIONS } from '../../src/outbox/schema.ts';
import { record } from '../gate/record.ts';
import { prose } from '../support/prose.ts';
import { tempDir } from '../support/tmp.ts';
import { openRig } from './fixture.ts';

const REFUSED = 'the gate refused it with result 1: 处理充电和优惠失败';

/** A row as version 0.1 wrote it: the document's names, reasons in English prose. */
function storedRow(orderNo: string): string {
  const { serviceMoney, ...others } = record({ orderNo });
  return JSON.stringify({ ...others, seviceMoney: serviceMoney });
}

it('rows of the first version read alike, and keep their reasons as they were written', () => {
  const path = `${tempDir()}/outbox.db`;
  const old = new Database(path);
  for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
  old.pragma('user_version = 2');
  old.pragma(`application_id = ${APPLICATION_ID}`);
  const add = old.prepare(
    `INSERT INTO records (order_no, state, sort_at, received_at, settled_at, attempts, last_outcome, last_error, source, topic, content, ruled, record, payload, history)
     VALUES (?, ?, 1, 1, 1, 1, 'refused', ?, 's', 't', 'c', '', ?, x'7b7d', ?)`,
  );
  const history = JSON.stringify([
    { at: 1, ms: 2, outcome: { kind: 'refused', reason: REFUSED, result: '1', means: 'record' } },
  ]);
  add.run('refused', 'parked', REFUSED, storedRow('refused'), history);
  add.run('by-hand', 'parked', 'parked by hand: a test', storedRow('by-hand'), history);
  add.run('by-hand-silent', 'parked', 'parked by hand', storedRow('by-hand-silent'), '[]');
  add.run('fresh', 'pending', null, storedRow('fresh'), '[]');
  old.close();

  const rig = openRig({ path });
  expect(rig.outbox.ready('newest-first', 9).map((pending) => pending.record)).toEqual([
    record({ orderNo: 'fresh' }),
  ]);
  const reader = new OutboxReader(path);
  const story = (orderNo: string) => reader.order(orderNo).record;
  expect(story('refused')).toMatchObject({
    lastError: prose(REFUSED),
    history: [{ reason: prose(REFUSED) }],
  });
  expect(story('by-hand')?.lastError).toEqual(reason('operator.parked', { why: 'a test' }));
  expect(story('by-hand-silent')?.lastError).toEqual(reason('operator.parked', {}));
  expect(story('refused')?.record).toEqual(record({ orderNo: 'refused' }));
  reader.close();
});
