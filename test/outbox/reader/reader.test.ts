import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/outbox/database.ts';
import type { Direction, RecordFilter } from '../../../src/outbox/reader/listing.ts';
import { OutboxReader } from '../../../src/outbox/reader/reader.ts';
import { SEEN_MS } from '../../../src/outbox/tables/meta.ts';
import { RECORD_STATES, type RecordState } from '../../../src/outbox/tables/records.ts';
import {
  ARRIVED,
  DELIVERED,
  event,
  plateless,
  refused,
  type Stocked,
  stock,
} from '../../cli/filled-outbox.ts';
import { prose } from '../../support/prose.ts';
import { tempDir } from '../../support/tmp.ts';

const PILE = 'piles/D001/session/end';
/** More than a batch has. */
const MANY = 1_300;
const STATES: readonly RecordState[] = ['pending', 'delivered', 'parked', 'pending', 'delivered'];

/** What a record of the big outbox is, by its number. */
function made(n: number) {
  return {
    orderNo: `O${String(n).padStart(5, '0')}`,
    state: STATES[n % STATES.length] ?? 'pending',
    deviceId: `D${String(n % 7)}`,
    plateNo: `浙B${String(n % 11).padStart(5, '0')}`,
    receivedAt: ARRIVED + n * 1_000,
  };
}

async function many(): Promise<Stocked> {
  const stocked = stock();
  const all = Array.from({ length: MANY }, (_, n) => made(n));
  await Promise.all(
    all.map(({ orderNo, deviceId, plateNo, receivedAt }) =>
      stocked.take(`piles/${deviceId}/session/end`, event(orderNo, { plateNo }), receivedAt),
    ),
  );
  await Promise.all(
    all.map(async ({ orderNo, state }) => {
      if (state === 'delivered') await stocked.end(orderNo, [DELIVERED], state);
      if (state === 'parked') await stocked.end(orderNo, [refused('非法参数')], state);
    }),
  );
  return stocked;
}

describe('listings', () => {
  let stocked: Stocked;
  beforeAll(async () => {
    stocked = await many();
  });

  const filters: fc.Arbitrary<RecordFilter> = fc.record(
    {
      states: fc.uniqueArray(fc.constantFrom(...RECORD_STATES), { minLength: 1 }),
      deviceId: fc.constantFrom('D0', 'D3', 'D9'),
      plateNo: fc.constantFrom('浙B00001', '浙B00007', '浙B'),
      since: fc.integer({ min: -10, max: MANY + 10 }).map((n) => ARRIVED + n * 1_000),
      until: fc.integer({ min: -10, max: MANY + 10 }).map((n) => ARRIVED + n * 1_000),
    },
    { requiredKeys: [] },
  );

  it('give every record that a filter wants, once, in order, and no other', () => {
    const reader = new OutboxReader(stocked.path);
    fc.assert(
      fc.property(
        filters,
        fc.constantFrom<Direction>('newest-first', 'oldest-first'),
        (filter, direction) => {
          const { states, deviceId, plateNo, since = 0, until = Number.POSITIVE_INFINITY } = filter;
          const wanted = Array.from({ length: MANY }, (_, n) => made(n)).filter(
            (one) =>
              (states?.includes(one.state) ?? true) &&
              (deviceId ?? one.deviceId) === one.deviceId &&
              (plateNo ?? one.plateNo) === one.plateNo &&
              one.receivedAt >= since &&
              one.receivedAt < until,
          );
          if (direction === 'newest-first') wanted.reverse();
          const batches = [...reader.records(filter, direction)];
          expect(batches.flatMap(({ rows }) => rows.map(({ orderNo }) => orderNo))).toEqual(
            wanted.map(({ orderNo }) => orderNo),
          );
          for (const { looked, total } of batches) expect(looked).toBeLessThanOrEqual(total);
        },
      ),
      { numRuns: 60 },
    );
    reader.close();
  });

  it('bring event and attempts along where the whole story is wanted', () => {
    const reader = new OutboxReader(stocked.path);
    const stories = [...reader.stories({ states: ['parked'] }, 'oldest-first')].flatMap(({ rows }) => rows);
    expect(stories).toHaveLength(MANY / 5);
    expect(stories[0]).toMatchObject({
      orderNo: 'O00002',
      topic: 'piles/D2/session/end',
      source: 'session-end',
      history: [{ outcome: 'refused', result: '1', description: '非法参数', status: 200, ms: 42 }],
    });
    expect(Buffer.from(stories[0]?.payload ?? []).toString()).toContain('"orderNo":"O00002"');
    reader.close();
  });

  it('hold nothing open between two batches: the journal can be folded meanwhile', async () => {
    const reader = new OutboxReader(stocked.path);
    const batches = reader.records({}, 'oldest-first');
    expect(batches.next().done).toBe(false);
    const beside = openDatabase(stocked.path);
    await stocked.take(PILE, event('during'));
    expect(beside.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    beside.close();
    const rest = [...batches].flatMap(({ rows }) => rows);
    expect(rest.length).toBeGreaterThan(0);
    reader.close();
  });
});

describe('an order', () => {
  it('is told with what it waits for', async () => {
    const stocked = stock();
    await stocked.take('plateless/D001/end', plateless('W1'));
    const reader = new OutboxReader(stocked.path);
    const { record, needs, quarantined, pruned } = reader.order('W1');
    expect(record).toMatchObject({ state: 'waiting', nextAt: ARRIVED + 600_000 });
    expect(needs).toEqual([{ context: 'plate', key: 'A-01' }]);
    expect([quarantined, pruned]).toEqual([[], undefined]);
    reader.close();
  });

  it('is told with its events in quarantine, the newest first', async () => {
    const stocked = stock();
    await stocked.take(PILE, event('C1'));
    await stocked.take(PILE, event('C1', { power: 1 }));
    await stocked.take(PILE, event('C1', { power: 2 }));
    const reader = new OutboxReader(stocked.path);
    const { record, quarantined } = reader.order('C1');
    expect(record?.state).toBe('pending');
    expect(quarantined.map(({ id, kind, field, state }) => [id, kind, field, state])).toEqual([
      [2, 'conflict', 'power', 'open'],
      [1, 'conflict', 'power', 'open'],
    ]);
    expect(reader.event(2)).toEqual(quarantined[0]);
    expect(reader.event(3)).toBeUndefined();
    reader.close();
  });

  it('is told long after its record was pruned', () => {
    const path = join(tempDir(), 'outbox.db');
    const db = openDatabase(path);
    db.prepare("INSERT INTO seen VALUES ('P1', 'content', ?)").run(ARRIVED);
    db.close();
    const reader = new OutboxReader(path);
    expect(reader.order('P1')).toEqual({
      record: undefined,
      needs: [],
      quarantined: [],
      audit: [],
      pruned: { at: ARRIVED, knownUntil: ARRIVED + SEEN_MS },
    });
    reader.close();
  });

  it.each([
    ['2026112408000001', ['2026112408000001', '2026112408000002'], 'itself, and a slip'],
    ['8000001', ['2026112408000001'], 'its last digits'],
    ['2026112408000007', ['2026112408000001', '2026112408000002'], 'one digit wrong'],
    ['202611240800001', ['2026112408000001'], 'one digit missing'],
    ['20261124080000011', ['2026112408000001'], 'one digit too many'],
    ['2026112480000001', ['2026112408000001'], 'two digits swapped'],
    ['99', [], 'too short to tell'],
    ['9999999999999999', [], 'another number'],
  ])('that is not known has similar ones: %s → %j (%s)', async (typed, similar) => {
    const stocked = stock();
    await Promise.all(
      ['2026112408000001', '2026112408000002', '88'].map((one) => stocked.take(PILE, event(one))),
    );
    const reader = new OutboxReader(stocked.path);
    expect(reader.similar(typed, 5)).toEqual(similar);
    reader.close();
  });
});

describe('health', () => {
  it('counts, and knows the oldest pending, the last delivery and whether a daemon runs', async () => {
    const stocked = stock();
    await stocked.take(PILE, event('H1'), ARRIVED);
    await stocked.take(PILE, event('H2'), ARRIVED + 5);
    await stocked.take(PILE, event('H3'), ARRIVED + 10);
    await stocked.take(PILE, 'junk');
    await stocked.end('H1', [DELIVERED], 'delivered');
    const reader = new OutboxReader(stocked.path);
    expect(reader.health()).toEqual({
      running: true,
      daemon: undefined,
      counts: { waiting: 0, pending: 2, delivered: 1, parked: 0, quarantine: 1 },
      dropped: 0,
      oldestPending: ARRIVED + 5,
      lastDelivery: ARRIVED + 60_042,
    });
    const gate = { state: 'held', since: 2, reason: prose('签名错误') };
    const said = { version: '1.2.3', station: 'x', pid: 77, mqtt: { connected: true, since: 1 }, gate };
    await stocked.outbox.keep((upkeep) => upkeep.setMeta('daemon', JSON.stringify(said)));
    stocked.outbox.close();
    const { station: _, ...daemon } = said;
    expect(reader.health()).toMatchObject({ running: false, daemon });
    reader.close();
  });
});

describe('an outbox that cannot be read', () => {
  it('is told by its path where there is none', () => {
    const path = join(tempDir(), 'none.db');
    expect(() => new OutboxReader(path)).toThrow(
      expect.objectContaining({ name: 'Failure', exitCode: 1, message: expect.stringContaining(path) }),
    );
  });

  it('is told where it is damaged', async () => {
    const stocked = stock();
    await Promise.all(Array.from({ length: 200 }, (_, n) => stocked.take(PILE, event(`D${n}`))));
    stocked.outbox.close();
    // The pages after the schema's; the schema itself is still readable.
    const { size } = statSync(stocked.path);
    const db = new Database(stocked.path, { readonly: true });
    const last = Number(
      db.prepare("SELECT max(pageno) FROM dbstat WHERE name = 'sqlite_schema'").pluck().get(),
    );
    db.close();
    const file = openSync(stocked.path, 'r+');
    const junk = Buffer.alloc(4096, 0xa5);
    for (let at = last * 4096; at < size; at += 4096) writeSync(file, junk, 0, junk.length, at);
    closeSync(file);
    const reader = new OutboxReader(stocked.path);
    expect(() => [...reader.records({}, 'newest-first')]).toThrow(
      expect.objectContaining({ name: 'Failure', message: expect.stringMatching(/outbox .*damaged/) }),
    );
    reader.close();
  });
});
