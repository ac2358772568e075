import { describe, expect, it } from 'vitest';
import { prose } from '../support/prose.ts';
import {
  attempt,
  DAY,
  deliver,
  endWaits,
  fill,
  HOUR,
  MINUTE,
  makeDraft,
  makeEvent,
  openRig,
  plateFact,
  plateNeed,
  type Rig,
  refused,
  START,
} from './fixture.ts';

const BOOT = Date.parse('1970-01-01T00:01:00Z');
const LONGEST = { retry: 6 * HOUR, wait: 10 * MINUTE };
const FUTURE = Date.parse('2099-01-01T00:00:00Z');
const lacking = makeDraft({ needs: [plateNeed()], values: { orderNo: 'waits' } });
const later = (nextAt: number) => ({ state: 'pending', nextAt, refusals: 1, strikes: 0 }) as const;

describe.each([
  ['back from the future', FUTURE],
  ['forward from 1970', BOOT],
])('a clock that is set %s', (_, wrong) => {
  it('keeps every plan at its distance from now', async () => {
    const rig = openRig();
    rig.clock.set(wrong);
    const [id = 0] = await fill(rig, 1);
    await rig.outbox.settle(id, attempt(rig.clock, refused()), later(wrong + 5 * MINUTE));
    await rig.outbox.accept(makeEvent(rig.clock, 'waits'), lacking);
    rig.clock.set(START);
    await rig.outbox.clockJumped(START - wrong);
    expect(rig.outbox.nextDeferred()).toBe(START + 5 * MINUTE);
    expect(rig.outbox.overdue(9)).toEqual([]);
    rig.clock.pass(10 * MINUTE);
    expect(rig.outbox.overdue(9)).toHaveLength(1);
    expect(await rig.outbox.promote(9)).toBe(1);
  });

  it('stamps anew what it had stamped, and nothing else', async () => {
    const rig = openRig();
    const before = await fill(rig, 2);
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.outbox.close();
    rig.clock.set(wrong);
    const later = rig.again();
    await fill(later, 1, 10);
    await later.outbox.quarantine(
      makeEvent(rig.clock, 'odd'),
      's',
      { field: '', reason: prose('odd') },
      undefined,
    );
    await later.outbox.learn(plateFact('浙BA00001', { key: 'A-09' }), HOUR);
    await deliver(later, before.slice(1));
    rig.clock.set(START + DAY);
    await later.outbox.clockJumped(START + DAY - wrong);
    expect(later.column('SELECT received_at FROM records ORDER BY id')).toEqual([START, START, START + DAY]);
    expect(later.column('SELECT received_at FROM quarantine')).toEqual([START + DAY]);
    expect(later.column('SELECT at FROM contexts ORDER BY id')).toEqual([START, START + DAY]);
    expect(later.outbox.upkeep.oldestPending()).toBe(START);
  });

  it('joins an event and a context of before it was set', async () => {
    const rig = openRig();
    rig.clock.set(wrong);
    await rig.outbox.accept(makeEvent(rig.clock, 'waits'), lacking);
    rig.clock.pass(MINUTE);
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.set(START);
    await rig.outbox.clockJumped(START - wrong - MINUTE);
    rig.clock.pass(HOUR);
    expect(await endWaits(rig, lacking)).toMatchObject([{ kind: 'accepted' }]);
  });
});

describe.each([
  ['ahead by fifty years', 50 * 365 * DAY],
  ['back to 1970', BOOT - START],
  ['ahead by two hours', 2 * HOUR],
  ['back by two hours', -2 * HOUR],
])('a clock that jumps %s and comes back', (_, by) => {
  /** A station that ran before, and whose clock jumps after an hour, is wrong for five, and comes back. */
  async function jumpAndBack(rig: Rig) {
    const { outbox, clock } = rig;
    const old = await fill(rig, 4);
    outbox.close();
    const later = rig.again();
    const run = { ...rig, outbox: later.outbox };
    const [right = 0] = await fill(run, 1, 10);
    await deliver(run, old.slice(0, 1));
    later.outbox.clockUnchanged();
    clock.pass(HOUR);
    // These are stamped by the new clock before anybody has seen that it jumped.
    clock.pass(by);
    const [unseen = 0] = await fill(run, 1, 20);
    await deliver(run, [...old.slice(1, 2), right]);
    await later.outbox.clockJumped(by);
    later.outbox.clockUnchanged();
    clock.pass(5 * HOUR);
    const [wrong = 0] = await fill(run, 1, 30);
    await deliver(run, [...old.slice(2, 3), unseen]);
    await later.outbox.learn(plateFact('浙BA00001', { key: 'A-09', keepMs: 12 * HOUR }), 0);
    later.outbox.clockUnchanged();
    clock.pass(-by);
    await later.outbox.clockJumped(-by);
    later.outbox.clockUnchanged();
    await deliver(run, [...old.slice(3), wrong]);
    return run;
  }

  it('finds all stamps right again, those of older records too', async () => {
    const rig = openRig();
    const run = await jumpAndBack(rig);
    const hours = (sql: string) =>
      run.column(sql).map((at) => Math.round(((Number(at) - START) / HOUR) * 1_000) / 1_000);
    expect(hours('SELECT received_at FROM records ORDER BY id')).toEqual([0, 0, 0, 0, 0, 1, 6]);
    const settled = hours('SELECT settled_at FROM records ORDER BY id');
    const truly = [0, 1, 6, 6, 1, 6, 6];
    if (by > 0) expect(settled).toEqual(truly);
    // A clock behind a record's arrival gives it a later time: never an earlier one, nor one after the clock came back.
    expect(settled.map((at, index) => at < (truly[index] ?? 0) || at > 6)).toEqual(settled.map(() => false));
    expect(hours('SELECT at FROM contexts')).toEqual([6]);
    expect(hours('SELECT expires_at FROM contexts')).toEqual([18]);
    expect(hours("SELECT n FROM counts WHERE name = 'last_delivery'")).toEqual([6]);
  });

  it('forgets delivered records in their time, neither before nor after', async () => {
    const rig = openRig();
    const run = await jumpAndBack(rig);
    const prune = async (now: number) => {
      for (let more = true; more; )
        more = (
          await run.outbox.prune((pruning) => pruning.prune({ now, delivered: now - 30 * DAY, seen: 0 }))
        ).more;
      return run.column('SELECT count(*) FROM records')[0];
    };
    expect(await prune(START + 30 * DAY)).toBe(7);
    expect(await prune(START + 30 * DAY + 7 * HOUR)).toBe(0);
  });
});

it('stamps thousands of rows anew while others are taken in and delivered', async () => {
  const rig = openRig();
  const ids = await fill(rig, 5_000);
  rig.outbox.clockUnchanged();
  rig.clock.pass(DAY);
  const moved = rig.outbox.clockJumped(DAY);
  const [fresh = 0] = await fill(rig, 1, 9_000);
  await deliver(rig, [fresh, ids[0] ?? 0]);
  await moved;
  expect(rig.column('SELECT DISTINCT received_at FROM records')).toEqual([START + DAY]);
  expect(rig.column('SELECT count(*) FROM records WHERE settled_at >= ?', START + DAY)).toEqual([2]);
});

describe('a box that boots in 1970', () => {
  it('puts off nothing beyond the longest wait', async () => {
    const rig = openRig();
    const [id = 0, parked = 0] = await fill(rig, 2);
    await rig.outbox.settle(id, attempt(rig.clock, refused()), later(START + HOUR));
    await rig.outbox.charge({ id: parked, strikes: 0, refusals: 8, nextAt: undefined, parked: true });
    await rig.outbox.accept(makeEvent(rig.clock, 'waits'), lacking);
    rig.outbox.close();
    rig.clock.set(BOOT);
    const { outbox } = rig.again();
    await outbox.keep((upkeep) => upkeep.clamp(BOOT, LONGEST));
    expect(outbox.nextDeferred()).toBe(BOOT + 6 * HOUR);
    rig.clock.set(BOOT + 6 * HOUR);
    expect(outbox.overdue(9)).toHaveLength(1);
    expect(outbox.upkeep.counts()).toMatchObject({ parked: 1 });
  });

  it('lets nothing wait for a plate longer than events wait: the next car may stand there by then', async () => {
    const rig = openRig();
    await rig.outbox.accept(makeEvent(rig.clock, 'waits'), lacking);
    rig.outbox.close();
    rig.clock.set(BOOT);
    const { outbox } = rig.again();
    await outbox.keep((upkeep) => upkeep.clamp(BOOT, LONGEST));
    rig.clock.set(BOOT + 10 * MINUTE);
    expect(outbox.overdue(9)).toHaveLength(1);
  });

  it('leaves plans alone that are near', async () => {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    await rig.outbox.settle(id, attempt(rig.clock, refused()), later(START + HOUR));
    await rig.outbox.keep((upkeep) => upkeep.clamp(START, LONGEST));
    expect(rig.outbox.nextDeferred()).toBe(START + HOUR);
  });

  it('does not let a delivery look as if it were long ago', async () => {
    const rig = openRig();
    const ids = await fill(rig, 1);
    rig.clock.set(BOOT);
    await deliver(rig, ids);
    expect(rig.column('SELECT settled_at FROM records')).toEqual([START]);
    expect(rig.outbox.upkeep.lastDelivery()).toBe(START);
  });
});
