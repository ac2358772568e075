import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LiveStateWriter, readLiveState } from '../../src/ops/live-state.ts';
import { makeSnapshot } from '../support/snapshot.ts';
import { tempDir } from '../support/tmp.ts';

describe('the state of a live daemon', () => {
  test('is read as it was written, beside the outbox or in the runtime directory, the newest first', () => {
    const outbox = join(tempDir(), 'outbox.db');
    const runtime = tempDir();
    expect(readLiveState(outbox, undefined)).toBeUndefined();
    const beside = new LiveStateWriter(outbox, undefined);
    beside.write(makeSnapshot(1_000));
    expect(readLiveState(outbox, undefined)).toEqual(makeSnapshot(1_000));
    const inRuntime = new LiveStateWriter(outbox, runtime);
    inRuntime.write(makeSnapshot(2_000));
    expect(readLiveState(outbox, undefined)?.at).toBe(1_000);
    expect(readLiveState(outbox, runtime)?.at).toBe(2_000);
    beside.write(makeSnapshot(3_000));
    expect(readLiveState(outbox, runtime)?.at).toBe(3_000);
    expect(readLiveState(join(tempDir(), 'outbox.db'), runtime)).toBeUndefined();
  });

  test('a longer one and then a shorter one are both whole, and the file does not grow', () => {
    const outbox = join(tempDir(), 'outbox.db');
    const writer = new LiveStateWriter(outbox, undefined);
    const silent = Array.from({ length: 500 }, (_, n) => `D${n}`);
    writer.write(makeSnapshot(1, { devices: { total: 500, silent } }));
    const { size, ino } = statSync(`${outbox}.state`);
    expect(readLiveState(outbox, undefined)?.devices.silent).toEqual(silent);
    writer.write(makeSnapshot(2));
    expect(readLiveState(outbox, undefined)).toEqual(makeSnapshot(2));
    expect(statSync(`${outbox}.state`)).toMatchObject({ size, ino });
  });

  test.each(['', 'pilegate-state', 'pilegate-state 3 0000000000000000\n{}', 'pilegate-state 99 x\n{}'])(
    'what was half written or is something else is none: %j',
    (text) => {
      const outbox = join(tempDir(), 'outbox.db');
      writeFileSync(`${outbox}.state`, text);
      expect(readLiveState(outbox, undefined)).toBeUndefined();
    },
  );

  test('is written on a disk that is full to the last byte', { timeout: 30_000 }, (test) => {
    const folder = tempDir();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', folder]).status === 0;
    if (!mounted) return test.skip('this user may not mount');
    try {
      const outbox = join(folder, 'outbox.db');
      const writer = new LiveStateWriter(outbox, undefined);
      writer.write(makeSnapshot(1));
      expect(() => writeFileSync(join(folder, 'filler'), Buffer.alloc(1024 * 1024))).toThrow('ENOSPC');
      const silent = Array.from({ length: 500 }, (_, n) => `D${n}`);
      writer.write(makeSnapshot(2, { devices: { total: 500, silent } }));
      expect(readLiveState(outbox, undefined)?.devices.silent).toHaveLength(500);
      expect(readFileSync(join(folder, 'filler')).length).toBeGreaterThan(0);
      writer.close();
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});
