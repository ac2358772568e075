import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../../src/outbox/database.ts';
import { check, examine } from '../../../src/outbox/recovery/integrity-check.ts';
import { MIGRATIONS } from '../../../src/outbox/schema.ts';
import { saying } from '../../support/reasons.ts';
import { tempDir } from '../../support/tmp.ts';

/** Long enough for another process to start on a busy machine, milliseconds. */
const LONG_MS = 60_000;

function fresh(): string {
  const path = join(tempDir(), 'outbox.db');
  createDatabase(path, path);
  return path;
}

describe('an examination', { timeout: LONG_MS }, () => {
  it('finds a fresh outbox sound', async () => {
    expect(await examine(fresh(), LONG_MS)).toEqual({
      kind: 'sound',
      version: MIGRATIONS.length,
      bytes: expect.any(Number),
    });
  });

  it('says so where there was no time to end it', async () => {
    expect(await examine(fresh(), 1)).toMatchObject({ kind: 'unfinished', version: MIGRATIONS.length });
  });

  it('finds an index that lacks a row', async () => {
    const path = fresh();
    const db = new Database(path);
    db.exec("INSERT INTO meta VALUES ('a', 'b'); INSERT INTO seen VALUES ('A1', 'c', 1)");
    db.unsafeMode(true);
    db.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'seen_at'");
    db.close();
    expect(await examine(path, LONG_MS)).toMatchObject({
      kind: 'damaged',
      found: saying('never used'),
    });
    expect(check(path)).not.toBe('ok');
  });

  it('tells a database of something else from damage', async () => {
    const path = join(tempDir(), 'other.db');
    new Database(path).exec('CREATE TABLE t (a)').close();
    expect(await examine(path, LONG_MS)).toMatchObject({
      kind: 'unreadable',
      found: saying('a database of something else'),
    });
  });
});
