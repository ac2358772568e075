import { describe, expect, it } from 'vitest';
import { prose } from '../support/prose.ts';
import { said } from '../support/reasons.ts';
import {
  deliver,
  endWaits,
  fill,
  HOUR,
  MINUTE,
  makeDraft,
  makeEvent,
  makeRecord,
  openRig,
  orderNo,
  plateFact,
  plateNeed,
  type Rig,
  START,
} from './fixture.ts';

const NEXT_CAR = '浙BF00001';

describe('a fresh event', () => {
  it('becomes a pending record that is read back as it was made', async () => {
    const rig = openRig();
    const stored = await rig.outbox.accept(makeEvent(rig.clock, 'one'), makeDraft());
    expect(stored).toMatchObject({ kind: 'accepted', made: { record: makeRecord() } });
    expect(rig.outbox.ready('newest-first', 9)).toMatchObject([
      {
        orderNo: orderNo(1),
        record: makeRecord(),
        ruled: [],
        receivedAt: START,
        attempts: 0,
        refusals: 0,
        strikes: 0,
      },
    ]);
    expect(rig.outbox.upkeep.counts()).toEqual({
      waiting: 0,
      pending: 1,
      delivered: 0,
      parked: 0,
      quarantine: 0,
    });
  });

  it('keeps its bytes and its topic whatever they are', async () => {
    const rig = openRig();
    const payload = Uint8Array.from([0, 255, 254, 0, 39, 34]);
    await rig.outbox.accept({ topic: "a'b\u0000c", payload, receivedAt: START }, makeDraft());
    expect(rig.column('SELECT hex(payload) FROM records')).toEqual(['00FFFE002722']);
    expect(rig.column('SELECT topic FROM records')).toEqual(["a'b\u0000c"]);
  });

  it('is a duplicate the second time, whatever its bytes, and nothing is written', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), makeDraft());
    const again = await rig.outbox.accept(makeEvent(rig.clock, 'one, spelt otherwise'), makeDraft());
    expect(again).toEqual({ kind: 'duplicate', state: 'pending' });
    expect(rig.column('SELECT count(*) FROM records')).toEqual([1]);
  });

  it.each(['pending', 'delivered', 'parked'] as const)(
    'is a duplicate of a record that is %s',
    async (state) => {
      const rig = openRig();
      const [id = 0] = await fill(rig, 1);
      if (state === 'delivered') await deliver(rig, [id]);
      if (state === 'parked')
        await rig.outbox.charge({ id, strikes: 3, refusals: 1, nextAt: undefined, parked: true });
      const again = await rig.outbox.accept(
        makeEvent(rig.clock, 'again'),
        makeDraft({ values: { orderNo: orderNo(1) } }),
      );
      expect(again).toEqual({ kind: 'duplicate', state });
    },
  );

  it('is quarantined as a conflict where its content differs, and the fields are named', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), makeDraft());
    const other = makeDraft({ values: { totalMoney: '99.00', plateNo: NEXT_CAR } });
    const stored = await rig.outbox.accept(makeEvent(rig.clock, 'two'), other);
    expect(stored).toMatchObject({ kind: 'quarantined', as: 'conflict', dropped: [] });
    const fault = stored.kind === 'quarantined' ? stored.fault : undefined;
    expect(fault?.field).toBe('plateNo');
    const why = fault && said(fault.reason);
    expect(why).toContain(`plateNo is "浙BD12345", here "${NEXT_CAR}"`);
    expect(why).toContain('totalMoney is "25.10", here "99.00"');
    expect(rig.outbox.ready('newest-first', 9)).toMatchObject([{ record: { totalMoney: '25.10' } }]);
  });

  it('costs nothing where a conflict is redelivered', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), makeDraft());
    const other = makeDraft({ values: { totalMoney: '99.00' } });
    await rig.outbox.accept(makeEvent(rig.clock, 'two'), other);
    rig.clock.pass(HOUR);
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'two'), other)).toEqual({
      kind: 'duplicate',
      state: 'quarantined',
    });
    expect(rig.outbox.upkeep.counts().quarantine).toBe(1);
  });

  it('counts as ended at its arrival where it ends in the future, while the clock is sane', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), makeDraft({ endAt: START + HOUR }));
    rig.clock.set(Date.parse('1970-01-01T00:01:00Z'));
    await rig.outbox.accept(
      makeEvent(rig.clock, 'two'),
      makeDraft({ values: { orderNo: orderNo(2) }, endAt: START - HOUR }),
    );
    expect(rig.column('SELECT sort_at FROM records ORDER BY id')).toEqual([START, START - HOUR]);
  });

  it('that turns out wrong once completed is quarantined, once', async () => {
    const rig = openRig();
    const draft = makeDraft({ wrong: 'it is negative' });
    const event = makeEvent(rig.clock, 'one');
    expect(await rig.outbox.accept(event, draft)).toMatchObject({ kind: 'quarantined', as: 'unmappable' });
    expect(await rig.outbox.accept(event, draft)).toEqual({ kind: 'duplicate', state: 'quarantined' });
    // Mended, it is no double of its own mistake.
    expect(await rig.outbox.accept(event, makeDraft())).toMatchObject({ kind: 'accepted' });
  });
});

describe('an event that mapping could not read', () => {
  it('is kept with its bytes and its reason, and costs nothing when it comes again', async () => {
    const rig = openRig();
    const event = makeEvent(rig.clock, '{ no json', 'piles/D001/odd');
    const fault = { field: '', reason: prose('it is no JSON') };
    const stored = await rig.outbox.quarantine(event, 'session-end', fault, undefined);
    expect(stored).toMatchObject({ kind: 'quarantined', as: 'unmappable', fault });
    expect(await rig.outbox.quarantine(event, 'session-end', fault, undefined)).toEqual({
      kind: 'duplicate',
      state: 'quarantined',
    });
    expect(rig.column('SELECT CAST(payload AS TEXT) FROM quarantine')).toEqual(['{ no json']);
  });
});

describe('an event that lacks a context', () => {
  const lacking = (more = {}) => makeDraft({ needs: [plateNeed()], ...more });

  it('takes the last value that came before it', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BA00001'), HOUR);
    rig.clock.pass(MINUTE);
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.pass(MINUTE);
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking())).toMatchObject({
      kind: 'accepted',
      made: { record: { plateNo: '浙BD12345' } },
    });
  });

  it('waits where nothing came, and is completed by the first value within its wait', async () => {
    const rig = openRig();
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking())).toMatchObject({
      kind: 'waiting',
      needs: [{ field: 'plateNo', context: 'plate', key: 'A-01' }],
    });
    expect(rig.outbox.upkeep.counts()).toMatchObject({ waiting: 1, pending: 0 });
    rig.clock.pass(9 * MINUTE);
    expect(await completeBy(rig, '浙BD12345')).toMatchObject([{ kind: 'accepted' }]);
    expect(rig.outbox.ready('newest-first', 9)).toMatchObject([{ record: { plateNo: '浙BD12345' } }]);
    expect(rig.column('SELECT count(*) FROM needs')).toEqual([0]);
  });

  it('waits on over a restart', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    rig.outbox.close();
    const later = rig.again();
    expect(await completeBy(later, '浙BD12345')).toMatchObject([
      { kind: 'accepted', made: { record: { plateNo: '浙BD12345' } } },
    ]);
  });

  it('does not take a value that was too old when it came', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BA00001'), 24 * HOUR);
    rig.clock.pass(13 * HOUR);
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking())).toMatchObject({
      kind: 'waiting',
    });
  });

  it('never takes the plate of a car that came after the wait', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    rig.clock.pass(11 * MINUTE);
    expect(await completeBy(rig, NEXT_CAR)).toMatchObject([{ kind: 'waiting' }]);
    const [expired] = await endWaits(rig, lacking());
    expect(expired).toMatchObject({ kind: 'quarantined', as: 'expired', fault: { field: 'plateNo' } });
    expect(expired?.kind === 'quarantined' && said(expired.fault.reason)).toContain(
      'plateNo (context plate, key A-01) within 600 s',
    );
    expect(rig.outbox.upkeep.counts()).toMatchObject({ waiting: 0, pending: 0, quarantine: 1 });
  });

  it('is completed at the last moment where the value came in time and nobody looked', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    rig.clock.pass(5 * MINUTE);
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.pass(HOUR);
    expect(await endWaits(rig, lacking())).toMatchObject([
      { kind: 'accepted', made: { record: { plateNo: '浙BD12345' } } },
    ]);
  });

  it('takes the first value after it, not a second one', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    await rig.outbox.learn(plateFact(NEXT_CAR), HOUR);
    rig.clock.pass(HOUR);
    expect(await endWaits(rig, lacking())).toMatchObject([{ made: { record: { plateNo: '浙BD12345' } } }]);
  });

  it('is a duplicate while it waits, and after it has waited in vain', async () => {
    const rig = openRig();
    const event = makeEvent(rig.clock, 'one');
    await rig.outbox.accept(event, lacking());
    expect(await rig.outbox.accept(event, lacking())).toEqual({ kind: 'duplicate', state: 'waiting' });
    rig.clock.pass(11 * MINUTE);
    await endWaits(rig, lacking());
    // The next car stands there by now; the bill is published again.
    await rig.outbox.learn(plateFact(NEXT_CAR), HOUR);
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'one, again'), lacking())).toEqual({
      kind: 'duplicate',
      state: 'quarantined',
    });
    expect(rig.outbox.upkeep.counts()).toMatchObject({ waiting: 0, pending: 0, quarantine: 1 });
  });

  it('conflicts with one of its order that waited in vain, rather than meet the next car', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    rig.clock.pass(11 * MINUTE);
    await endWaits(rig, lacking());
    await rig.outbox.learn(plateFact(NEXT_CAR), HOUR);
    const corrected = lacking({ values: { totalMoney: '26.00' } });
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'corrected'), corrected)).toMatchObject({
      as: 'conflict',
    });
    // One that brings its own plate needs no context, and is taken.
    expect(await rig.outbox.accept(makeEvent(rig.clock, 'whole'), makeDraft())).toMatchObject({
      kind: 'accepted',
    });
  });

  it('goes to quarantine with its order number where the config no longer maps it', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    rig.clock.pass(11 * MINUTE);
    const [waiting] = rig.outbox.overdue(1);
    if (waiting === undefined) throw new Error('nothing waits');
    await rig.outbox.expire(waiting, { field: '', reason: prose('no source takes its topic') });
    expect(rig.column("SELECT order_no || ' ' || source || ' ' || kind FROM quarantine")).toEqual([
      `${orderNo(1)} session-end unmappable`,
    ]);
  });

  it('is given up once: a second try finds it gone', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking());
    rig.clock.pass(11 * MINUTE);
    const [waiting] = rig.outbox.overdue(1);
    if (waiting === undefined) throw new Error('nothing waits');
    const both = await Promise.all([
      rig.outbox.expire(waiting, lacking()),
      rig.outbox.expire(waiting, lacking()),
    ]);
    expect(both.map(({ kind }) => kind)).toEqual(['quarantined', 'gone']);
    expect(await rig.outbox.complete(waiting, lacking())).toEqual({ kind: 'gone' });
  });
});

describe('an event whose context may be late', () => {
  const lacking = makeDraft({ needs: [plateNeed({ late: true })] });

  it('is completed long after its wait', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'one'), lacking);
    rig.clock.pass(11 * MINUTE);
    await endWaits(rig, lacking);
    rig.clock.pass(5 * HOUR);
    const { quarantined } = await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    const held = rig.outbox.held(quarantined[0] ?? 0);
    if (held === undefined) throw new Error('it is not held');
    expect(await rig.outbox.replay(held, lacking)).toMatchObject({
      kind: 'accepted',
      made: { record: { plateNo: '浙BD12345' } },
    });
    expect(rig.column('SELECT state FROM quarantine')).toEqual(['replayed']);
    expect(rig.column('SELECT count(*) FROM needs')).toEqual([0]);
  });
});

describe('an event whose order number a context supplies', () => {
  const need = plateNeed({ field: 'orderNo', context: 'start', contextField: 'orderNo' });
  const draft = makeDraft({ needs: [need] });
  const start = (order: string) => plateFact('', { context: 'start', values: { orderNo: order } });

  it('waits once however often it is redelivered', async () => {
    const rig = openRig();
    const event = makeEvent(rig.clock, 'one');
    await rig.outbox.accept(event, draft);
    expect(await rig.outbox.accept(event, draft)).toEqual({ kind: 'duplicate', state: 'waiting' });
    rig.clock.pass(11 * MINUTE);
    await endWaits(rig, draft);
    expect(await rig.outbox.accept(event, draft)).toEqual({ kind: 'duplicate', state: 'quarantined' });
    expect(rig.outbox.upkeep.counts()).toMatchObject({ waiting: 0, quarantine: 1 });
  });

  it('is a duplicate or a conflict where that order is known', async () => {
    const rig = openRig();
    const [first, second] = [makeEvent(rig.clock, 'one'), makeEvent(rig.clock, 'two')];
    await rig.outbox.accept(first, draft);
    await rig.outbox.accept(second, draft);
    const other = makeDraft({ needs: [need], values: { totalMoney: '1.00' } });
    await rig.outbox.accept(makeEvent(rig.clock, 'three'), other);
    const { records } = await rig.outbox.learn(start(orderNo(7)), HOUR);
    expect(records).toHaveLength(3);
    const waiting = records.flatMap((id) => rig.outbox.waiting(id) ?? []);
    const done = await Promise.all(
      waiting.map((one) =>
        rig.outbox.complete(one, Buffer.from(one.payload).toString() === 'three' ? other : draft),
      ),
    );
    expect(done).toMatchObject([
      { kind: 'accepted' },
      { kind: 'duplicate', state: 'pending' },
      { kind: 'quarantined', as: 'conflict' },
    ]);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ waiting: 0, pending: 1, quarantine: 1 });
  });
});

describe('a replay', () => {
  const fault = { field: 'plateNo', reason: prose('it is empty') };

  it('makes a record of what the mended config can read', async () => {
    const rig = openRig();
    const stored = await rig.outbox.quarantine(makeEvent(rig.clock, 'one'), 's', fault, orderNo(1));
    const held = rig.outbox.held(stored.kind === 'quarantined' ? stored.id : 0);
    if (held === undefined) throw new Error('it is not held');
    expect(await rig.outbox.replay(held, { field: 'plateNo', reason: prose('still empty') })).toMatchObject({
      as: 'unmappable',
      fault: { reason: prose('still empty') },
    });
    expect(await rig.outbox.replay(held, makeDraft())).toMatchObject({ kind: 'accepted' });
    // Another hand was faster.
    expect(await rig.outbox.replay(held, makeDraft())).toEqual({ kind: 'duplicate', state: 'quarantined' });
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 1, quarantine: 0 });
  });

  it('sees the contexts as they stood for the event then, not the next car', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.pass(MINUTE);
    const stored = await rig.outbox.quarantine(makeEvent(rig.clock, 'one'), 's', fault, orderNo(1));
    rig.clock.pass(HOUR);
    await rig.outbox.learn(plateFact(NEXT_CAR), HOUR);
    const held = rig.outbox.held(stored.kind === 'quarantined' ? stored.id : 0);
    if (held === undefined) throw new Error('it is not held');
    expect(await rig.outbox.replay(held, makeDraft({ needs: [plateNeed()] }))).toMatchObject({
      made: { record: { plateNo: '浙BD12345' } },
    });
  });

  it('takes a value that came in time although it was repeated long after', async () => {
    const rig = openRig();
    const stored = await rig.outbox.quarantine(makeEvent(rig.clock, 'one'), 's', fault, orderNo(1));
    rig.clock.pass(MINUTE);
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.pass(HOUR);
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    const held = rig.outbox.held(stored.kind === 'quarantined' ? stored.id : 0);
    if (held === undefined) throw new Error('it is not held');
    expect(await rig.outbox.replay(held, makeDraft({ needs: [plateNeed()] }))).toMatchObject({
      kind: 'accepted',
    });
  });

  it('leaves it where something is missing, and a late context then finds it', async () => {
    const rig = openRig();
    const stored = await rig.outbox.quarantine(makeEvent(rig.clock, 'one'), 's', fault, orderNo(1));
    const id = stored.kind === 'quarantined' ? stored.id : 0;
    const held = rig.outbox.held(id);
    if (held === undefined) throw new Error('it is not held');
    expect(await rig.outbox.replay(held, makeDraft({ needs: [plateNeed({ late: true })] }))).toMatchObject({
      as: 'expired',
      id,
    });
    expect(await rig.outbox.learn(plateFact('浙BD12345'), HOUR)).toEqual({ records: [], quarantined: [id] });
  });

  it('of a conflict stays one, and of what was delivered meanwhile is no second record', async () => {
    const rig = openRig();
    const stored = await rig.outbox.quarantine(makeEvent(rig.clock, 'one'), 's', fault, orderNo(1));
    await rig.outbox.accept(makeEvent(rig.clock, 'two'), makeDraft());
    const held = rig.outbox.held(stored.kind === 'quarantined' ? stored.id : 0);
    if (held === undefined) throw new Error('it is not held');
    expect(await rig.outbox.replay(held, makeDraft({ values: { power: '1.00' } }))).toMatchObject({
      as: 'conflict',
      fault: { field: 'power' },
    });
    expect(await rig.outbox.replay(held, makeDraft())).toEqual({ kind: 'duplicate', state: 'pending' });
    expect(rig.column('SELECT why FROM quarantine')).toEqual(['the same record was there already']);
  });
});

/** The camera sees a plate, and what waits for it is looked at again. */
async function completeBy(rig: Rig, plateNo: string) {
  const { records } = await rig.outbox.learn(plateFact(plateNo), HOUR);
  const waiting = records.flatMap((id) => rig.outbox.waiting(id) ?? []);
  return await Promise.all(
    waiting.map((one) => rig.outbox.complete(one, makeDraft({ needs: [plateNeed()] }))),
  );
}
