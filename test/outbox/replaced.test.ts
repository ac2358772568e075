import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/outbox/errors.ts';
import { isLocked } from '../../src/outbox/lock.ts';
import { atEnd } from '../support/cleanup.ts';
import { tempDir } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { deliver, fill, makeDraft, makeEvent, openRig, orderNo, type Rig } from './fixture.ts';

/** An outbox in a folder of its own, with two delivered and three pending records. */
async function begin(): Promise<Rig> {
  const folder = join(tempDir(), 'state');
  mkdirSync(folder);
  const rig = openRig({ path: join(folder, 'outbox.db') });
  await deliver(rig, await fill(rig, 2, 101));
  await fill(rig, 3);
  return rig;
}

/** What lies beside the outbox under a name of its own. */
function asides({ path }: Rig): string[] {
  return readdirSync(dirname(path)).filter((name) => name.startsWith('outbox.db.replaced-'));
}

/** Publishes an event until it is acknowledged, as a broker does; whether it ever was refused. */
async function publish(rig: Rig, n: number): Promise<boolean> {
  let refused = false;
  await until(async () => {
    const draft = makeDraft({ values: { orderNo: orderNo(n) } });
    try {
      await rig.outbox.accept(makeEvent(rig.clock, `event ${n}`), draft);
      return true;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      refused = true;
      return false;
    }
  }, `the event ${n} to be acknowledged`);
  return refused;
}

/** The orders in the file at the name, as whoever opens it next finds them. */
function stored(rig: Rig): unknown[] {
  rig.outbox.close();
  const next = rig.again();
  const orders = next.column('SELECT order_no FROM records ORDER BY order_no');
  expect(next.column('PRAGMA integrity_check')).toEqual(['ok']);
  next.outbox.close();
  return orders;
}

const EVERYTHING = [1, 2, 3, 4, 101, 102].map(orderNo);

const another = async (): Promise<string> => {
  const other = openRig();
  await fill(other, 2, 9_001);
  other.outbox.close();
  return other.path;
};

const FAULTS: Readonly<Record<string, (rig: Rig) => void | Promise<void>>> = {
  'deleted with its journal': ({ path }) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`);
  },
  'deleted alone': ({ path }) => rmSync(path),
  'moved away': ({ path }) => renameSync(path, `${path}.mine`),
  'moved away with its journal': ({ path }) => {
    for (const suffix of ['', '-wal', '-shm']) renameSync(`${path}${suffix}`, `${path}.mine${suffix}`);
  },
  'left without its journal': ({ path }) => rmSync(`${path}-wal`),
  'left without the index of its journal': ({ path }) => rmSync(`${path}-shm`),
  'given the journal of another': async ({ path }) => {
    rmSync(`${path}-wal`);
    writeFileSync(`${path}-wal`, 'no journal');
  },
  'replaced by another outbox': async ({ path }) => renameSync(await another(), path),
  'replaced by a copy of itself': ({ path }) => {
    copyFileSync(path, `${path}.copy-of-it`);
    renameSync(`${path}.copy-of-it`, path);
  },
  'replaced by a text': ({ path }) => {
    writeFileSync(`${path}.text`, 'not an outbox');
    renameSync(`${path}.text`, path);
  },
  'replaced by a folder': ({ path }) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, 'file'), '');
  },
  'replaced by a link into nowhere': ({ path }) => {
    rmSync(path);
    symlinkSync('/nonexistent/file', path);
  },
  'gone with its whole folder': ({ path }) => rmSync(dirname(path), { recursive: true }),
  'in a folder that was renamed': ({ path }) => renameSync(dirname(path), `${dirname(path)}.old`),
  'in a folder that was replaced by a copy': ({ path }) => {
    cpSync(dirname(path), `${dirname(path)}.copy`, { recursive: true });
    renameSync(dirname(path), `${dirname(path)}.old`);
    renameSync(`${dirname(path)}.copy`, dirname(path));
  },
};

describe('an outbox whose file is no longer at its name', () => {
  it.each(Object.entries(FAULTS))('%s: acknowledges nothing until all is there again', async (_, fault) => {
    const rig = await begin();
    await fault(rig);
    // As maintenance does: nothing is written that would notice.
    rig.outbox.checkPlace();
    expect(rig.failed).toMatchObject([{ code: 'PILEGATE_REPLACED' }]);
    expect(await publish(rig, 4)).toBe(true);
    expect(rig.replaced).toMatchObject([{ rescued: true, reason: expect.stringContaining(rig.path) }]);
    expect(rig.recovered).toHaveLength(1);
    expect(isLocked(rig.path)).toBe(true);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 4, delivered: 2 });
    expect(stored(rig)).toEqual(EVERYTHING);
  });

  it('is noticed by the commit after a pause, and what it holds is acknowledged once it is taken over', async () => {
    const rig = await begin();
    const pause = Promise.withResolvers<void>();
    setTimeout(pause.resolve, 150);
    await pause.promise;
    FAULTS['deleted with its journal']?.(rig);
    const acknowledged: number[] = [];
    const draft = makeDraft({ values: { orderNo: orderNo(4) } });
    const done = rig.outbox.accept(makeEvent(rig.clock, 'event 4'), draft).then((kept) => {
      acknowledged.push(rig.replaced.length);
      return kept;
    });
    expect(await done).toMatchObject({ kind: 'accepted' });
    expect(acknowledged).toEqual([1]);
    expect(stored(rig)).toEqual(EVERYTHING);
  });

  it('is saved by a stop that comes before anybody noticed', async () => {
    for (const name of [
      'deleted with its journal',
      'replaced by another outbox',
      'left without its journal',
    ]) {
      const rig = await begin();
      await FAULTS[name]?.(rig);
      rig.outbox.close();
      expect(rig.replaced).toHaveLength(1);
      const next = rig.again();
      expect(next.outbox.upkeep.counts()).toMatchObject({ pending: 3, delivered: 2 });
      next.outbox.close();
    }
  });

  it('keeps what was put there as it was', async () => {
    const rig = await begin();
    const other = await another();
    const bytes = readFileSync(other);
    renameSync(other, rig.path);
    rig.outbox.checkPlace();
    await publish(rig, 4);
    const [aside = ''] = asides(rig);
    expect(rig.replaced).toMatchObject([{ aside: join(dirname(rig.path), aside) }]);
    expect(readFileSync(join(dirname(rig.path), aside))).toEqual(bytes);
    expect(existsSync(join(dirname(rig.path), `${aside}-wal`))).toBe(false);
    expect(statSync(rig.path).mode & 0o777).toBe(0o640);
  });

  it.each<[string, (aside: string) => unknown, unknown]>([
    ['replaced by a folder', (aside) => readdirSync(aside), ['file']],
    ['replaced by a link into nowhere', (aside) => readlinkSync(aside), '/nonexistent/file'],
  ])('%s: keeps that too', async (name, read, expected) => {
    const rig = await begin();
    await FAULTS[name]?.(rig);
    rig.outbox.checkPlace();
    await publish(rig, 4);
    expect(read(join(dirname(rig.path), asides(rig)[0] ?? ''))).toEqual(expected);
  });

  it('is taken over again and again', async () => {
    const rig = await begin();
    for (let n = 4; n < 8; n += 1) {
      rmSync(rig.path);
      rig.outbox.checkPlace();
      await publish(rig, n);
    }
    expect(rig.replaced).toHaveLength(4);
    expect(stored(rig)).toHaveLength(9);
  });

  it('outcomes of attempts meanwhile are kept', async () => {
    const rig = await begin();
    FAULTS['deleted with its journal']?.(rig);
    rig.outbox.checkPlace();
    expect(await deliver(rig, [3])).toEqual([true]);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 2, delivered: 3 });
  });

  it('that only lost its lock takes it again, so that no second daemon starts', async () => {
    const rig = await begin();
    rmSync(`${rig.path}.lock`);
    rig.outbox.checkPlace();
    expect(isLocked(rig.path)).toBe(true);
    expect(rig.failed).toEqual([]);
    rig.outbox.close();
    expect(isLocked(rig.path)).toBe(false);
  });

  it('is not written over where another daemon has its name by now', async () => {
    const rig = await begin();
    renameSync(dirname(rig.path), `${dirname(rig.path)}.old`);
    mkdirSync(dirname(rig.path));
    const second = openRig({ path: rig.path });
    await fill(second, 1, 201);
    rig.outbox.checkPlace();
    expect(rig.failed).toMatchObject([{ message: expect.stringMatching(/in use by another pilegate/) }]);
    await expect(rig.outbox.accept(makeEvent(rig.clock, 'x'), makeDraft())).rejects.toThrow(StorageError);
    second.outbox.close();
    await until(() => rig.outbox.usable, 'the name to be ours again');
    expect(asides(rig)).toHaveLength(1);
    expect(rig.outbox.upkeep.counts()).toMatchObject({ pending: 3, delivered: 2 });
  });

  it('after a crash between copy and place is found complete', async () => {
    const rig = await begin();
    rig.outbox.close();
    renameSync(rig.path, `${rig.path}.taken-over`);
    const next = rig.again();
    expect(next.outbox.upkeep.counts()).toMatchObject({ pending: 3, delivered: 2 });
    expect(existsSync(`${rig.path}.taken-over`)).toBe(false);
  });
});

const canMount = (): boolean => {
  const dir = tempDir();
  const can = process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', dir]).status === 0;
  if (can) execFileSync('umount', [dir]);
  return can;
};

describe.runIf(canMount())('another file system mounted over the folder', () => {
  it('gets the rows, and they come back with its end', async () => {
    const rig = await begin();
    const folder = dirname(rig.path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
    atEnd(() => void spawnSync('umount', ['-l', folder]));
    rig.outbox.checkPlace();
    await publish(rig, 4);
    expect(rig.column('SELECT count(*) FROM records')).toEqual([6]);
    execFileSync('umount', ['-l', folder]);
    rig.outbox.checkPlace();
    await publish(rig, 5);
    expect(rig.replaced).toHaveLength(2);
    expect(stored(rig)).toEqual([1, 2, 3, 4, 5, 101, 102].map(orderNo));
  });

  it('that has no room is said, and nothing is acknowledged until it has', async () => {
    const rig = await begin();
    const folder = dirname(rig.path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', folder]);
    atEnd(() => void spawnSync('umount', ['-l', folder]));
    rig.outbox.checkPlace();
    await until(() => /disk is full|no space/i.test(rig.outbox.failure?.message ?? ''), 'the reason');
    await expect(rig.outbox.accept(makeEvent(rig.clock, 'x'), makeDraft())).rejects.toThrow(StorageError);
    execFileSync('mount', ['-o', 'remount,size=16m', folder]);
    await publish(rig, 4);
    expect(rig.column('SELECT count(*) FROM records')).toEqual([6]);
  });
});
