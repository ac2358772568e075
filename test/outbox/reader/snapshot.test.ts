import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Glance } from '../../../src/outbox/reader/snapshot.ts';
import { prose } from '../../support/prose.ts';
import { tempDir } from '../../support/tmp.ts';
import { makeDraft, makeEvent, openRig, orderNo, type Rig } from '../fixture.ts';

const WANTED = { recent: 3, parked: 2, quarantined: 2 };

async function accept(rig: Rig, n: number): Promise<void> {
  await rig.outbox.accept(makeEvent(rig.clock, `event ${n}`), makeDraft({ values: { orderNo: orderNo(n) } }));
}

async function quarantine(rig: Rig, text: string, order: string | undefined): Promise<void> {
  await rig.outbox.quarantine(
    makeEvent(rig.clock, text),
    'session-end',
    { field: '', reason: prose(text) },
    order,
  );
}

describe('a glance at the outbox', () => {
  test('sees the newest of each kind, and no payloads', async () => {
    const rig = openRig();
    for (let n = 1; n <= 5; n += 1) await accept(rig, n);
    await quarantine(rig, 'oldest', undefined);
    await quarantine(rig, 'junk', undefined);
    await quarantine(rig, 'session', orderNo(9));
    const glance = new Glance(rig.path);
    const { recent, parked, quarantined, lastDelivery } = glance.newest(WANTED);
    expect(recent.map((record) => record.orderNo)).toEqual([5, 4, 3].map(orderNo));
    expect(quarantined.map(({ reason }) => reason)).toEqual(['session', 'junk']);
    expect(quarantined.every(({ payload }) => payload === undefined)).toBe(true);
    expect([parked, lastDelivery]).toEqual([[], undefined]);
    glance.close();
  });

  test('has a number that changes when anybody writes, and only then', async () => {
    const rig = openRig();
    const glance = new Glance(rig.path);
    const before = glance.version();
    expect(glance.version()).toBe(before);
    await accept(rig, 1);
    expect(glance.version()).not.toBe(before);
    glance.close();
  });

  test('sees the file that took the place of another once it was told to close', async () => {
    const rig = openRig();
    await accept(rig, 1);
    const copy = join(tempDir(), 'outbox.db');
    rig.outbox.close();
    copyFileSync(rig.path, copy);
    const glance = new Glance(copy);
    expect(glance.newest(WANTED).recent).toHaveLength(1);
    const other = openRig();
    other.outbox.close();
    renameSync(other.path, copy);
    glance.close();
    expect(glance.newest(WANTED).recent).toHaveLength(0);
    glance.close();
  });

  test('throws where there is no file, and looks again the next time', () => {
    const rig = openRig();
    rig.outbox.close();
    const gone = join(tempDir(), 'outbox.db');
    const glance = new Glance(gone);
    expect(() => glance.version()).toThrow('no outbox at');
    copyFileSync(rig.path, gone);
    expect(glance.newest(WANTED).recent).toEqual([]);
    glance.close();
    rmSync(gone);
  });
});
