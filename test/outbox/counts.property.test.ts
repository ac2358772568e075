import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prose } from '../support/prose.ts';
import {
  attempt,
  DAY,
  DELIVERED,
  endWaits,
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
} from './fixture.ts';

/** Something that happens to an outbox; `n` chooses which row or order. */
type Step = (rig: Rig, n: number) => Promise<unknown>;

const FAULT = { field: '', reason: prose('odd') };
const waits = (n: number) =>
  makeDraft({
    values: { orderNo: orderNo(n) },
    needs: [plateNeed({ key: `space ${n % 3}`, late: n % 2 === 0 })],
  });
const pick = (rig: Rig, sql: string, n: number): number => {
  const ids = rig.column(sql);
  return Number(ids[n % Math.max(1, ids.length)] ?? 0);
};

const STEPS: Readonly<Record<string, Step>> = {
  'a whole event': (rig, n) =>
    rig.outbox.accept(makeEvent(rig.clock, `event ${n}`), makeDraft({ values: { orderNo: orderNo(n) } })),
  'another event of an order': (rig, n) =>
    rig.outbox.accept(
      makeEvent(rig.clock, `other ${n}`),
      makeDraft({ values: { orderNo: orderNo(n), power: `${n}.00` } }),
    ),
  'an event that lacks a plate': (rig, n) => rig.outbox.accept(makeEvent(rig.clock, `lacks ${n}`), waits(n)),
  junk: (rig, n) =>
    rig.outbox.quarantine(
      makeEvent(rig.clock, `junk ${n}`),
      's',
      FAULT,
      n % 2 === 0 ? orderNo(n) : undefined,
    ),
  'a plate': async (rig, n) => {
    const { records, quarantined } = await rig.outbox.learn(
      plateFact('浙BD12345', { key: `space ${n % 3}` }),
      HOUR,
    );
    for (const id of records) {
      const waiting = rig.outbox.waiting(id);
      if (waiting !== undefined) await rig.outbox.complete(waiting, waits(Number(waiting.orderNo?.slice(8))));
    }
    for (const id of quarantined) {
      const held = rig.outbox.held(id);
      if (held !== undefined) await rig.outbox.replay(held, waits(n));
    }
  },
  delivery: (rig, n) =>
    rig.outbox.settle(pick(rig, 'SELECT id FROM records', n), attempt(rig.clock, DELIVERED), {
      state: 'delivered',
      sent: undefined,
    }),
  refusal: (rig, n) =>
    rig.outbox.settle(pick(rig, 'SELECT id FROM records', n), attempt(rig.clock, refused()), {
      state: 'pending',
      nextAt: rig.clock.now() + n * MINUTE,
      refusals: n,
      strikes: 0,
    }),
  parking: (rig, n) =>
    rig.outbox.settle(pick(rig, 'SELECT id FROM records', n), attempt(rig.clock, refused()), {
      state: 'parked',
      why: prose('enough'),
    }),
  'a charge': (rig, n) =>
    rig.outbox.charge({
      id: pick(rig, 'SELECT id FROM records', n),
      strikes: n,
      refusals: n,
      nextAt: undefined,
      parked: n % 2 === 0,
    }),
  promotion: (rig, n) => rig.outbox.promote(n),
  'time passing': async (rig, n) => {
    rig.clock.pass(n * DAY);
    await endWaits(rig, waits(n));
  },
  replay: async (rig, n) => {
    const held = rig.outbox.held(pick(rig, 'SELECT id FROM quarantine', n));
    if (held !== undefined)
      await rig.outbox.replay(held, n % 2 === 0 ? makeDraft({ values: { orderNo: orderNo(n) } }) : FAULT);
  },
  pruning: (rig) =>
    rig.outbox.prune((pruning) =>
      pruning.prune({
        now: rig.clock.now(),
        delivered: rig.clock.now() - 3 * DAY,
        seen: rig.clock.now() - 6 * DAY,
      }),
    ),
  shrinking: (rig) => rig.outbox.prune((pruning) => pruning.shrink(rig.clock.now())),
  'a job that fails': (rig) =>
    rig.outbox
      .keep(() => {
        throw new RangeError('no good');
      })
      .catch(() => undefined),
  'a clock that is set': (rig, n) => rig.outbox.clockJumped(n * HOUR),
};

it('counts by triggers what a scan counts, and no order twice, whatever happens', {
  timeout: 120_000,
}, async () => {
  const step = fc.record({
    what: fc.constantFrom(...Object.keys(STEPS)),
    n: fc.integer({ min: 1, max: 12 }),
    alone: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const rig = openRig({ limits: { maxRows: 4, maxBytes: 400 } });
      let together: Promise<unknown>[] = [];
      for (const { what, n, alone } of steps) {
        together.push(STEPS[what]?.(rig, n) ?? Promise.resolve());
        if (!alone) continue;
        await Promise.all(together);
        together = [];
      }
      await Promise.all(together);
      expect(rig.outbox.upkeep.counts()).toEqual(scan(rig));
      expect(bytes(rig)).toEqual(rig.column("SELECT n FROM counts WHERE name = 'quarantine_bytes'"));
      expect(rig.column("SELECT count(*) FROM quarantine WHERE state = 'dropped'")).toEqual(
        rig.column("SELECT n FROM counts WHERE name = 'quarantine_dropped'"),
      );
      expect(
        rig.column(
          'SELECT order_no FROM records WHERE order_no IS NOT NULL GROUP BY order_no HAVING count(*) > 1',
        ),
      ).toEqual([]);
      // Nobody waits whose record does not.
      expect(
        rig.column(
          "SELECT record_id FROM needs WHERE record_id > 0 AND record_id NOT IN (SELECT id FROM records WHERE state = 'waiting')",
        ),
      ).toEqual([]);
      expect(
        rig.column(
          "SELECT quarantine_id FROM needs WHERE quarantine_id > 0 AND quarantine_id NOT IN (SELECT id FROM quarantine WHERE state = 'open')",
        ),
      ).toEqual([]);
      expect(rig.column('PRAGMA integrity_check')).toEqual(['ok']);
      rig.outbox.close();
    }),
    { numRuns: 150 },
  );
});

function scan({ path }: Rig) {
  const db = new Database(path, { readonly: true });
  const count = (sql: string) => Number(db.prepare(`SELECT count(*) FROM ${sql}`).pluck().get());
  const counts = {
    waiting: count("records WHERE state = 'waiting'"),
    pending: count("records WHERE state = 'pending'"),
    delivered: count("records WHERE state = 'delivered'"),
    parked: count("records WHERE state = 'parked'"),
    quarantine: count("quarantine WHERE state = 'open'"),
  };
  db.close();
  return counts;
}

const bytes = (rig: Rig) =>
  rig.column("SELECT coalesce(sum(length(payload)), 0) FROM quarantine WHERE state = 'open'");
