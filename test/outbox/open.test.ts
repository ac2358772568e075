import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { reason } from '../../src/domain/reason.ts';
import { openDatabase, openReadOnly } from '../../src/outbox/database.ts';
import { StorageError } from '../../src/outbox/errors.ts';
import { isLocked } from '../../src/outbox/lock.ts';
import { MIGRATIONS } from '../../src/outbox/schema.ts';
import { tempDir } from '../support/tmp.ts';
import { fill, openRig, orderNo } from './fixture.ts';
import { spawnOutbox } from './process.ts';

/** A program of later: its next migration is given by the test. */
const later = vi.hoisted(() => ({ step: '' }));
vi.mock('../../src/outbox/schema.ts', async (original) => {
  const { MIGRATIONS: known } = await original<{ MIGRATIONS: readonly string[] }>();
  return {
    get MIGRATIONS() {
      return later.step === '' ? known : [...known, later.step];
    },
  };
});

/** What opening throws. */
function thrownBy(open: () => unknown): Error {
  try {
    open();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it opened');
}

const openAt = (path: string) => () => openRig({ path });

describe('a new outbox', () => {
  it('comes with its folder, and lets nobody else read the plates', () => {
    const path = join(tempDir(), 'var', 'lib', 'outbox.db');
    openRig({ path });
    expect(statSync(path).mode & 0o007).toBe(0);
    expect(statSync(join(path, '..')).mode & 0o007).toBe(0);
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('commits with synchronous=FULL in a WAL, read back from SQLite', () => {
    const db = openDatabase(join(tempDir(), 'outbox.db'));
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(db.pragma('journal_size_limit', { simple: true })).toBe(8_192_000);
    db.close();
  });

  it('bounds its journal however much is written', async () => {
    const rig = openRig();
    for (let n = 0; n < 10; n += 1) await fill(rig, 2_000, n * 2_000 + 1);
    // The journal may overshoot by the batch that was under way.
    expect(statSync(`${rig.path}-wal`).size).toBeLessThan(14 * 2 ** 20);
  });
});

describe('an outbox that cannot be opened', () => {
  it.each<[string, (dir: string) => string]>([
    [
      'a folder stands in its place',
      (dir) => {
        mkdirSync(join(dir, 'outbox.db'));
        return join(dir, 'outbox.db');
      },
    ],
    [
      'a file stands where its folder should be',
      (dir) => {
        writeFileSync(join(dir, 'file'), '');
        return join(dir, 'file', 'outbox.db');
      },
    ],
    ['its folder is in /proc', () => '/proc/pilegate/outbox.db'],
  ])('is refused with a remedy where %s', (_, make) => {
    const path = make(tempDir());
    const failure = thrownBy(openAt(path));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ exitCode: 1 });
    expect(failure.message).toContain(path);
    expect(failure.message).toMatch(/check that its folder exists|must name a file/);
  });

  it('is left as it is where it is a database of something else', () => {
    const path = join(tempDir(), 'other.db');
    const other = new Database(path);
    other.exec('CREATE TABLE birds (name)');
    other.close();
    const before = readFileSync(path);
    expect(thrownBy(openAt(path)).message).toMatch(/a database of something else.*outbox\.path/);
    expect(readFileSync(path)).toEqual(before);
  });

  it('is left as it is where it is from a newer pilegate, which is said', async () => {
    const rig = openRig();
    await fill(rig, 3);
    rig.outbox.close();
    const db = new Database(rig.path);
    db.pragma(`user_version = ${MIGRATIONS.length + 7}`);
    db.close();
    const before = readFileSync(rig.path);
    const failure = thrownBy(() => rig.again());
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.message).toContain(
      `from a newer pilegate (outbox version ${MIGRATIONS.length + 7}, this one knows ${MIGRATIONS.length})`,
    );
    expect(readFileSync(rig.path)).toEqual(before);
    expect(thrownBy(() => openReadOnly(rig.path)).message).toMatch(
      /use the pilegate that the daemon runs|newer pilegate/,
    );
  });

  it('is not made by a reader', () => {
    const path = join(tempDir(), 'outbox.db');
    expect(thrownBy(() => openReadOnly(path)).message).toMatch(/no outbox at .*daemon has not run/);
    expect(existsSync(path)).toBe(false);
  });

  it('lets go of the lock', () => {
    const dir = tempDir();
    mkdirSync(join(dir, 'outbox.db'));
    thrownBy(openAt(join(dir, 'outbox.db')));
    expect(isLocked(join(dir, 'outbox.db'))).toBe(false);
  });

  it.runIf(process.getuid?.() !== 0)('is refused with a remedy where its folder is read-only', () => {
    const dir = tempDir();
    chmodSync(dir, 0o500);
    expect(thrownBy(openAt(join(dir, 'outbox.db'))).message).toMatch(/this user may write/);
  });
});

describe('a migration', () => {
  it('keeps a durable copy of the file as it was, journal included', async () => {
    const rig = openRig();
    await fill(rig, 2);
    rig.outbox.close();
    later.step = 'ALTER TABLE meta ADD COLUMN more TEXT';
    try {
      const next = rig.again();
      await next.outbox.keep((upkeep) => upkeep.setMeta('x', 'y')).catch(() => undefined);
      expect(next.column("SELECT count(*) FROM pragma_table_info('meta') WHERE name = 'more'")).toEqual([1]);
      expect(next.outbox.upkeep.counts().pending).toBe(2);
      const copy = new Database(`${rig.path}.v${MIGRATIONS.length - 1}`, { readonly: true });
      expect(copy.prepare('SELECT order_no FROM records ORDER BY id').pluck().all()).toEqual([
        orderNo(1),
        orderNo(2),
      ]);
      expect(copy.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length - 1);
      copy.close();
    } finally {
      later.step = '';
    }
  });

  it('that fails leaves the file as it was', async () => {
    const rig = openRig();
    await fill(rig, 2);
    rig.outbox.close();
    later.step = 'CREATE TABLE half (a); CREATE TABLE meta (again)';
    try {
      expect(thrownBy(() => rig.again()).message).toMatch(/already exists/);
    } finally {
      later.step = '';
    }
    const back = rig.again();
    expect(back.outbox.upkeep.counts().pending).toBe(2);
    expect(back.column("SELECT count(*) FROM sqlite_schema WHERE name = 'half'")).toEqual([0]);
  });
});

describe('the lock', () => {
  it('refuses a second daemon with a clear line, and lets a command in', async () => {
    const rig = openRig();
    await fill(rig, 1);
    const failure = thrownBy(openAt(rig.path));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.message).toMatch(/in use by another pilegate: stop that one first/);
    expect(isLocked(rig.path)).toBe(true);
    const hand = openRig({ path: rig.path, exclusive: false });
    expect(hand.outbox.upkeep.counts().pending).toBe(1);
    hand.outbox.close();
    rig.outbox.close();
    expect(isLocked(rig.path)).toBe(false);
  });

  it('refuses one in another process, and is free again after SIGKILL', async () => {
    const path = join(tempDir(), 'outbox.db');
    const first = await spawnOutbox(path);
    await first.accept(1, 3);
    expect(isLocked(path)).toBe(true);
    const second = await spawnOutbox(path);
    expect(second.told[0]).toMatchObject({ tell: 'refused' });
    await first.kill();
    expect(isLocked(path)).toBe(false);
    const third = await spawnOutbox(path);
    expect(await third.ready()).toHaveLength(3);
    await third.close();
  });

  it('tells a reader nothing where the outbox was never opened', () => {
    expect(isLocked(join(tempDir(), 'outbox.db'))).toBe(false);
  });
});

describe('a failure of storage', () => {
  it('is told apart from a damaged file', () => {
    const why = reason('storage.closed', {});
    expect(new StorageError(why, 'SQLITE_FULL').damaged).toBe(false);
    expect(new StorageError(why, 'SQLITE_CORRUPT_INDEX').damaged).toBe(true);
    expect(new StorageError(why, 'SQLITE_NOTADB').damaged).toBe(true);
  });
});
