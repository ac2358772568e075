import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/domain/failure.ts';
import { openReadOnly } from '../../../src/outbox/database.ts';
import { prose } from '../../support/prose.ts';
import { tempDir } from '../../support/tmp.ts';
import { until } from '../../support/wait.ts';
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
  orderNo,
  plateFact,
  plateNeed,
  type Rig,
  refused,
} from '../fixture.ts';

const PAGE = 4_096;
const lacking = (n: number) =>
  makeDraft({ values: { orderNo: orderNo(n) }, needs: [plateNeed({ key: `space ${n}` })] });

/** An outbox with rows of every kind, closed: 1,000 pending, 5 parked, 5 delivered, 5 waiting, 10 quarantined, 5 pruned. */
async function makeFull(): Promise<Rig> {
  const rig = openRig();
  await deliver(rig, await fill(rig, 5, 5_001));
  rig.clock.pass(40 * DAY);
  await rig.outbox.prune((pruning) =>
    pruning.prune({ now: rig.clock.now(), delivered: rig.clock.now() - DAY, seen: 0 }),
  );
  await fill(rig, 1_000);
  for (const id of await fill(rig, 5, 2_001))
    await rig.outbox.settle(id, attempt(rig.clock, refused()), { state: 'parked', why: prose('enough') });
  await deliver(rig, await fill(rig, 5, 3_001));
  await rig.outbox.learn(plateFact('浙BD12345', { key: 'space 9' }), HOUR);
  for (let n = 4_001; n <= 4_005; n += 1)
    await rig.outbox.accept(makeEvent(rig.clock, `waits ${n}`), lacking(n));
  for (let n = 1; n <= 10; n += 1)
    await rig.outbox.quarantine(
      makeEvent(rig.clock, `junk ${n}`),
      's',
      { field: '', reason: prose('odd') },
      undefined,
    );
  rig.outbox.close();
  return rig;
}

const COUNTS = { pending: 1_000, parked: 5, delivered: 5, waiting: 5, quarantine: 10 };

/** Which page a table or index begins at. */
function rootOf(rig: Rig, name: string): number {
  return Number(rig.column('SELECT rootpage FROM sqlite_schema WHERE name = ?', name)[0]);
}

/** The pages of a table, leaves only. */
function leavesOf(rig: Rig, name: string): number[] {
  return rig
    .column("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", name)
    .map(Number);
}

/** Writes over pages of a file that nobody has open. */
function overwrite(path: string, pages: readonly number[], bytes: Buffer = Buffer.alloc(PAGE, 0xa5)): void {
  const handle = openSync(path, 'r+');
  for (const page of pages) writeSync(handle, bytes, 0, PAGE, (page - 1) * PAGE);
  closeSync(handle);
}

/** The damaged file beside the new one. */
function asides(rig: Rig): string[] {
  return readdirSync(join(rig.path, '..')).filter((name) => /^outbox\.db\.damaged-\d{8}T\d{6}Z$/.test(name));
}

/** No file is left that only a salvage needs. */
function expectTidy(rig: Rig): void {
  expect(
    readdirSync(join(rig.path, '..')).filter((name) => /salvage|pattern|patched|rerooted|new$/.test(name)),
  ).toEqual([]);
  expect(rig.column('PRAGMA integrity_check')).toEqual(['ok']);
}

describe('an outbox that is no database any more', () => {
  it('is set aside as it was, and everything is taken over where only its first page is broken', async () => {
    const rig = await makeFull();
    overwrite(rig.path, [1]);
    const damaged = readFileSync(rig.path);
    const next = rig.again();
    expect(next.outbox.upkeep.counts()).toEqual(COUNTS);
    expect(next.salvaged).toMatchObject([
      { lost: 0, lostOrders: [], saved: { records: 1_015, quarantine: 10, contexts: 1, seen: 5, needs: 5 } },
    ]);
    const [aside = ''] = asides(rig);
    expect(next.salvaged[0]?.aside).toBe(join(rig.path, '..', aside));
    expect(readFileSync(join(rig.path, '..', aside))).toEqual(damaged);
    expectTidy(next);
  });

  it.each<[string, Buffer]>([
    ['text', Buffer.from('this is no database\n'.repeat(1_000))],
    ['zeros', Buffer.alloc(50_000)],
    ['nothing', Buffer.alloc(0)],
    ['a few bytes of one', Buffer.from('SQLite format 3\u0000')],
  ])('is set aside where it holds %s, and the service goes on with a new one', async (_, bytes) => {
    const path = join(tempDir(), 'outbox.db');
    writeFileSync(path, bytes);
    const rig = openRig({ path });
    expect(rig.salvaged).toMatchObject([{ saved: { records: 0 } }]);
    expect(asides(rig)).toHaveLength(1);
    await fill(rig, 3);
    expect(rig.outbox.upkeep.counts().pending).toBe(3);
    rig.outbox.close();
    expect(rig.again().salvaged).toEqual([]);
  });

  it('is not opened for a command, which leaves the mending to the daemon', async () => {
    const rig = await makeFull();
    overwrite(rig.path, [1]);
    const damaged = readFileSync(rig.path);
    expect(() => openRig({ path: rig.path, exclusive: false })).toThrow(Failure);
    expect(() => openReadOnly(rig.path)).toThrow(Failure);
    expect(readFileSync(rig.path)).toEqual(damaged);
  });

  it('whose file is gone and whose journal is not is told of, and its journal kept', async () => {
    const rig = await makeFull();
    rmSync(rig.path);
    writeFileSync(`${rig.path}-wal`, 'what is left');
    const next = rig.again();
    expect(next.salvaged).toHaveLength(1);
    expect(readFileSync(`${next.salvaged[0]?.aside}-wal`, 'utf8')).toBe('what is left');
    expect(next.outbox.upkeep.counts().pending).toBe(0);
  });
});

describe('an outbox that was cut short', () => {
  it.each([0.9, 0.5, 0.25])('to %d of its length gives back what is left of it', async (part) => {
    const rig = await makeFull();
    const pages = Math.floor((statSync(rig.path).size / PAGE) * part);
    const [held] = rig.column(
      "SELECT sum(ncell) FROM dbstat WHERE name = 'records' AND pagetype = 'leaf' AND pageno <= ?",
      pages,
    );
    truncateSync(rig.path, pages * PAGE);
    const next = rig.again();
    const [report] = next.salvaged;
    const saved = next.outbox.upkeep.counts();
    // All that its pages still hold, but for what lay on the page that was cut.
    expect(report?.saved.records).toBeGreaterThanOrEqual(Number(held) - 20);
    expect(held).toBeGreaterThan(20);
    expect(saved.pending).toBeLessThan(1_000);
    expect(report?.found).not.toBe('ok');
    expect(asides(rig)).toHaveLength(1);
    // What is left of a table is what its rows say.
    expect(next.column("SELECT count(*) FROM records WHERE state = 'pending'")).toEqual([saved.pending]);
    expectTidy(next);
  });
});

describe('an outbox with pages written over', () => {
  it('loses the rows of those pages only, and tells which orders they were', async () => {
    const rig = await makeFull();
    const leaves = leavesOf(rig, 'records');
    const broken = [3, 30, 31, 32, leaves.length - 5].map((at) => leaves[at] ?? 0);
    const before = rig.column('SELECT order_no FROM records ORDER BY id');
    overwrite(rig.path, broken);
    // A page in the middle is met when it is read, as it is here by whoever looks for the oldest.
    const next = rig.again();
    await next.outbox
      .prune((pruning) => pruning.prune({ now: 0, delivered: 0, seen: 0 }))
      .catch(() => undefined);
    await until(() => next.salvaged.length > 0 && next.outbox.usable, 'the salvage');
    const after = next.column('SELECT order_no FROM records ORDER BY id');
    const [report] = next.salvaged;
    const lost = before.filter((order) => !after.includes(order));
    expect(lost.length).toBeGreaterThan(broken.length);
    expect(lost.length).toBeLessThan(broken.length * 20);
    expect(report).toMatchObject({ lost: lost.length });
    expect([...(report?.lostOrders ?? [])].sort()).toEqual(lost.map(String).sort());
    expect(next.failed).toMatchObject([{ code: expect.stringContaining('SQLITE_CORRUPT') }]);
    expect(next.recovered).toHaveLength(1);
    // A lost one that is published again is taken.
    const again = makeDraft({ values: { orderNo: String(lost[0]) } });
    expect(await next.outbox.accept(makeEvent(rig.clock, 'again'), again)).toMatchObject({
      kind: 'accepted',
    });
    expectTidy(next);
  });

  it.each([
    'records_ready',
    'sqlite_autoindex_records_1',
    'records_deferred',
    'seen_at',
    'quarantine_open',
    'counts',
  ])('loses no record where they are of %s', async (name) => {
    const rig = await makeFull();
    overwrite(rig.path, [rootOf(rig, name)]);
    const next = rig.again();
    next.outbox.ready('newest-first', 10);
    next.outbox.upkeep.oldestPending();
    next.outbox.upkeep.counts();
    next.outbox.nextDeferred();
    await next.outbox
      .prune((pruning) => pruning.prune({ now: rig.clock.now(), delivered: 0, seen: 0 }))
      .catch(() => undefined);
    await next.outbox
      .quarantine(makeEvent(rig.clock, 'more'), 's', { field: '', reason: prose('') }, undefined)
      .catch(() => undefined);
    await until(() => next.outbox.usable, 'the salvage');
    if (next.salvaged.length > 0)
      expect(next.salvaged).toMatchObject([{ lost: 0, saved: { records: 1_015 } }]);
    const { quarantine: _, ...records } = COUNTS;
    expect(next.outbox.upkeep.counts()).toMatchObject(records);
    expect(next.outbox.ready('newest-first', 2_000)).toHaveLength(1_000);
  });

  it.each<[string, (rig: Rig) => number[]]>([
    ['the top page of the records', (rig) => [rootOf(rig, 'records')]],
    [
      'the top pages of all tables',
      () => [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
    ],
    ['the first page and the top page of the records', (rig) => [1, rootOf(rig, 'records')]],
  ])('finds the rows without the pages that lead to them: %s', async (_, pages) => {
    const rig = await makeFull();
    overwrite(rig.path, pages(rig));
    const next = rig.again();
    expect(next.salvaged).toMatchObject([{ lostOrders: [] }]);
    const { quarantine: _quarantine, ...records } = COUNTS;
    expect(next.outbox.upkeep.counts()).toMatchObject(records);
    expectTidy(next);
  });

  it('keeps a record whose payload alone cannot be read', async () => {
    const rig = openRig();
    await fill(rig, 3);
    const large = makeEvent(rig.clock, 'x'.repeat(50_000));
    await rig.outbox.accept(large, makeDraft({ values: { orderNo: orderNo(99) } }));
    rig.outbox.close();
    const overflow = rig
      .column("SELECT pageno FROM dbstat WHERE name = 'records' AND pagetype = 'overflow' ORDER BY path")
      .map(Number);
    // The chain of its pages leads into nowhere.
    overwrite(rig.path, overflow.slice(2), Buffer.alloc(PAGE, 0xff));
    const next = rig.again();
    await until(() => next.outbox.usable, 'the salvage');
    expect(next.salvaged).toMatchObject([{ lost: 0, saved: { records: 4 } }]);
    expect(next.outbox.ready('newest-first', 9).map((row) => row.orderNo)).toContain(orderNo(99));
    expect(next.column('SELECT length(payload) FROM records WHERE order_no = ?', orderNo(99))).toEqual([0]);
  });

  it('keeps the numbers of pruned orders that only an index still knows', async () => {
    const rig = openRig();
    for (let from = 1; from <= 1_501; from += 500) await deliver(rig, await fill(rig, 500, from));
    rig.clock.pass(40 * DAY);
    for (let more = true; more; )
      ({ more } = await rig.outbox.prune((pruning) =>
        pruning.prune({ now: rig.clock.now(), delivered: rig.clock.now() - DAY, seen: 0 }),
      ));
    rig.outbox.close();
    const leaves = leavesOf(rig, 'seen');
    overwrite(rig.path, leaves.slice(4, 6));
    const next = rig.again();
    // A known number is asked for in a broken page.
    for (const n of [500, 700, 900, 1_100])
      await next.outbox
        .accept(makeEvent(rig.clock, `again ${n}`), makeDraft({ values: { orderNo: orderNo(n) } }))
        .catch(() => undefined);
    await until(() => next.outbox.usable, 'the salvage');
    expect(next.column('SELECT count(*) FROM seen')).toEqual([2_000]);
    for (const n of [500, 700, 900, 1_100])
      expect(
        await next.outbox.accept(
          makeEvent(rig.clock, `again ${n}`),
          makeDraft({ values: { orderNo: orderNo(n) }, endAt: 0 }),
        ),
      ).toMatchObject({ state: 'pruned' });
  });
});

describe('after a salvage', () => {
  it('ids, waits, contexts and attempts are what they were', async () => {
    const rig = openRig();
    const [one = 0] = await fill(rig, 1);
    await rig.outbox.settle(one, attempt(rig.clock, refused('no')), {
      state: 'pending',
      nextAt: rig.clock.now() + HOUR,
      refusals: 1,
      strikes: 0,
    });
    await rig.outbox.learn(plateFact('浙BA00001', { key: 'space 7' }), HOUR);
    await rig.outbox.accept(makeEvent(rig.clock, 'waits'), lacking(8));
    const story = rig.column('SELECT id, history FROM records');
    rig.outbox.close();
    overwrite(rig.path, [1]);
    const next = rig.again();
    expect(next.column('SELECT id, history FROM records')).toEqual(story);
    expect(next.outbox.nextDeferred()).toBe(rig.clock.now() + HOUR);
    // What comes now has come after what waits, however many context values were lost.
    const { records } = await next.outbox.learn(plateFact('浙BD12345', { key: 'space 8' }), HOUR);
    expect(records).toEqual([2]);
    expect(next.column('SELECT max(contexts.id) > max(context_mark) FROM contexts, records')).toEqual([1]);
    rig.clock.pass(11 * MINUTE);
    expect(await endWaits(next, lacking(8))).toMatchObject([{ kind: 'accepted' }]);
  });

  it('what could be read but is no record is counted as lost', async () => {
    const rig = await makeFull();
    const next = rig.again();
    const db = new Database(rig.path);
    db.exec(
      "UPDATE records SET record = '{' WHERE id = (SELECT max(id) FROM records WHERE state = 'pending')",
    );
    db.close();
    expect(next.outbox.ready('newest-first', 10)).toEqual([]);
    await until(() => next.outbox.usable, 'the salvage');
    expect(next.salvaged).toMatchObject([{ lost: 1, lostOrders: [orderNo(1_000)] }]);
    expect(next.outbox.upkeep.counts().pending).toBe(999);
    expect(asides(rig)).toHaveLength(1);
  });

  it('that found nothing wrong the file is left where it is', async () => {
    const rig = await makeFull();
    const next = rig.again();
    const db = new Database(rig.path);
    const spoil = db.prepare('UPDATE records SET record = ? WHERE id = 1_000');
    const whole = db.prepare('SELECT record FROM records WHERE id = 1_000').pluck().get();
    spoil.run('{');
    next.outbox.ready('newest-first', 1_000);
    spoil.run(whole);
    db.close();
    await until(() => next.outbox.usable, 'the salvage');
    expect(next.salvaged).toEqual([]);
    expect(next.recovered).toHaveLength(1);
    expect(asides(rig)).toEqual([]);
    expect(next.outbox.upkeep.counts()).toEqual(COUNTS);
    expectTidy(next);
  });

  it('the service takes what it is given, kept outcomes included', async () => {
    const rig = await makeFull();
    overwrite(rig.path, [rootOf(rig, 'records_ready')]);
    const next = rig.again();
    expect(next.outbox.ready('newest-first', 10)).toEqual([]);
    // Its answer came while the file was mended.
    const stood = deliver(next, [7]);
    await expect(next.outbox.accept(makeEvent(rig.clock, 'x'), makeDraft())).rejects.toMatchObject({
      damaged: true,
    });
    expect(await stood).toEqual([true]);
    expect(next.outbox.upkeep.counts()).toMatchObject({ pending: 999, delivered: 6 });
    expect(existsSync(`${next.salvaged[0]?.aside}`)).toBe(true);
  });

  it('a close in the middle of one leaves the damaged file in place', async () => {
    const rig = await makeFull();
    overwrite(rig.path, [rootOf(rig, 'records_ready')]);
    const next = rig.again();
    next.outbox.ready('newest-first', 10);
    await until(() => existsSync(`${rig.path}.salvage`), 'the salvage to begin');
    next.outbox.close();
    expect(asides(rig)).toEqual([]);
    expect(readdirSync(join(rig.path, '..')).filter((name) => name.includes('salvage'))).toEqual([]);
    const last = rig.again();
    last.outbox.ready('newest-first', 10);
    await until(() => last.outbox.usable, 'the salvage');
    expect(last.outbox.upkeep.counts()).toEqual(COUNTS);
  });
});
