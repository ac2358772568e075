import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DiskTry, diskVerdict, tryDisk } from '../../../src/cli/doctor/storage.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { pilegate } from '../../support/cli.ts';
import { canShim, makeShim } from '../../support/shim.ts';
import { tempDir } from '../../support/tmp.ts';
import { examined, fault, inBoth, PATIENT, station } from './run-doctor.ts';

afterAll(cleanUp);

/** The exit code of a command line. */
const shell = (line: string) => spawnSync('sh', ['-c', line]).status;

/** A small file system of its own, or undefined where this user may not mount one. */
function mounted(size: string): string | undefined {
  const dir = tempDir();
  if (shell(`mount -t tmpfs -o size=${size} tmpfs ${dir}`) !== 0) return undefined;
  atEnd(() => void shell(`umount ${dir}`));
  return dir;
}

const disk = mounted('1m');
if (disk === undefined)
  process.stderr.write('no root here: the tests on a file system that is full or read-only are left out\n');

describe.runIf(disk !== undefined)('on a small file system', { timeout: PATIENT }, () => {
  const folder = join(disk ?? '', 'state');
  const config = station({ outbox: { path: join(folder, 'outbox.db') } });

  it('storage with little room is red, one that is full too, and nothing is left behind', async () => {
    mkdirSync(folder);
    expect((await examined(config))['storage']).toEqual(
      fault('red', /almost full: .*iB free/, /df -h .*keepDelivered/, /即将写满/),
    );
    expect(shell(`dd if=/dev/zero of=${join(folder, 'filler')}`)).not.toBe(0);
    expect((await examined(config))['storage']).toEqual(fault('red', /^full: no room/, /df -h/, /^已满/));
    expect(readdirSync(folder)).toEqual(['filler']);
  });

  it('that is read-only is red', async () => {
    expect(shell(`mount -o remount,ro ${disk}`)).toBe(0);
    expect((await examined(config))['storage']).toEqual(
      fault('red', /^read-only: nothing can be written in /, /mount -o remount,rw .*dmesg/, /^只读/),
    );
  });
});

describe('storage', { timeout: PATIENT }, () => {
  it.runIf(canShim())('that is slow is yellow', async () => {
    const config = station();
    const { env } = makeShim({ only: 'outbox.db.doctor', fsyncUs: 300_000 });
    const { stdout } = await pilegate(['doctor', '--config', config], { env, limitMs: PATIENT });
    // On a busy machine it may be slower still.
    expect(stdout).toMatch(
      /(YELLOW|RED +) *storage: slow: write \+ fsync takes [\d.]+ m?s \(median of \d+, /,
    );
    expect(stdout).toContain('→ see what else writes (iotop -oa)');
  });

  it('that is written to leaves nothing behind', async () => {
    const dir = tempDir();
    const { fsyncs, failure, free } = await tryDisk(join(dir, 'outbox.db'));
    expect(failure).toBeUndefined();
    expect(fsyncs.length).toBeGreaterThan(0);
    expect(free?.bytes).toBeGreaterThan(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('whose folder is not there yet is no fault of the disk', async () => {
    const config = station({ outbox: { path: join(tempDir(), 'later', 'outbox.db') } });
    const { storage } = await examined(config);
    expect(storage).toEqual(
      fault('yellow', /makes it at its first start/, /systemctl start pilegate/, /尚不存在/),
    );
  });

  // Root may write anywhere, and is what the command asks for.
  it.runIf(process.getuid?.() !== 0)(
    'that this user may not write is red, and may not see yellow',
    async () => {
      const dir = tempDir();
      const config = station({ outbox: { path: join(dir, 'outbox.db') } });
      chmodSync(dir, 0o500);
      expect((await examined(config))['storage']?.level).toBe('red');
      chmodSync(dir, 0);
      expect((await examined(config))['outbox']?.seen.en).toContain('may not look');
      chmodSync(dir, 0o700);
      writeFileSync(join(dir, 'x'), '');
    },
  );
});

describe('what a try of the disk says', () => {
  const MIB = 2 ** 20;
  const tried = (more: Partial<DiskTry>): DiskTry => ({
    fsyncs: [5, 4, 90],
    failure: undefined,
    free: { bytes: 1000 * MIB, files: 1000 },
    ...more,
  });

  it.each([
    ['a quick one', {}, 'green', /takes 5\.0 ms \(median of 3, at most 90 ms\)/],
    ['a slow one', { fsyncs: [100, 100, 1] }, 'yellow', /^slow: /],
    ['a far too slow one', { fsyncs: [1000, 2000, 1] }, 'red', /^slow: .* takes 1\.0 s/],
    ['little room', { free: { bytes: 100 * MIB, files: 9 } }, 'yellow', /almost full: 100 MiB free/],
    ['no room', { free: { bytes: MIB, files: 9 } }, 'red', /almost full: 1\.0 MiB free/],
    ['no room for names', { free: { bytes: 1000 * MIB, files: 0 } }, 'red', /no inodes left/],
    ['not knowing the room', { free: undefined }, 'green', /median/],
    [
      'a slow one without room',
      { fsyncs: [100], free: { bytes: MIB, files: 9 } },
      'red',
      /slow[\s\S]*\nalmost full/,
    ],
    ['a read-only one', { failure: 'EROFS' }, 'red', /^read-only/],
    ['a full one', { failure: 'ENOSPC' }, 'red', /^full/],
    ['one over its quota', { failure: 'EDQUOT' }, 'red', /^full/],
    ['a closed one', { failure: 'EACCES' }, 'red', /may not write in/],
    ['a failing one', { failure: 'EIO' }, 'red', /failed: EIO/],
    ['one that hangs', { failure: 'HANGS' }, 'red', /did not end within 6 s/],
  ] as const)('%s', (_, more, level, seen) => {
    const verdict = inBoth(diskVerdict(tried(more), '/var/lib/pilegate/outbox.db'));
    expect([verdict.level, verdict.seen.en]).toEqual([level, expect.stringMatching(seen)]);
    expect(verdict.remedy === undefined).toBe(level === 'green');
    expect(verdict.seen.zh).toMatch(/[\u4e00-\u9fff]/);
  });
});
