import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/domain/outcome.ts';
import { storedReason } from '../../../src/domain/reason.ts';
import { OperatorActions } from '../../../src/outbox/admin.ts';
import { TEST_OPERATOR } from '../../support/operator.ts';
import { prose } from '../../support/prose.ts';
import {
  attempt,
  DELIVERED,
  deliver,
  fill,
  MINUTE,
  makeDraft,
  makeEvent,
  makeRecord,
  openRig,
  orderNo,
  type Rig,
  refused,
  SECOND,
  START,
} from '../fixture.ts';

const LATER = { state: 'pending', nextAt: START + MINUTE, refusals: 1, strikes: 0 } as const;
const READY = { state: 'pending', nextAt: undefined, refusals: 0, strikes: 0 } as const;

describe('the records to post next', () => {
  it('come newest first or oldest first by their ends, and by arrival where these are alike', async () => {
    const rig = openRig();
    for (const [n, endAt] of [
      [1, 50],
      [2, 99],
      [3, 50],
      [4, 10],
    ] as const) {
      await rig.outbox.accept(
        makeEvent(rig.clock, `${n}`),
        makeDraft({ values: { orderNo: orderNo(n) }, endAt: START - MINUTE + endAt }),
      );
      rig.clock.pass(1);
    }
    const orders = (order: 'newest-first' | 'oldest-first') =>
      rig.outbox.ready(order, 9).map((row) => row.orderNo);
    expect(orders('newest-first')).toEqual([2, 3, 1, 4].map(orderNo));
    expect(orders('oldest-first')).toEqual([4, 1, 3, 2].map(orderNo));
    expect(rig.outbox.ready('newest-first', 2)).toHaveLength(2);
  });

  it('are found by id while they are pending and not deferred', async () => {
    const rig = openRig();
    const [one = 0, two = 0] = await fill(rig, 2);
    expect(rig.outbox.pending(one)?.orderNo).toBe(orderNo(1));
    await rig.outbox.settle(one, attempt(rig.clock, refused()), LATER);
    await deliver(rig, [two]);
    expect([rig.outbox.pending(one), rig.outbox.pending(two), rig.outbox.pending(99)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('deferred records', () => {
  it('fall due by their time, the earliest first, and as many as are asked for', async () => {
    const rig = openRig();
    const ids = await fill(rig, 3);
    expect(rig.outbox.nextDeferred()).toBeUndefined();
    await Promise.all(
      ids.map((id, index) =>
        rig.outbox.settle(id, attempt(rig.clock, refused()), {
          ...LATER,
          nextAt: START + (3 - index) * MINUTE,
        }),
      ),
    );
    expect(rig.outbox.nextDeferred()).toBe(START + MINUTE);
    expect(rig.outbox.ready('newest-first', 9)).toEqual([]);
    expect(await rig.outbox.promote(9)).toBe(0);
    rig.clock.pass(3 * MINUTE);
    expect(await rig.outbox.promote(1)).toBe(1);
    expect(rig.outbox.ready('newest-first', 9).map((row) => row.orderNo)).toEqual([orderNo(3)]);
    expect(await rig.outbox.promote(9)).toBe(2);
    expect(rig.outbox.nextDeferred()).toBeUndefined();
  });

  it('stay deferred over a restart', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    await rig.outbox.settle(id, attempt(rig.clock, refused()), LATER);
    rig.outbox.close();
    expect(rig.again().outbox.nextDeferred()).toBe(LATER.nextAt);
  });
});

describe('the end of an attempt', () => {
  it.each<[string, Outcome, number]>([
    ['delivered', DELIVERED, 1],
    ['refused', refused(), 1],
    ['unanswered', { kind: 'unanswered', reason: prose('no answer') }, 1],
    ['unreachable', { kind: 'unreachable', reason: prose('no route') }, 0],
    ['misconfigured, sent', { kind: 'misconfigured', reason: prose('404'), sent: true }, 1],
    ['misconfigured, not sent', { kind: 'misconfigured', reason: prose('certificate'), sent: false }, 0],
  ])('counts every post: %s', async (_, outcome, posts) => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    const settlement =
      outcome.kind === 'delivered' ? ({ state: 'delivered', sent: undefined } as const) : READY;
    expect(await rig.outbox.settle(id, attempt(rig.clock, outcome), settlement)).toBe(true);
    expect(rig.column('SELECT attempts FROM records')).toEqual([posts]);
    expect(rig.column('SELECT last_outcome FROM records')).toEqual([outcome.kind]);
    expect(rig.column('SELECT last_error FROM records')).toEqual([
      outcome.kind === 'delivered' ? null : storedReason(outcome.reason),
    ]);
  });

  it('brings a delivered record to rest, with what was really sent', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    const sent = makeRecord({ orderNo: orderNo(1), parkId: '3302129999' });
    await rig.outbox.settle(
      id,
      attempt(rig.clock, { ...DELIVERED, kind: 'delivered', warning: prose('it says 失败') }),
      { state: 'delivered', sent },
    );
    expect(rig.column("SELECT json_extract(record, '$.parkId') FROM records")).toEqual(['3302129999']);
    expect(rig.column('SELECT settled_at FROM records')).toEqual([START + 12]);
    expect(rig.column('SELECT last_error FROM records')).toEqual([storedReason(prose('it says 失败'))]);
    expect(rig.outbox.upkeep.lastDelivery()).toBe(START + 12);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 0, delivered: 1 });
  });

  it('parks with the reason', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    await rig.outbox.settle(id, attempt(rig.clock, refused()), {
      state: 'parked',
      why: prose('refused 8 times'),
    });
    expect(rig.column('SELECT last_error FROM records')).toEqual([storedReason(prose('refused 8 times'))]);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 0, parked: 1 });
  });

  it("lets the gate's success win over a hand that parked meanwhile; nothing else does", async () => {
    const rig = openRig();
    const [one = 0, two = 0] = await fill(rig, 2);
    for (const id of [one, two])
      await rig.outbox.charge({ id, strikes: 0, refusals: 0, nextAt: undefined, parked: true });
    expect(await rig.outbox.settle(one, attempt(rig.clock, refused()), LATER)).toBe(false);
    expect(
      await rig.outbox.settle(one, attempt(rig.clock, refused()), { state: 'parked', why: prose('again') }),
    ).toBe(false);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ parked: 2 });
    expect(await deliver(rig, [one])).toEqual([true]);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ parked: 1, delivered: 1 });
  });

  it.each([
    ['put it off', LATER],
    ['park it', { state: 'parked', why: prose('refused 8 times') }],
  ] as const)('does not %s by a count that a hand has begun anew meanwhile', async (_, settlement) => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    await rig.outbox.charge({ id, strikes: 3, refusals: 7, nextAt: undefined, parked: false });
    const { refusals, strikes } = rig.outbox.pending(id) ?? { refusals: -1, strikes: -1 };
    const hands = new OperatorActions(rig.path, rig.clock, TEST_OPERATOR);
    expect(await hands.retry([orderNo(1)])).toEqual(['due']);
    hands.close();
    const settle = () =>
      rig.outbox.settle(id, attempt(rig.clock, refused()), settlement, { refusals, strikes });
    expect(await settle()).toBe(false);
    expect(rig.outbox.pending(id)).toMatchObject({ attempts: 1, refusals: 0, strikes: 0 });
    expect(rig.column('SELECT last_outcome FROM records')).toEqual(['refused']);
  });

  it('charges nothing by a count that a hand has begun anew meanwhile', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    const charge = { id, strikes: 4, refusals: 8, nextAt: undefined, parked: true };
    expect(await rig.outbox.charge(charge, { strikes: 3, refusals: 7 })).toBe(false);
    expect(rig.outbox.pending(id)).toMatchObject({ refusals: 0, strikes: 0 });
    expect(await rig.outbox.charge(charge, { strikes: 0, refusals: 0 })).toBe(true);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 0, parked: 1 });
  });

  it('parks what is refused for good, whatever a hand has begun', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    const outcome = { ...refused(), means: 'final' } as const;
    const parked = { state: 'parked', why: outcome.reason } as const;
    expect(
      await rig.outbox.settle(id, attempt(rig.clock, outcome), parked, { refusals: 7, strikes: 3 }),
    ).toBe(true);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 0, parked: 1 });
  });

  it('changes nothing of a record that is delivered, or no longer there', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    await deliver(rig, [id]);
    expect(await deliver(rig, [id, 99])).toEqual([false, false]);
    expect(await rig.outbox.settle(id, attempt(rig.clock, refused()), LATER)).toBe(false);
    await rig.outbox.charge({ id, strikes: 1, refusals: 1, nextAt: START, parked: false });
    expect(rig.column('SELECT attempts FROM records')).toEqual([1]);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 0, delivered: 1 });
  });

  it('keeps the first four attempts and the last twenty', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    for (let n = 1; n <= 40; n += 1) {
      await rig.outbox.settle(
        id,
        attempt(rig.clock, { kind: 'unanswered', reason: prose(`attempt ${n}`) }),
        READY,
      );
    }
    const reasons = rig.column(
      "SELECT json_extract(value, '$.outcome.reason.params.text') FROM records, json_each(history)",
    );
    expect(reasons).toEqual(
      [1, 2, 3, 4, ...Array.from({ length: 20 }, (_, index) => 21 + index)].map((n) => `attempt ${n}`),
    );
    expect(rig.column('SELECT attempts FROM records')).toEqual([40]);
  });

  it('charges a record for failures of its own without an attempt', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    await rig.outbox.charge({ id, strikes: 3, refusals: 1, nextAt: START + SECOND, parked: false });
    expect(rig.outbox.nextDeferred()).toBe(START + SECOND);
    await rig.outbox.charge({ id, strikes: 4, refusals: 2, nextAt: undefined, parked: false });
    expect(rig.outbox.ready('newest-first', 9)).toMatchObject([{ strikes: 4, refusals: 2, attempts: 0 }]);
  });
});

describe('the oldest pending record', () => {
  it('is told by arrival, deferred ones too, and changes when it is delivered', async () => {
    const rig: Rig = openRig();
    expect(rig.outbox.upkeep.oldestPending()).toBeUndefined();
    const [one = 0] = await fill(rig, 1, 10);
    rig.clock.pass(MINUTE);
    const [two = 0] = await fill(rig, 1, 5);
    await rig.outbox.settle(one, attempt(rig.clock, refused()), LATER);
    expect(rig.outbox.upkeep.oldestPending()).toBe(START);
    await deliver(rig, [one]);
    expect(rig.outbox.upkeep.oldestPending()).toBe(START + MINUTE);
    await deliver(rig, [two]);
    expect(rig.outbox.upkeep.oldestPending()).toBeUndefined();
  });
});
