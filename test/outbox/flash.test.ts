import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canShim, makeShim, type Shim } from '../support/shim.ts';
import { tempDir } from '../support/tmp.ts';
import { type OutboxProcess, spawnOutbox } from './process.ts';

/** What `work` costs the disk, checkpoints and all. */
async function costOf(shim: Shim, work: () => Promise<unknown>) {
  const before = shim.counts();
  await work();
  const after = shim.counts();
  return { syncs: after.syncs - before.syncs, bytes: after.bytes - before.bytes };
}

/** A warm outbox whose disk is counted. */
async function counted(): Promise<{ shim: Shim; outbox: OutboxProcess }> {
  const shim = makeShim({ only: 'outbox.db' });
  const outbox = await spawnOutbox(join(tempDir(), 'outbox.db'), { env: shim.env });
  await outbox.accept(1, 500);
  await outbox.deliver(500);
  return { shim, outbox };
}

describe.runIf(canShim())('the flash', () => {
  it('sees two fsyncs a record at rest, and few bytes', { timeout: 90_000 }, async () => {
    const { shim, outbox } = await counted();
    const records = 400;
    const cost = await costOf(shim, async () => {
      for (let n = 0; n < records; n += 1) {
        await outbox.accept(1_000 + n, 1);
        await outbox.deliver(1);
      }
    });
    // Arrival and outcome; the journal is folded into the file every few hundred records.
    expect(cost.syncs / records).toBeGreaterThanOrEqual(2);
    expect(cost.syncs / records).toBeLessThan(2.05);
    expect(cost.bytes / records).toBeLessThan(64 * 1_024);
    process.stdout.write(
      `at rest: ${(cost.syncs / records).toFixed(3)} fsyncs, ${Math.round(cost.bytes / records)} bytes a record\n`,
    );
    await outbox.close();
  });

  it('sees fewer than 0.05 fsyncs a record in a burst', { timeout: 90_000 }, async () => {
    const { shim, outbox } = await counted();
    const records = 20_000;
    const cost = await costOf(shim, async () => {
      for (let n = 0; n < records; n += 500) await outbox.accept(1_000 + n, 500);
    });
    expect(cost.syncs / records).toBeLessThan(0.05);
    expect(cost.bytes / records).toBeLessThan(6 * 1_024);
    process.stdout.write(
      `in a burst: ${(cost.syncs / records).toFixed(4)} fsyncs, ${Math.round(cost.bytes / records)} bytes a record\n`,
    );
    const outcomes = await costOf(shim, () => outbox.deliver(records));
    expect(outcomes.syncs / records).toBeLessThan(0.05);
    process.stdout.write(
      `outcomes of it, together: ${(outcomes.syncs / records).toFixed(4)} fsyncs, ${Math.round(outcomes.bytes / records)} bytes a record\n`,
    );
    await outbox.close();
  });

  it('sees nothing while nothing happens', async () => {
    const { shim, outbox } = await counted();
    await outbox.housekeeping();
    expect(await costOf(shim, () => outbox.housekeeping())).toEqual({ syncs: 0, bytes: 0 });
    await outbox.close();
  });

  it('sees one fsync for each event that is acknowledged alone, and one for many that are together', async () => {
    const { shim, outbox } = await counted();
    expect((await costOf(shim, () => outbox.accept(1_001, 20, 'one by one'))).syncs).toBe(20);
    expect((await costOf(shim, () => outbox.accept(2_001, 20))).syncs).toBe(1);
    await outbox.close();
  });
});
