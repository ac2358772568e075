import {
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { APPLICATION_ID } from '../../src/outbox/database.ts';
import { MIGRATIONS } from '../../src/outbox/schema.ts';
import { startBroker } from '../support/broker.ts';
import { pilegate } from '../support/cli.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { DELIVERED, event, refused, type Stocked, stock, stockAt } from './filled-outbox.ts';

vi.setConfig({ testTimeout: 180_000 });

const PILE = 'piles/D001/session/end';
const cli = (...args: string[]) => pilegate(args, { env: { LC_ALL: 'C.UTF-8' } });

async function stocked(): Promise<Stocked> {
  const station = stock();
  for (const order of ['a', 'b', 'c']) await station.take(PILE, event(order));
  await station.end('a', [DELIVERED], 'delivered');
  await station.end('b', [refused('没用匹配到优惠规则')], 'parked');
  await station.take(PILE, event('lost', { plateNo: '' }));
  return station;
}

describe('backup', () => {
  it('is one whole file, closed to others, that says what it holds', async () => {
    const { config } = await stocked();
    const dir = tempDir();
    const file = join(dir, 'outbox.bak');
    const made = await cli('backup', file, '--config', config, '--json');
    expect(made.code).toBe(0);
    const holds = { records: { waiting: 0, pending: 1, delivered: 1, parked: 1 }, quarantine: 1 };
    expect(JSON.parse(made.stdout)).toMatchObject({ ok: true, ...holds });
    expect(readdirSync(dir)).toEqual(['outbox.bak']);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    // No config is needed to look at it.
    const verified = await cli('backup', '--verify', file, '--json', '--config', '/nowhere.yaml');
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, ...holds });
    expect((await cli('backup', '--verify', file)).stdout).toMatch(/1 parked.*1 in quarantine/);
    // An older backup of that name is replaced.
    expect((await cli('backup', file, '--config', config)).code).toBe(0);
    expect(readdirSync(dir)).toEqual(['outbox.bak']);
  });

  it('while the daemon takes events in holds all that was acknowledged before, and can be run on', async () => {
    const [broker, gate] = await Promise.all([startBroker(), startIndependentGate(TEST_KEY)]);
    const config = writeConfig(tempDir(), { broker, gateUrl: gate.url });
    const daemon = spawnDaemon({ config });
    await daemon.ready();
    await publishAll(broker.url, makeEvents({ count: 500, seed: 1 }));
    await gate.has(500);
    const publishing = publishAll(broker.url, makeEvents({ count: 2_000, seed: 2 }));
    const file = join(tempDir(), 'b.db');
    const made = await cli('backup', file, '--config', config, '--json');
    await publishing;
    const { records } = JSON.parse(made.stdout);
    expect(records.pending + records.delivered).toBeGreaterThanOrEqual(500);
    await gate.has(2_500);
    expect(await daemon.stop()).toBe(0);
    // Restored it is an outbox like any other.
    const other = writeConfig(tempDir(), { broker, gateUrl: gate.url });
    copyFileSync(file, join(other, '..', 'outbox.db'));
    const listed = await cli('records', 'list', '--json', '--limit', '100000', '--config', other);
    expect(listed.stdout.trim().split('\n')).toHaveLength(records.pending + records.delivered);
  });

  it('writes over nothing but a backup, and through no link', async () => {
    const { config, path } = await stocked();
    const dir = tempDir();
    const other = join(dir, 'letter.txt');
    writeFileSync(other, 'precious');
    for (const target of [other, path]) {
      expect((await cli('backup', target, '--config', config)).code).toBe(1);
    }
    symlinkSync(other, join(dir, 'link'));
    expect((await cli('backup', join(dir, 'link'), '--config', config)).code).toBe(1);
    expect(readFileSync(other, 'utf8')).toBe('precious');
    expect((await cli('backup', join(dir, 'no', 'where'), '--config', config)).code).toBe(1);
    expect(readdirSync(dir).sort()).toEqual(['letter.txt', 'link']);
  });

  it.each<[string, (file: string) => void]>([
    ['is not there', () => {}],
    ['is something else', (file) => writeFileSync(file, 'a letter'.repeat(1_000))],
    [
      'is damaged',
      (file) => {
        const db = new Database(file);
        for (const step of MIGRATIONS) db.exec(step);
        db.pragma(`application_id = ${APPLICATION_ID}`);
        db.pragma(`user_version = ${MIGRATIONS.length}`);
        db.close();
        const bytes = readFileSync(file);
        bytes.fill(0x5a, 8 * 4_096, 12 * 4_096);
        writeFileSync(file, bytes);
      },
    ],
  ])('--verify exits 1 where the file %s, and says so', async (_, make) => {
    const file = join(tempDir(), 'x.db');
    make(file);
    const { code, stdout } = await cli('backup', '--verify', file, '--json');
    expect(code).toBe(1);
    const found = JSON.parse(stdout);
    expect(found.ok).toBe(false);
    expect(found.reason).not.toBe('');
    expect(await cli('backup', '--verify', file)).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('outbox rollback', () => {
  /** A station whose outbox was of an older version, and what came since. */
  async function upgraded(version: number) {
    const first = stock();
    first.outbox.close();
    const config = first.config;
    const { path } = first;
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    const old = new Database(path);
    old.pragma('auto_vacuum = INCREMENTAL');
    for (const step of MIGRATIONS.slice(0, version)) old.exec(step);
    old.pragma(`user_version = ${version}`);
    old.pragma(`application_id = ${APPLICATION_ID}`);
    old.exec("INSERT INTO seen VALUES ('pruned', 'c', 1)");
    old.close();
    return { config, path };
  }

  it.each([1, 2])('puts an outbox of version %i in place with what came since', async (version) => {
    const { config, path } = await upgraded(version);
    const station = stockAt(config);
    for (const order of ['a', 'b', 'c']) await station.take(PILE, event(order));
    await station.end('a', [DELIVERED], 'delivered');
    await station.end('b', [refused('没用匹配到优惠规则')], 'parked');
    await station.take(PILE, event('lost', { plateNo: '' }));
    station.outbox.close();
    await cli('records', 'park', 'c', '--why', 'a test', '--config', config);
    await cli('records', 'retry', 'b', '--set', 'plateNo=浙BD00009', '--config', config);
    const done = await cli('outbox', 'rollback', '--json', '--config', config);
    expect(done).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({
      version,
      records: 3,
      quarantine: 1,
      leftOut: { audit: 2, corrections: 1 },
    });
    const db = new Database(path, { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(version);
    const fresh = new Database(':memory:');
    for (const step of MIGRATIONS.slice(0, version)) fresh.exec(step);
    const schema = 'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name';
    expect(db.prepare(schema).all()).toEqual(fresh.prepare(schema).all());
    expect(db.prepare('SELECT order_no, state, last_error FROM records ORDER BY id').all()).toEqual([
      { order_no: 'a', state: 'delivered', last_error: null },
      {
        order_no: 'b',
        state: 'pending',
        last_error: 'the gate refused it with result 1: 没用匹配到优惠规则',
      },
      { order_no: 'c', state: 'parked', last_error: 'parked by hand: a test' },
    ]);
    expect(db.prepare("SELECT record ->> '$.plateNo' FROM records WHERE order_no = 'b'").pluck().get()).toBe(
      '浙BD00009',
    );
    expect(
      db
        .prepare("SELECT json_type(history, '$[0].outcome.reason') FROM records WHERE order_no = 'b'")
        .pluck()
        .get(),
    ).toBe('text');
    expect(db.prepare('SELECT count(*) FROM seen').pluck().get()).toBe(1);
    expect(db.prepare("SELECT n FROM counts WHERE name = 'pending'").pluck().get()).toBe(1);
    expect(db.prepare('SELECT reason FROM quarantine').pluck().get()).not.toMatch(/^\{/);
    db.close();
    // Upgraded again, all is there.
    const again = stockAt(config);
    expect(again.outbox.upkeep.counts()).toMatchObject({
      pending: 1,
      delivered: 1,
      parked: 1,
      quarantine: 1,
    });
    again.outbox.close();
  });

  it('says why not: a daemon runs, it was never upgraded, no copy of that version lies there', async () => {
    const { config, outbox } = stock();
    expect((await cli('outbox', 'rollback', '--config', config)).stderr).toMatch(
      /it was never upgraded here/,
    );
    outbox.close();
    const { config: old } = await upgraded(2);
    const station = stockAt(old);
    expect((await cli('outbox', 'rollback', '--config', old)).stderr).toMatch(/in use by another pilegate/);
    const other = await cli('outbox', 'rollback', '--to', '1', '--config', old);
    expect(other).toMatchObject({ code: 1 });
    expect(other.stderr).toMatch(/no copy of version 1/);
    await station.take(PILE, event('a'));
    expect(station.outbox.upkeep.counts().pending).toBe(1);
    station.outbox.close();
  });
});
