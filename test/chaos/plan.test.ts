import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLedger } from './ledger.ts';
import { planLoad } from './load.ts';
import { ALL_LANES, LANES, planTroubles } from './plan.ts';

const seeds = fc.nat(1_000_000);
const HOUR_MS = 3_600_000;

describe('the schedule of a run', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(planTroubles(seed, 120_000)).toEqual(planTroubles(seed, 120_000));
        expect(planTroubles(seed, 120_000)).not.toEqual(planTroubles(seed + 1, 120_000));
      }),
      { numRuns: 20 },
    );
  });

  it('never lets two troubles of one lane overlap, and begins none after the end', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const troubles = planTroubles(seed, 300_000);
        for (const lane of ALL_LANES) {
          const own = troubles.filter((trouble) => trouble.lane === lane);
          for (const [index, { at, lasts }] of own.entries()) {
            expect(at).toBeLessThan(300_000);
            expect(own[index + 1]?.at ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(at + lasts);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has every kind of every lane in an hour, about as often as it stands in the table', () => {
    const troubles = planTroubles(1, HOUR_MS);
    for (const lane of ALL_LANES) {
      const own = troubles.filter((trouble) => trouble.lane === lane);
      for (const [kind] of LANES[lane].kinds)
        expect(own.filter((trouble) => trouble.kind === kind).length).toBeGreaterThan(10);
    }
  });
});

describe('the load of a run', () => {
  it('is the same for the same seed, and has repeats, conflicts, events without plates and junk', () => {
    const load = planLoad(3, 120_000, 0);
    expect(planLoad(3, 120_000, 0)).toEqual(load);
    const claims = load.flatMap(({ claim }) => claim ?? []);
    for (const kind of ['session', 'plateless', 'metered', 'junk'])
      expect(claims.filter((claim) => claim.kind === kind).length).toBeGreaterThan(10);
    const payloads = new Set(load.map(({ payload }) => payload));
    expect(load.length - payloads.size).toBeGreaterThan(50);
    const orders = new Set(claims.flatMap((claim) => (claim.kind === 'junk' ? [] : claim.orderNo)));
    expect(claims.length).toBeGreaterThan(orders.size + 50);
    expect(load.length / 120).toBeGreaterThan(8);
  });
});

describe("the gate's ledger", () => {
  it('puts posts and answers together, and knows nothing of a line that was broken off', () => {
    const dir = mkdtempSync(join(tmpdir(), 'pilegate-test-'));
    const file = join(dir, 'ledger');
    const post = { n: 1, at: 5, orderNo: 'A', verdict: 'taken', signed: true, body: { orderNo: 'A' } };
    const lines = ['', post, { ...post, n: 2 }, { answered: 1, at: 7 }].map((line) => JSON.stringify(line));
    writeFileSync(file, `${lines.join('\n')}\n{"n":3,"at":9,"ord`);
    expect(readLedger(file)).toEqual([
      { ...post, answeredAt: 7 },
      { ...post, n: 2, answeredAt: undefined },
    ]);
    rmSync(dir, { recursive: true });
  });
});
