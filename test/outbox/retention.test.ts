import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../src/domain/log.ts';
import { Retention } from '../../src/outbox/retention.ts';

import { prose } from '../support/prose.ts';
import { saying } from '../support/reasons.ts';

import {
  attempt,
  BUILD_DATE,
  DAY,
  deliver,
  fill,
  HOUR,
  MINUTE,
  makeDraft,
  makeEvent,
  openRig,
  orderNo,
  plateFact,
  type Rig,
  refused,
  START,
} from './fixture.ts';

/** Housekeeping that keeps delivered records for 30 days; `done` resolves when a run has ended. */
function keepHouse(rig: Rig) {
  const lines: LogFields[] = [];
  const log = (fields: LogFields) => {
    lines.push(fields);
  };
  const housekeeping = new Retention({
    outbox: rig.outbox,
    keepDelivered: 30 * DAY,
    buildDate: BUILD_DATE,
    log: { error: log, warn: log, info: log, debug: log, isLevelEnabled: () => true },
    clock: rig.clock,
  });
  return { housekeeping, lines };
}

/** One run of fresh housekeeping, its clock trusted. */
async function pruneNow(rig: Rig): Promise<readonly LogFields[]> {
  const now = rig.clock.now();
  // The file must tell of today, or the clock is doubted for a day.
  await rig.outbox.learn(plateFact('浙BZ00001', { key: `today ${now}`, keepMs: MINUTE }), 0);
  const house = keepHouse(rig);
  await house.housekeeping.run();
  return house.lines;
}

describe('delivered records', () => {
  it('are forgotten after keepDelivered, and nothing else is', async () => {
    const rig = openRig();
    const [one = 0, two = 0, three = 0, four = 0] = await fill(rig, 5);
    await deliver(rig, [one]);
    await rig.outbox.charge({ id: two, strikes: 1, refusals: 1, nextAt: undefined, parked: true });
    await rig.outbox.settle(three, attempt(rig.clock, refused()), {
      state: 'pending',
      nextAt: START + MINUTE,
      refusals: 1,
      strikes: 0,
    });
    rig.clock.pass(20 * DAY);
    await deliver(rig, [four]);
    rig.clock.pass(11 * DAY);
    const lines = await pruneNow(rig);
    expect(rig.column('SELECT order_no FROM records ORDER BY id')).toEqual([2, 3, 4, 5].map(orderNo));
    expect(lines).toContainEqual(expect.objectContaining({ event: 'outbox.pruned', delivered: 1 }));
  });

  it('stay known by their number for 400 days: the same bill is a duplicate, another one a conflict', async () => {
    const rig = openRig();
    await deliver(rig, await fill(rig, 1));
    rig.clock.pass(31 * DAY);
    await pruneNow(rig);
    expect(rig.column('SELECT order_no FROM seen')).toEqual([orderNo(1)]);
    const again = (power?: string) =>
      rig.outbox.accept(
        makeEvent(rig.clock, `again ${power}`),
        makeDraft({ values: { orderNo: orderNo(1), ...(power === undefined ? {} : { power }) } }),
      );
    expect(await again()).toEqual({ kind: 'duplicate', state: 'pruned' });
    const conflict = await again('99.00');
    expect(conflict).toMatchObject({
      as: 'conflict',
      fault: { reason: saying('delivered long ago') },
    });
    rig.clock.pass(399 * DAY);
    await pruneNow(rig);
    expect(await again()).toEqual({ kind: 'duplicate', state: 'pruned' });
    rig.clock.pass(2 * DAY);
    await pruneNow(rig);
    expect(await again()).toMatchObject({ kind: 'accepted' });
  });

  it('go in small steps, past everything that stays', async () => {
    const rig = openRig();
    const ids = await fill(rig, 1_700);
    await deliver(
      rig,
      ids.filter((id) => id % 2 === 0),
    );
    rig.clock.pass(31 * DAY);
    const steps: number[] = [];
    for (let more = true; more; ) {
      const pruned = await rig.outbox.prune((pruning) =>
        pruning.prune({ now: rig.clock.now(), delivered: rig.clock.now() - 30 * DAY, seen: 0 }),
      );
      steps.push(pruned.delivered);
      more = pruned.more;
    }
    expect(steps).toEqual([250, 250, 250, 100]);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 850, delivered: 0 });
  });

  it('that a clock from the future stamped are forgotten in their turn all the same', async () => {
    const rig = openRig();
    const ids = await fill(rig, 1);
    rig.clock.set(Date.parse('2099-01-01T00:00:00Z'));
    await deliver(rig, ids);
    rig.clock.set(START);
    await pruneNow(rig);
    expect(rig.column('SELECT settled_at FROM records')).toEqual([START]);
  });
});

describe('expired contexts and settled quarantine', () => {
  it('are forgotten; what is open stays', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BD12345', { keepMs: HOUR }), MINUTE);
    for (const text of ['one', 'two'])
      await rig.outbox.quarantine(
        makeEvent(rig.clock, text),
        's',
        { field: '', reason: prose('odd') },
        undefined,
      );
    const held = rig.outbox.held(1);
    if (held === undefined) throw new Error('it is not held');
    await rig.outbox.replay(held, makeDraft());
    rig.clock.pass(31 * DAY);
    await pruneNow(rig);
    expect(rig.column("SELECT key FROM contexts WHERE key NOT LIKE 'today%'")).toEqual([]);
    expect(rig.column('SELECT id FROM quarantine')).toEqual([2]);
  });
});

describe('a clock that cannot be trusted', () => {
  it.each<[string, (rig: Rig, distrust: () => void) => void]>([
    ['stands before the build date', (rig) => rig.clock.set(Date.parse('1970-01-01T00:00:00Z'))],
    [
      'was set a moment ago',
      (rig, distrust) => {
        rig.clock.pass(31 * DAY);
        distrust();
      },
    ],
  ])('prunes nothing: it %s', async (_, set) => {
    const rig = openRig();
    await deliver(rig, await fill(rig, 2));
    const house = keepHouse(rig);
    set(rig, () => house.housekeeping.distrustClock());
    await house.housekeeping.run();
    expect(rig.outbox.upkeep.counts().delivered).toBe(2);
  });

  it('prunes nothing for a day where it starts far ahead of all that the file tells of', async () => {
    const rig = openRig();
    await deliver(rig, await fill(rig, 2));
    rig.clock.pass(40 * DAY);
    const house = keepHouse(rig);
    await house.housekeeping.run();
    expect(rig.outbox.upkeep.counts().delivered).toBe(2);
  });
});

describe('room', () => {
  it('that is free goes back to the file system, but for a reserve', async () => {
    const rig = openRig();
    const ids = await fill(rig, 10_000);
    await deliver(rig, ids);
    const before = rig.outbox.upkeep.size();
    rig.clock.pass(31 * DAY);
    await pruneNow(rig);
    const after = rig.outbox.upkeep.size();
    expect(rig.outbox.upkeep.counts().delivered).toBe(0);
    expect(after.file).toBeLessThan(before.file / 1.5);
    expect(after.file - after.used).toBeLessThanOrEqual((256 + 256) * 4_096);
    rig.outbox.close();
    expect(statSync(rig.path).size).toBe(after.file);
  });

  it('is not touched at rest: nothing is committed twice for nothing', async () => {
    const rig = openRig();
    await fill(rig, 10);
    await pruneNow(rig);
    const bytes = statSync(`${rig.path}-wal`).size;
    const version = rig.outbox.upkeep.size();
    await pruneNow({ ...rig, outbox: rig.outbox });
    expect(rig.outbox.upkeep.size()).toEqual(version);
    expect(statSync(`${rig.path}-wal`).size - bytes).toBeLessThan(100_000);
  });
});

describe('maxSize', () => {
  const MAX = 500_000;

  it('is kept by the oldest delivered records, whatever their age', async () => {
    const rig = openRig({ maxSize: MAX });
    await deliver(rig, await fill(rig, 800));
    expect(rig.outbox.upkeep.size().used).toBeGreaterThan(MAX);
    expect(await rig.outbox.checkSize()).toBe(500);
    expect(rig.outbox.upkeep.size().used).toBeLessThan(MAX);
    expect(rig.column('SELECT min(id) FROM records')).toEqual([501]);
    expect(rig.column('SELECT count(*) FROM seen')).toEqual([500]);
    expect(rig.failed).toEqual([]);
  });

  it('lets nothing in once only what is needed is left, and all again when there is room', async () => {
    const rig = openRig({ maxSize: MAX });
    const ids = await fill(rig, 800);
    await Promise.all([rig.outbox.checkSize(), rig.outbox.checkSize()]);
    expect(rig.failed).toMatchObject([
      { code: 'PILEGATE_MAX_SIZE', message: expect.stringMatching(/raise outbox\.maxSize/) },
    ]);
    expect(rig.outbox.failure?.code).toBe('PILEGATE_MAX_SIZE');
    await expect(rig.outbox.accept(makeEvent(rig.clock, 'more'), makeDraft())).rejects.toMatchObject({
      code: 'PILEGATE_MAX_SIZE',
    });
    await expect(
      rig.outbox.quarantine(makeEvent(rig.clock, 'more'), 's', { field: '', reason: prose('') }, undefined),
    ).rejects.toThrow();
    await expect(rig.outbox.learn(plateFact('浙BD12345'), HOUR)).rejects.toThrow();
    expect(rig.outbox.upkeep.counts().pending).toBe(800);
    // The gate goes on taking records, and that makes the room.
    expect(rig.outbox.usable).toBe(true);
    await deliver(rig, ids);
    expect(await rig.outbox.checkSize()).toBe(500);
    expect(rig.recovered).toHaveLength(1);
    expect(rig.outbox.failure).toBeUndefined();
    expect(
      await rig.outbox.accept(
        makeEvent(rig.clock, 'more'),
        makeDraft({ values: { orderNo: orderNo(9_999) } }),
      ),
    ).toMatchObject({ kind: 'accepted' });
  });

  it('is watched by housekeeping, which tells what went', async () => {
    const rig = openRig({ maxSize: MAX });
    await deliver(rig, await fill(rig, 800));
    const house = keepHouse(rig);
    await house.housekeeping.run();
    expect(house.lines).toContainEqual(expect.objectContaining({ event: 'outbox.pruned', delivered: 500 }));
  });
});
