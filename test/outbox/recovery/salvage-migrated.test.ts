import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { publicRecord } from '../../../src/domain/record.ts';
import { createDatabase, openDatabase } from '../../../src/outbox/database.ts';
import { columnCounts } from '../../../src/outbox/recovery/damaged-file.ts';
import { salvage } from '../../../src/outbox/recovery/salvage.ts';
import { MIGRATIONS } from '../../../src/outbox/schema.ts';
import { tempDir } from '../../support/tmp.ts';
import { makeRecord, orderNo, START } from '../fixture.ts';

/** A program of later: its next migration is given by the test. */
const later = vi.hoisted(() => ({ step: '' }));
vi.mock('../../../src/outbox/schema.ts', async (original) => {
  const { MIGRATIONS: known } = await original<{ MIGRATIONS: readonly string[] }>();
  return {
    get MIGRATIONS() {
      return later.step === '' ? known : [...known, later.step];
    },
  };
});

const PAGE = 4_096;
const ROWS = 1_000;

/** Writes rows of each table by SQL, as a program of the file's version would: records, events and context values. */
function addRows(db: Database.Database, from: number): void {
  const record = db.prepare(
    `INSERT INTO records (order_no, state, sort_at, received_at, source, topic, content, ruled, record, payload)
     VALUES (?, 'pending', ?, ?, 's', 't', 'c', '', ?, x'00')`,
  );
  const event = db.prepare(
    `INSERT INTO quarantine (received_at, kind, state, source, topic, field, reason, context_mark, hash, size, payload)
     VALUES (?, 'unmappable', 'open', 's', 't', '', ?, 0, ?, 1, x'00')`,
  );
  const context = db.prepare(
    'INSERT INTO contexts (name, key, since, at, expires_at, value) VALUES (?, ?, ?, ?, ?, ?)',
  );
  db.transaction(() => {
    for (let n = from; n < from + ROWS; n += 1) {
      record.run(
        orderNo(n),
        START + n,
        START + n,
        JSON.stringify(publicRecord(makeRecord({ orderNo: orderNo(n) }))),
      );
      event.run(START + n, 'it is odd '.repeat(20), `hash ${n}`);
      context.run('plate', `space ${n}`, START, START, START + 1, JSON.stringify({ plateNo: `浙B${n}` }));
    }
  })();
}

/** An outbox that began with an older version, was migrated, and has rows of both; closed. */
function makeMigrated(version: number): string {
  const path = join(tempDir(), 'outbox.db');
  createDatabase(path, path, version);
  const old = new Database(path);
  addRows(old, 1);
  old.close();
  const db = openDatabase(path);
  addRows(db, ROWS + 1);
  db.close();
  return path;
}

function overwrite(path: string, pages: readonly number[]): void {
  const handle = openSync(path, 'r+');
  for (const page of pages) writeSync(handle, Buffer.alloc(PAGE, 0xa5), 0, PAGE, (page - 1) * PAGE);
  closeSync(handle);
}

function rootsOf(path: string): number[] {
  const db = new Database(path, { readonly: true });
  const tables = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name IN ('records', 'quarantine', 'contexts')")
    .pluck()
    .all();
  db.close();
  return tables.map(Number);
}

function run(path: string) {
  const steps = salvage(path, START, 'a test');
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

const WHOLE = { records: 2 * ROWS, quarantine: 2 * ROWS, contexts: 2 * ROWS };

describe('rows written before a migration added columns', () => {
  const versions = MIGRATIONS.map((_, at) => at + 1);

  it.each(versions)(
    'are all found below broken top pages in a file that began with version %d',
    (version) => {
      const path = makeMigrated(version);
      overwrite(path, rootsOf(path));
      expect(run(path)).toMatchObject({ saved: WHOLE, lostOrders: [] });
    },
  );

  it.each(versions)(
    'are all found where the first page is broken too in a file that began with version %d',
    (version) => {
      const path = makeMigrated(version);
      overwrite(path, [1, ...rootsOf(path)]);
      expect(run(path)).toMatchObject({ saved: WHOLE });
    },
  );

  it.each(versions)('are all found in a file of version %d that no later version has opened', (version) => {
    for (const broken of [() => [1], rootsOf]) {
      const path = join(tempDir(), 'outbox.db');
      createDatabase(path, path, version);
      const db = new Database(path);
      addRows(db, 1);
      db.close();
      overwrite(path, broken(path));
      expect(run(path)).toMatchObject({ saved: { records: ROWS, quarantine: ROWS, contexts: ROWS } });
    }
  });

  it('are all found after a migration of later, and keep what it added', () => {
    const path = makeMigrated(MIGRATIONS.length);
    later.step = `ALTER TABLE records ADD COLUMN later TEXT; ALTER TABLE quarantine ADD COLUMN later TEXT;
      ALTER TABLE audit ADD COLUMN later TEXT`;
    try {
      const db = openDatabase(path);
      addRows(db, 2 * ROWS + 1);
      db.exec("UPDATE records SET later = 'kept' WHERE id > 2900");
      db.close();
      overwrite(path, rootsOf(path));
      expect(run(path)).toMatchObject({ saved: { records: 3 * ROWS, quarantine: 3 * ROWS } });
      const saved = new Database(path, { readonly: true });
      expect(saved.prepare("SELECT count(*) FROM records WHERE later = 'kept'").pluck().get()).toBe(100);
      saved.close();
    } finally {
      later.step = '';
    }
  });

  it('are counted: shares and counts of the new file are those of its rows', () => {
    const path = makeMigrated(1);
    overwrite(path, [1]);
    run(path);
    const db = new Database(path, { readonly: true });
    expect(db.prepare('SELECT kind, source, topic, n, bytes FROM quarantine_shares').raw().all()).toEqual([
      [0, 's', 't', 2 * ROWS, 2 * ROWS],
    ]);
    expect(db.prepare('SELECT name, n FROM context_shares').raw().all()).toEqual([['plate', 2 * ROWS]]);
    db.close();
    expect(readdirSync(join(path, '..')).filter((name) => /pattern|patched|rerooted/.test(name))).toEqual([]);
  });
});

it('no two tables with row ids have ever had the same number of columns, by which a page is known', () => {
  const counts = [...columnCounts().values()].map((known) => [...known]);
  const all = [...counts.flat(), 2, 5];
  expect(new Set(all).size).toBe(all.length);
});
