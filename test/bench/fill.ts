import Database from 'better-sqlite3';
import { openOutbox, recordOf } from './fixture.ts';

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
