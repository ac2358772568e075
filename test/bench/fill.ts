import { join } from 'node:path';
import Database from 'better-sqlite3';
import { tempDir } from '../support/tmp.ts';
import { openOutbox, recordOf } from './fixture.ts';

/** Posts that warm a process up. */
const WARM = 5_000;

/** Makes an outbox with so many pending records, by SQL: a million of them in seconds. */
export function fillOutbox(path: string, pending: number): void {
  openOutbox(path).close();
  const db = new Database(path);
  db.pragma('synchronous = OFF');
  const record = JSON.stringify({ ...recordOf(0), orderNo: 'ORDER' });
  const payload = Buffer.from(JSON.stringify({ ...recordOf(0), orderNo: 'ORDER' }));
  const now = Date.now();
  db.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
     INSERT INTO records (order_no, state, sort_at, received_at, source, topic, content, ruled, record, payload)
     SELECT printf('BENCH%012d', i), 'pending', ? - i * 1000, ?, 'session-end', 'piles/D001/session/end', printf('%032d', i), '',
            replace(?, 'ORDER', printf('BENCH%012d', i)), ? FROM n`,
  ).run(pending, now, now, record, payload);
  db.close();
}

/** Makes an outbox that a process delivers before the clock starts. */
export function fillWarm(): { readonly path: string; readonly count: number } {
  const warm = { path: join(tempDir(), 'warm.db'), count: WARM };
  fillOutbox(warm.path, warm.count);
  return warm;
}
