import { closeSync, copyFileSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prose } from '../../support/prose.ts';
import { tempDir } from '../../support/tmp.ts';
import { until } from '../../support/wait.ts';
import { attempt, deliver, fill, makeDraft, makeEvent, openRig, type Rig, refused } from '../fixture.ts';

const PAGE = 4_096;

/** An outbox of 400 records in three states and some junk, closed. */
async function makeSound(): Promise<Rig> {
  const rig = openRig();
  const ids = await fill(rig, 400);
  await deliver(rig, ids.slice(0, 100));
  for (const id of ids.slice(100, 110))
    await rig.outbox.settle(id, attempt(rig.clock, refused()), { state: 'parked', why: prose('enough') });
  for (let n = 0; n < 20; n += 1)
    await rig.outbox.quarantine(
      makeEvent(rig.clock, `junk ${n}`),
      's',
      { field: '', reason: prose('odd') },
      undefined,
    );
  rig.outbox.close();
  return rig;
}

/** The records, a text of one character a byte each: what was written over them may be no UTF-8. */
function bytesOf(rig: Rig, where: string): string[] {
  return rig
    .column(`SELECT CAST(order_no || ' ' || state || ' ' || record AS BLOB) FROM records ${where}`)
    .map((bytes) => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString('latin1') : String(bytes)));
}

/** Whether a row is one that was there, but for bytes that were written over its own text: SQLite has no checksums to notice that by. */
function isOverwritten(row: string, rows: ReadonlySet<string>, written: ReadonlySet<number>): boolean {
  return [...rows].some(
    (was) =>
      was.length === row.length &&
      [...was].every((char, at) => char === row[at] || written.has(row.charCodeAt(at))),
  );
}

const hit = fc.record({
  /** Where in the file, as a part of it. */
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  bytes: fc.integer({ min: 1, max: 3 * PAGE }),
  what: fc.constantFrom(0x00, 0xff, 0x0d, 0x41),
});
const damage = fc.record({
  hits: fc.array(hit, { maxLength: 6 }),
  cut: fc.option(fc.double({ min: 0.1, max: 1, noNaN: true })),
});

it('goes on whatever was written over it or cut off, and gives back no row that was not there', {
  timeout: 180_000,
}, async () => {
  const sound = await makeSound();
  const rows = new Set(bytesOf(sound, ''));
  await fc.assert(
    fc.asyncProperty(damage, async ({ hits, cut }) => {
      const path = join(tempDir(), 'outbox.db');
      copyFileSync(sound.path, path);
      const { size } = statSync(path);
      const handle = openSync(path, 'r+');
      for (const { at, bytes, what } of hits) {
        const from = Math.floor(size * at);
        writeSync(
          handle,
          Buffer.alloc(Math.min(bytes, size - from), what),
          0,
          Math.min(bytes, size - from),
          from,
        );
      }
      closeSync(handle);
      if (cut !== null) truncateSync(path, Math.floor(size * cut));
      const rig = openRig({ path });
      // Everything is read and something is written, as a service does sooner or later.
      rig.outbox.ready('newest-first', 1_000);
      rig.outbox.upkeep.oldestPending();
      await rig.outbox
        .prune((pruning) => pruning.prune({ now: rig.clock.now(), delivered: 0, seen: 0 }))
        .catch(() => undefined);
      await rig.outbox
        .accept(makeEvent(rig.clock, 'new'), makeDraft({ values: { orderNo: 'new' } }))
        .catch(() => undefined);
      await until(() => rig.outbox.usable, 'the outbox to be mended');
      await rig.outbox.accept(makeEvent(rig.clock, 'new'), makeDraft({ values: { orderNo: 'new' } }));
      const left = bytesOf(rig, "WHERE order_no <> 'new'");
      const written = new Set(hits.map(({ what }) => what));
      expect(left.filter((row) => !rows.has(row) && !isOverwritten(row, rows, written))).toEqual([]);
      if (hits.length === 0 && cut === null) expect(left).toHaveLength(400);
      rig.outbox.close();
    }),
    { numRuns: 60 },
  );
});

it('goes on where the file ends within a page of its own schema, whose count of entries is still right', async () => {
  const sound = await makeSound();
  const pages = sound.column("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'").map(Number);
  const path = join(tempDir(), 'outbox.db');
  copyFileSync(sound.path, path);
  truncateSync(path, (Math.max(...pages) - 1) * PAGE + 100);
  const rig = openRig({ path });
  await rig.outbox.accept(makeEvent(rig.clock, 'new'), makeDraft({ values: { orderNo: 'new' } }));
  expect(rig.outbox.upkeep.counts().pending).toBeGreaterThan(0);
});

it.each([
  ['format number', 44, 0x41],
  ['version', 60, 0x00],
  ['version', 60, 0x41],
  ['version', 60, 0xff],
])('goes on where the %s in the header of the file was overwritten (at %i with %i)', async (_, at, what) => {
  const sound = await makeSound();
  const handle = openSync(sound.path, 'r+');
  writeSync(handle, Buffer.alloc(4, what), 0, 4, at);
  closeSync(handle);
  const rig = openRig({ path: sound.path });
  expect(rig.outbox.upkeep.counts()).toMatchObject({
    pending: 290,
    delivered: 100,
    parked: 10,
    quarantine: 20,
  });
});
