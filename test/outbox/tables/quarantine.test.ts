import { describe, expect, it } from 'vitest';
import { prose } from '../../support/prose.ts';
import {
  endWaits,
  fill,
  HOUR,
  MINUTE,
  makeDraft,
  makeEvent,
  openRig,
  orderNo,
  plateFact,
  plateNeed,
  type Rig,
} from '../fixture.ts';

const FAULT = { field: '', reason: prose('it is no JSON') };

/** Junk: an event that names no order. */
function junk({ outbox, clock }: Rig, text: string) {
  return outbox.quarantine(makeEvent(clock, text), 'session-end', FAULT, undefined);
}

/** A session that waited in vain for its plate. */
async function expired(rig: Rig, n: number): Promise<void> {
  const draft = makeDraft({ values: { orderNo: orderNo(n) }, needs: [plateNeed({ key: `no camera ${n}` })] });
  await rig.outbox.accept(makeEvent(rig.clock, `expired ${n}`), draft);
  rig.clock.pass(11 * MINUTE);
  await endWaits(rig, draft);
}

const states = (rig: Rig) =>
  rig.column(
    "SELECT kind || ' ' || state || ' ' || iif(payload IS NULL, 'without', 'with') FROM quarantine ORDER BY id",
  );

describe('a full quarantine', () => {
  it('drops the oldest junk first, and leaves its row without the payload', async () => {
    const rig = openRig({ limits: { maxRows: 2, maxBytes: 1_000 } });
    await junk(rig, 'one');
    await junk(rig, 'two');
    const third = await junk(rig, 'three');
    expect(third).toMatchObject({
      dropped: [{ id: 1, kind: 'unmappable', topic: 'piles/D001/session/end' }],
    });
    expect(states(rig)).toEqual([
      'unmappable dropped without',
      'unmappable open with',
      'unmappable open with',
    ]);
    expect(rig.column("SELECT why FROM quarantine WHERE state = 'dropped'")).toEqual(['quarantine was full']);
    expect(rig.outbox.upkeep.counts().quarantine).toBe(2);
    // It is known all the same.
    expect(await junk(rig, 'one')).toEqual({ kind: 'duplicate', state: 'quarantined' });
  });

  it('never drops a session for the sake of junk, whether or not the junk names an order', async () => {
    const rig = openRig({ limits: { maxRows: 2, maxBytes: 100_000 } });
    await expired(rig, 1);
    await fill(rig, 1, 2);
    await rig.outbox.accept(
      makeEvent(rig.clock, 'conflict'),
      makeDraft({ values: { orderNo: orderNo(2), power: '1.00' } }),
    );
    expect(await junk(rig, 'junk')).toMatchObject({ dropped: [{ kind: 'unmappable' }] });
    await rig.outbox.quarantine(makeEvent(rig.clock, 'named'), 's', FAULT, orderNo(3));
    expect(states(rig)).toEqual([
      'expired open with',
      'conflict open with',
      'unmappable dropped without',
      'unmappable dropped without',
    ]);
  });

  it('drops junk before what names an order, and the oldest session for a newer one', async () => {
    const rig = openRig({ limits: { maxRows: 2, maxBytes: 100_000 } });
    await rig.outbox.quarantine(makeEvent(rig.clock, 'named'), 's', FAULT, orderNo(3));
    await junk(rig, 'junk');
    await expired(rig, 1);
    expect(states(rig)).toEqual(['unmappable open with', 'unmappable dropped without', 'expired open with']);
    await expired(rig, 2);
    await expired(rig, 4);
    // Of rows without payload two stay, as of those with: the junk's went first.
    expect(states(rig)).toEqual([
      'unmappable open with',
      'expired dropped without',
      'expired dropped without',
      'expired open with',
    ]);
  });

  const publish = (rig: Rig, topic: string, text: string, order?: string) =>
    rig.outbox.quarantine(makeEvent(rig.clock, text, topic), 'session-end', FAULT, order);
  const open = (rig: Rig) =>
    rig.column("SELECT topic || ' ' || count(*) FROM quarantine WHERE state = 'open' GROUP BY topic");

  it.each<[string, (n: number) => string | undefined]>([
    ['junk', () => undefined],
    ['events that name orders', (n) => orderNo(10_000 + n)],
  ])('is pushed out of by a flood of %s only what came on the same topic', async (_, order) => {
    const rig = openRig({ limits: { maxRows: 20, maxBytes: 100_000 } });
    for (let n = 0; n < 5; n += 1) await publish(rig, 'piles/D1/session/end', `real ${n}`, orderNo(n));
    for (let n = 0; n < 3; n += 1) await publish(rig, 'piles/D2/session/end', `other ${n}`, orderNo(10 + n));
    for (let n = 0; n < 500; n += 1) await publish(rig, 'piles/D9/session/end', `flood ${n}`, order(n));
    expect(open(rig)).toEqual([
      'piles/D1/session/end 5',
      'piles/D2/session/end 3',
      'piles/D9/session/end 12',
    ]);
  });

  it('is shared out by bytes in the same way', async () => {
    const rig = openRig({ limits: { maxRows: 10_000, maxBytes: 10_000 } });
    for (let n = 0; n < 5; n += 1) await publish(rig, 'piles/D1/session/end', `junk ${n}`);
    for (let n = 0; n < 100; n += 1) await publish(rig, 'piles/D9/session/end', `${n}`.padEnd(1_000));
    expect(open(rig)).toEqual(['piles/D1/session/end 5', 'piles/D9/session/end 9']);
  });

  it('still knows the orders whose events had to go, when junk comes and goes', async () => {
    const rig = openRig({ limits: { maxRows: 5, maxBytes: 100_000 } });
    for (let n = 0; n < 8; n += 1) await publish(rig, 'piles/D1/session/end', `real ${n}`, orderNo(n));
    for (let n = 0; n < 100; n += 1) await publish(rig, 'piles/D9/session/end', `junk ${n}`);
    expect(rig.column('SELECT order_no FROM quarantine WHERE order_no IS NOT NULL ORDER BY id')).toEqual(
      Array.from({ length: 8 }, (_, n) => orderNo(n)),
    );
  });

  it('holds as a session what lacks its order number, too', async () => {
    const rig = openRig({ limits: { maxRows: 1, maxBytes: 100_000 } });
    const draft = makeDraft({
      needs: [plateNeed({ field: 'orderNo', context: 'start', contextField: 'orderNo' })],
    });
    await rig.outbox.accept(makeEvent(rig.clock, 'numberless'), draft);
    rig.clock.pass(11 * MINUTE);
    await endWaits(rig, draft);
    await junk(rig, 'junk');
    expect(states(rig)).toEqual(['expired open with', 'unmappable dropped without']);
  });

  it('is bounded by bytes as well', async () => {
    const rig = openRig({ limits: { maxRows: 100, maxBytes: 250 } });
    for (const text of ['a', 'b', 'c']) await junk(rig, text.repeat(100));
    expect(states(rig)).toEqual([
      'unmappable dropped without',
      'unmappable open with',
      'unmappable open with',
    ]);
    await junk(rig, 'd'.repeat(300));
    expect(states(rig)).toEqual(Array.from({ length: 4 }, () => 'unmappable dropped without'));
  });

  it('gives no id twice, also where the newest row has to go', async () => {
    const rig = openRig({ limits: { maxRows: 1, maxBytes: 100_000 } });
    await rig.outbox.quarantine(makeEvent(rig.clock, 'named'), 's', FAULT, orderNo(1));
    const first = await junk(rig, 'first');
    const second = await junk(rig, 'second');
    await rig.outbox.quarantine(makeEvent(rig.clock, 'named too'), 's', FAULT, orderNo(2));
    const third = await junk(rig, 'third');
    const ids = [first, second, third].map((one) => ('id' in one ? one.id : undefined));
    expect(new Set(ids).size).toBe(3);
    expect(rig.column('SELECT count(*) FROM quarantine WHERE id = 5')).toEqual([0]);
    expect(await junk(rig, 'fourth')).toMatchObject({ id: 6 });
  });

  it('keeps no more rows without payload than rows with', async () => {
    const rig = openRig({ limits: { maxRows: 3, maxBytes: 100_000 } });
    for (let n = 0; n < 50; n += 1) await junk(rig, `junk ${n}`);
    expect(rig.column('SELECT id FROM quarantine ORDER BY id')).toEqual([45, 46, 47, 48, 49, 50]);
    expect(rig.column("SELECT n FROM counts WHERE name = 'quarantine_dropped'")).toEqual([3]);
  });

  it('makes room at once where the limits are lowered', async () => {
    const limits = { maxRows: 10, maxBytes: 100_000 };
    const rig = openRig({ limits });
    for (let n = 0; n < 10; n += 1) await junk(rig, `junk ${n}`);
    limits.maxRows = 2;
    await junk(rig, 'one more');
    expect(rig.outbox.upkeep.counts().quarantine).toBe(2);
  });
});

describe('a quarantined event', () => {
  it('is kept whole up to 1 MiB; of a larger one the beginning, the length and a hash', async () => {
    const rig = openRig({ limits: { maxRows: 10, maxBytes: 2 ** 24 } });
    const whole = await junk(rig, 'a'.repeat(2 ** 20));
    const cut = await junk(rig, 'b'.repeat(2 ** 20 + 1));
    expect(rig.column('SELECT length(payload) FROM quarantine ORDER BY id')).toEqual([2 ** 20, 4_096]);
    expect(rig.column('SELECT size FROM quarantine ORDER BY id')).toEqual([2 ** 20, 2 ** 20 + 1]);
    expect(rig.column('SELECT length(hash) FROM quarantine')).toEqual([32, 32]);
    const held = (stored: typeof whole) => rig.outbox.held(stored.kind === 'quarantined' ? stored.id : 0);
    expect(held(whole)?.payload.byteLength).toBe(2 ** 20);
    // What is not whole cannot be mapped again.
    expect(held(cut)).toBeUndefined();
  });

  it('that was dropped cannot be mapped again', async () => {
    const rig = openRig({ limits: { maxRows: 1, maxBytes: 1_000 } });
    await junk(rig, 'one');
    await junk(rig, 'two');
    expect(rig.outbox.held(1)).toBeUndefined();
    expect(rig.outbox.held(2)).toMatchObject({ state: 'open' });
  });

  it('is waited for by its late context only while it is open', async () => {
    const rig = openRig({ limits: { maxRows: 1, maxBytes: 1_000 } });
    const draft = makeDraft({ needs: [plateNeed({ late: true })] });
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), draft);
    rig.clock.pass(11 * MINUTE);
    await endWaits(rig, draft);
    expect((await rig.outbox.learn(plateFact('浙BD12345'), HOUR)).quarantined).toEqual([1]);
    await expired(rig, 2);
    expect(states(rig)).toEqual(['expired dropped without', 'expired open with']);
    expect((await rig.outbox.learn(plateFact('浙BD12345'), HOUR)).quarantined).toEqual([]);
  });
});
