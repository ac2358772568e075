import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { MIGRATIONS } from '../../src/outbox/schema.ts';
import { startBroker } from '../support/broker.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { fill, openRig } from './fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A user with no rights of its own, as Debian numbers it. */
const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

/** A folder of another user's, as the service's is to root. */
function folderOfNobody(): string {
  const folder = join(tempDir(), 'state');
  mkdirSync(folder);
  chownSync(folder, NOBODY, NOBODY);
  chmodSync(dirname(folder), 0o755);
  return folder;
}

/** What in the folder the user could not use. */
function foreign(folder: string): string[] {
  return readdirSync(folder).filter((name) => lstatSync(join(folder, name)).uid !== NOBODY);
}

/** Runs a daemon as root in the folder until it has delivered so many events. */
async function runAsRoot(folder: string, count: number): Promise<void> {
  const [broker, gate] = await Promise.all([startBroker(), startIndependentGate(TEST_KEY)]);
  const config = writeConfig(tempDir(), {
    broker,
    gateUrl: gate.url,
    overrides: { outbox: { path: join(folder, 'outbox.db') } },
  });
  const daemon = spawnDaemon({ config, env: { RUNTIME_DIRECTORY: undefined } });
  await daemon.ready();
  await publishAll(broker.url, makeEvents({ count, seed: 7 }));
  await gate.has(count);
  await until(() => existsSync(join(folder, 'outbox.db.state')), 'the state');
  // While it runs the journal and its index are there too.
  expect(readdirSync(folder).sort()).toEqual(
    expect.arrayContaining([
      'outbox.db',
      'outbox.db-shm',
      'outbox.db-wal',
      'outbox.db.lock',
      'outbox.db.state',
    ]),
  );
  expect(foreign(folder)).toEqual([]);
  expect(await daemon.stop()).toBe(0);
  expect(foreign(folder)).toEqual([]);
}

describe.runIf(isRoot)('a daemon that root runs in the folder of the service', () => {
  it('leaves nothing that the service could not open', async () => {
    const folder = folderOfNobody();
    await runAsRoot(folder, 5);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o007).toBe(0);
  });

  it('makes missing folders for the owner of the one above', async () => {
    const folder = folderOfNobody();
    await runAsRoot(join(folder, 'deep', 'deeper'), 1);
    expect(foreign(folder)).toEqual([]);
    expect(foreign(join(folder, 'deep'))).toEqual([]);
  });

  it('leaves the repaired file, the damaged one and the copy of an older version to the service as well', async () => {
    const folder = folderOfNobody();
    const rig = openRig({ path: join(folder, 'outbox.db') });
    await fill(rig, 2_000);
    rig.outbox.close();
    const file = openSync(rig.path, 'r+');
    for (let page = 20; page < 30; page += 1)
      writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, page * 4_096);
    closeSync(file);
    const again = openRig({ path: rig.path });
    expect(again.salvaged).toHaveLength(1);
    expect(again.salvaged[0]?.saved.records).toBeGreaterThan(1_000);
    again.outbox.close();
    const old = join(folder, 'older.db');
    const db = new Database(old);
    db.pragma('auto_vacuum = INCREMENTAL');
    db.exec(MIGRATIONS[0] ?? '');
    db.pragma('user_version = 1');
    db.pragma(`application_id = ${0x70676f62}`);
    db.close();
    chownSync(old, NOBODY, NOBODY);
    openRig({ path: old }).outbox.close();
    expect(readdirSync(folder)).toContain('older.db.v1');
    expect(foreign(folder)).toEqual([]);
    expect(statSync(`${old}.v1`).mode & 0o007).toBe(0);
  });

  it.each(['.lock', '.state'])('follows no link that was planted at outbox.db%s', async (suffix) => {
    const folder = folderOfNobody();
    const target = join(tempDir(), 'of-root');
    writeFileSync(target, 'precious', { mode: 0o600 });
    symlinkSync(target, join(folder, `outbox.db${suffix}`));
    const missing = join(tempDir(), 'not-there');
    symlinkSync(missing, join(folder, 'outbox.db.new'));
    const config = writeConfig(tempDir(), {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:9/',
      overrides: { outbox: { path: join(folder, 'outbox.db') } },
    });
    const daemon = spawnDaemon({ config, env: { RUNTIME_DIRECTORY: undefined } });
    if (suffix === '.lock') {
      expect(await daemon.exited()).toBe(1);
      expect(daemon.stderr() + JSON.stringify(daemon.lines)).toMatch(/is a link.*remove the link/);
    } else {
      await daemon.log('daemon.start');
      await until(() => existsSync(join(folder, 'outbox.db')), 'the outbox');
      await daemon.stop();
    }
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(statSync(target).uid).toBe(0);
    expect(existsSync(missing)).toBe(false);
  });
});

describe('the lock file', () => {
  it('is closed to others, one that an older version left open to them too', async () => {
    const rig = openRig();
    const lock = `${rig.path}.lock`;
    expect(statSync(lock).mode & 0o007).toBe(0);
    rig.outbox.close();
    chmodSync(lock, 0o644);
    rig.again();
    expect(statSync(lock).mode & 0o777).toBe(0o640);
  });

  it.runIf(isRoot)('cannot be locked by another user, in a folder that everybody may enter', async () => {
    const folder = folderOfNobody();
    const path = join(folder, 'outbox.db');
    openRig({ path }).outbox.close();
    // A third user, neither root nor the folder's owner: what it cannot open it cannot lock.
    const tried = spawnSync('cat', [`${path}.lock`], { uid: 12_345, gid: 12_345, encoding: 'utf8' });
    expect(tried.stderr).toMatch(/Permission denied/);
  });
});
