import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/cleanup.ts';
import { canShim, type Fault, makeShim } from '../support/shim.ts';
import { tempDir } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { orderNo } from './fixture.ts';
import { type OutboxProcess, spawnOutbox } from './process.ts';

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Whether file systems can be mounted here. */
function canMount(): boolean {
  const dir = tempDir();
  const can =
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]).status === 0;
  if (can) run('umount', dir);
  else
    process.stderr.write(
      'no right to mount here: the tests on full and read-only file systems are left out\n',
    );
  return can;
}

const hasExt4 = spawnSync('mkfs.ext4', ['-V']).error === undefined;

/** Kinds of answers, counted. */
async function kinds(answer: Promise<unknown>): Promise<unknown> {
  return await answer.then((all) => (Array.isArray(all) ? [...new Set(all)] : all));
}

const failures = ({ told }: OutboxProcess) => told.filter(({ tell }) => tell === 'failed');

describe.runIf(canShim())('a disk that fails', () => {
  it.each<[Fault, string]>([
    ['sync EIO', 'SQLITE_IOERR_FSYNC'],
    ['write EIO', 'SQLITE_IOERR_WRITE'],
    ['write EROFS', 'SQLITE_IOERR_WRITE'],
    ['write ENOSPC', 'SQLITE_FULL'],
  ])('with %s acknowledges nothing, says so once, and works again by itself', async (fault, code) => {
    const path = join(tempDir(), 'outbox.db');
    const shim = makeShim({ only: 'outbox.db' });
    const outbox = await spawnOutbox(path, { env: shim.env });
    expect(await kinds(outbox.accept(1, 20))).toEqual(['accepted']);
    shim.fault(fault);
    await expect(outbox.accept(101, 20)).rejects.toThrow(code);
    await expect(outbox.accept(201, 5)).rejects.toThrow(code);
    // What the gate answered is kept meanwhile, and what is there can be read.
    const delivered = outbox.deliver(3);
    expect(await outbox.counts()).toMatchObject({ pending: 20, delivered: 0 });
    expect(failures(outbox)).toMatchObject([{ code, message: expect.stringContaining(path) }]);
    shim.fault();
    const back = performance.now();
    await outbox.hears('recovered');
    expect(performance.now() - back).toBeLessThan(5_500);
    expect(await delivered).toEqual([true, true, true]);
    expect(failures(outbox)).toHaveLength(1);
    // The broker sends again what was not acknowledged.
    expect(await kinds(outbox.accept(101, 20))).toEqual(['accepted']);
    expect(await outbox.counts()).toMatchObject({ pending: 37, delivered: 3 });
    await outbox.close();
  });

  it('whose one fsync fails loses nothing that was acknowledged, and keeps nothing that was not, over SIGKILL', async () => {
    const path = join(tempDir(), 'outbox.db');
    const quiet = makeShim({ only: 'outbox.db' });
    const counting = await spawnOutbox(path, { env: quiet.env });
    await counting.accept(1, 2);
    const before = quiet.counts().syncs;
    await counting.close();
    rmSync(path);
    const shim = makeShim({ only: 'outbox.db', failFrom: before + 1 });
    const outbox = await spawnOutbox(path, { env: shim.env });
    await outbox.accept(1, 2);
    await expect(outbox.accept(11, 2)).rejects.toThrow('SQLITE_IOERR_FSYNC');
    await outbox.hears('recovered');
    expect(await outbox.ready()).toEqual([orderNo(2), orderNo(1)]);
    expect(await kinds(outbox.accept(21, 2))).toEqual(['accepted']);
    await outbox.kill();
    const next = await spawnOutbox(path);
    expect(await next.ready()).toEqual([22, 21, 2, 1].map(orderNo));
    await next.close();
  });

  it('folds the journal into the file before it trusts either again', async () => {
    const path = join(tempDir(), 'outbox.db');
    const shim = makeShim({ only: 'outbox.db-wal' });
    const outbox = await spawnOutbox(path, { env: shim.env });
    await outbox.accept(1, 50);
    shim.fault('sync EIO');
    await expect(outbox.accept(101, 1)).rejects.toThrow('SQLITE_IOERR');
    shim.fault();
    await outbox.hears('recovered');
    await outbox.kill();
    // All of it is in the file itself: the journal may be lost.
    rmSync(`${path}-wal`);
    const next = await spawnOutbox(path);
    expect(await next.counts()).toMatchObject({ pending: 50 });
    await next.close();
  });

  it('that stays failed keeps what the gate answered until the end, and says that it could not', async () => {
    const path = join(tempDir(), 'outbox.db');
    const shim = makeShim({ only: 'outbox.db' });
    const outbox = await spawnOutbox(path, { env: shim.env });
    await outbox.accept(1, 2);
    shim.fault('sync EIO');
    const delivered = outbox.deliver(2);
    const lost = expect(delivered).rejects.toThrow('SQLITE_IOERR');
    await outbox.hears('failed');
    await outbox.close();
    await lost;
    const next = await spawnOutbox(path);
    expect(await next.counts()).toMatchObject({ pending: 2, delivered: 0 });
    await next.close();
  });
});

describe.runIf(canMount())('a real file system', () => {
  it('that is full lets nothing in, and takes all again within 5 s of some room', async () => {
    const dir = tempDir();
    run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dir);
    atEnd(() => void run('umount', '-l', dir));
    const path = join(dir, 'outbox.db');
    const outbox = await spawnOutbox(path);
    await outbox.accept(1, 100);
    const ballast = join(dir, 'ballast');
    const room = () => statfsSync(dir).bavail * statfsSync(dir).bsize;
    appendFileSync(ballast, Buffer.alloc(room() - 16_384));
    await expect(outbox.accept(1_001, 500)).rejects.toThrow('the disk is full');
    const delivered = outbox.deliver(2);
    // It stays failed while there is none: probes are not fooled by a few bytes.
    await expect(outbox.accept(2_001, 1)).rejects.toThrow('the disk is full');
    expect(await outbox.counts()).toMatchObject({ pending: 100 });
    rmSync(ballast);
    await outbox.hears('recovered', 5_500);
    expect(await delivered).toEqual([true, true]);
    expect(failures(outbox)).toHaveLength(1);
    expect(await kinds(outbox.accept(1_001, 500))).toEqual(['accepted']);
    await outbox.close();
  });

  it.runIf(hasExt4)(
    'that turns read-only under it lets nothing in, and takes all again once it is mounted anew',
    async () => {
      const dir = tempDir();
      const [image, mountPoint] = [join(dir, 'image'), join(dir, 'disk')];
      mkdirSync(mountPoint);
      run('dd', 'if=/dev/zero', `of=${image}`, 'bs=1M', 'count=24');
      run('mkfs.ext4', '-q', image);
      run('mount', '-o', 'loop', image, mountPoint);
      atEnd(() => void run('umount', '-l', mountPoint));
      const path = join(mountPoint, 'outbox.db');
      const outbox = await spawnOutbox(path);
      await outbox.accept(1, 100);
      // What ext4 does on its own after an error: from now on it is read-only.
      spawnSync('mount', ['-o', 'remount,abort', mountPoint]);
      await expect(outbox.accept(201, 10)).rejects.toThrow('SQLITE_');
      await until(() => failures(outbox).length > 0, 'the failure to be told');
      const delivered = outbox.deliver(2);
      expect(await outbox.counts()).toMatchObject({ pending: 100 });
      // The operator has another go at it: the same disk, checked and mounted again.
      const copy = join(dir, 'copy');
      run('cp', image, copy);
      run('umount', '-l', mountPoint);
      spawnSync('e2fsck', ['-fy', copy]);
      run('mount', '-o', 'loop', copy, mountPoint);
      await outbox.hears('recovered', 6_000);
      expect(await delivered).toEqual([true, true]);
      expect(failures(outbox)).toHaveLength(1);
      expect(await outbox.counts()).toMatchObject({ pending: 98, delivered: 2 });
      await outbox.close();
      expect(existsSync(path)).toBe(true);
    },
  );
});
