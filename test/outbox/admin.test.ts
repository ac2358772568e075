import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { reason } from '../../src/domain/reason.ts';
import { OperatorActions } from '../../src/outbox/admin.ts';
import { OutboxReader } from '../../src/outbox/reader/reader.ts';
import { ARRIVED, DELIVERED, event, plateless, refused, type Stocked, stock } from '../cli/filled-outbox.ts';
import { TEST_OPERATOR } from '../support/operator.ts';
import { tempDir } from '../support/tmp.ts';

const PILE = 'piles/D001/session/end';
const HOUR = 3_600_000;

/** One record of each kind, by name. */
async function oneOfEach(): Promise<Stocked> {
  const stocked = stock();
  for (const name of ['fresh', 'deferred', 'parked', 'delivered']) await stocked.take(PILE, event(name));
  await stocked.take('plateless/D001/end', plateless('waiting'));
  await stocked.end('deferred', [refused('处理充电和优惠失败')], 'pending', Date.now() + HOUR);
  await stocked.end('parked', [refused('处理充电和优惠失败'), refused('非法参数')], 'parked');
  await stocked.end('delivered', [DELIVERED], 'delivered');
  return stocked;
}

async function withHands<T>({ path }: Stocked, work: (hands: OperatorActions) => Promise<T>): Promise<T> {
  const hands = new OperatorActions(path, systemClock, TEST_OPERATOR);
  try {
    return await work(hands);
  } finally {
    hands.close();
  }
}

function recordOf({ path }: Stocked, orderNo: string) {
  const reader = new OutboxReader(path);
  const { record } = reader.order(orderNo);
  reader.close();
  if (record === undefined) throw new Error(`no record ${orderNo}`);
  return record;
}

describe('retry', () => {
  it('makes due what is pending or parked, and tells of what it leaves alone', async () => {
    const stocked = await oneOfEach();
    const orders = ['deferred', 'nobody', 'parked', 'fresh', 'delivered', 'waiting'];
    expect(await withHands(stocked, (hands) => hands.retry(orders))).toEqual([
      'due',
      'unknown',
      'due',
      'due',
      'delivered',
      'waiting',
    ]);
    for (const order of ['deferred', 'parked', 'fresh'])
      expect(recordOf(stocked, order)).toMatchObject({
        state: 'pending',
        nextAt: undefined,
        settledAt: undefined,
        refusals: 0,
      });
    expect(recordOf(stocked, 'parked')).toMatchObject({
      attempts: 2,
      lastError: expect.objectContaining({ params: expect.objectContaining({ description: '非法参数' }) }),
    });
    expect(
      stocked.outbox
        .ready('newest-first', 10)
        .map(({ orderNo }) => orderNo)
        .toSorted(),
    ).toEqual(['deferred', 'fresh', 'parked']);
    expect(recordOf(stocked, 'delivered').state).toBe('delivered');
    expect(recordOf(stocked, 'waiting').state).toBe('waiting');
  });

  it('lets the limit of refusals begin anew', async () => {
    const stocked = await oneOfEach();
    await withHands(stocked, (hands) => hands.retry(['parked']));
    expect(
      stocked.outbox.ready('newest-first', 10).find(({ orderNo }) => orderNo === 'parked'),
    ).toMatchObject({
      attempts: 2,
      refusals: 0,
      strikes: 0,
    });
  });

  it('takes all that are parked in steps, and who writes beside it has its turn between them', async () => {
    const stocked = stock();
    const orders = Array.from({ length: 1_200 }, (_, n) => `P${n}`);
    await Promise.all(orders.map((order) => stocked.take(PILE, event(order))));
    await Promise.all(orders.map((order) => stocked.end(order, [refused('非法参数')], 'parked')));
    const seen: string[] = [];
    const steps: number[] = [];
    const result = await withHands(stocked, (hands) =>
      hands.retryParked((done, total) => {
        expect(total).toBe(1_200);
        steps.push(done);
        if (done === 500) void stocked.take(PILE, event('beside')).then(() => seen.push('beside'));
        if (done === 1_200) seen.push('last step');
      }),
    );
    expect(result).toEqual({ due: 1_200, waiting: 0 });
    expect(steps).toEqual([500, 1_000, 1_200]);
    expect(seen).toEqual(['beside', 'last step']);
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ pending: 1_201, parked: 0 });
  });
});

describe('park', () => {
  it('sets aside what is pending or waits, with the reason, and tells of the rest', async () => {
    const stocked = await oneOfEach();
    const orders = ['fresh', 'deferred', 'waiting', 'parked', 'delivered', 'nobody'];
    expect(await withHands(stocked, (hands) => hands.park(orders, 'a test'))).toEqual([
      'parked',
      'parked',
      'parked',
      'parked-already',
      'delivered',
      'unknown',
    ]);
    for (const order of ['fresh', 'deferred', 'waiting'])
      expect(recordOf(stocked, order)).toMatchObject({
        state: 'parked',
        lastError: reason('operator.parked', { why: 'a test' }),
      });
    expect(recordOf(stocked, 'parked').lastError).toEqual(
      expect.objectContaining({ params: expect.objectContaining({ description: '非法参数' }) }),
    );
    expect(stocked.outbox.ready('newest-first', 10)).toEqual([]);
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ pending: 0, waiting: 0, parked: 4, delivered: 1 });
  });

  it('needs no reason', async () => {
    const stocked = await oneOfEach();
    await withHands(stocked, (hands) => hands.park(['fresh'], undefined));
    expect(recordOf(stocked, 'fresh').lastError).toEqual(reason('operator.parked', {}));
  });

  it("outlasts an attempt that was under way, but not the gate's success", async () => {
    const stocked = await oneOfEach();
    await withHands(stocked, (hands) => hands.park(['fresh', 'deferred'], undefined));
    await stocked.end('fresh', [refused('处理充电和优惠失败')], 'pending', Date.now());
    await stocked.end('deferred', [DELIVERED], 'delivered');
    expect(recordOf(stocked, 'fresh')).toMatchObject({
      state: 'parked',
      lastError: reason('operator.parked', {}),
    });
    expect(recordOf(stocked, 'deferred').state).toBe('delivered');
  });

  it('is undone by retry, and what the gate said last stands again', async () => {
    const stocked = await oneOfEach();
    const results = await withHands(stocked, async (hands) => {
      await hands.park(['fresh', 'deferred'], 'a test');
      return await hands.retry(['fresh', 'deferred']);
    });
    expect(results).toEqual(['due', 'due']);
    expect(recordOf(stocked, 'fresh').lastError).toBeUndefined();
    expect(recordOf(stocked, 'deferred').lastError).toEqual(
      expect.objectContaining({ params: expect.objectContaining({ description: '处理充电和优惠失败' }) }),
    );
  });

  it('keeps a waiting record from being completed, until retry lets it wait again to its old end', async () => {
    const stocked = await oneOfEach();
    const id = recordOf(stocked, 'waiting').id;
    const until = ARRIVED + 600_000;
    const plate = {
      context: 'plate',
      key: 'A-01',
      values: { plateNo: '浙BD00009' },
      keepMs: HOUR,
    };
    await withHands(stocked, (hands) => hands.park(['waiting'], undefined));
    const { records } = await stocked.outbox.learn(plate, 0);
    expect(records.map((waiting) => stocked.outbox.waiting(waiting))).toEqual([undefined]);
    expect(stocked.outbox.overdue(10)).toEqual([]);

    expect(await withHands(stocked, (hands) => hands.retry(['waiting']))).toEqual(['waits-again']);
    expect(recordOf(stocked, 'waiting')).toMatchObject({
      state: 'waiting',
      nextAt: until,
      lastError: undefined,
    });
    expect(stocked.outbox.waiting(id)).toMatchObject({ waitUntil: until });
    expect(stocked.outbox.overdue(10).map((waiting) => waiting.id)).toEqual([id]);
  });

  it('of all that are parked, those that waited wait again', async () => {
    const stocked = await oneOfEach();
    await withHands(stocked, (hands) => hands.park(['waiting'], undefined));
    expect(await withHands(stocked, (hands) => hands.retryParked(() => {}))).toEqual({ due: 1, waiting: 1 });
  });
});

describe('discard', () => {
  it('closes open events with the reason, once', async () => {
    const stocked = stock();
    await stocked.take(PILE, 'junk');
    await stocked.take(PILE, 'more junk');
    expect(await withHands(stocked, (hands) => hands.discard([1, 7], 'a test'))).toEqual([true, false]);
    expect(await withHands(stocked, (hands) => hands.discard([1], 'again'))).toEqual([false]);
    const reader = new OutboxReader(stocked.path);
    expect(reader.event(1)).toMatchObject({ state: 'discarded', why: 'a test' });
    expect(reader.health().counts.quarantine).toBe(1);
    reader.close();
  });
});

it('neither makes an outbox nor takes one from a daemon', async () => {
  const path = join(tempDir(), 'outbox.db');
  expect(() => new OperatorActions(path, systemClock, TEST_OPERATOR)).toThrow(
    expect.objectContaining({ name: 'Failure', exitCode: 1 }),
  );
  expect(existsSync(path)).toBe(false);

  const stocked = await oneOfEach();
  await withHands(stocked, (hands) => hands.retry(['parked']));
  await stocked.take(PILE, event('after'));
  expect(recordOf(stocked, 'after').state).toBe('pending');
});
