import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/outbox/database.ts';
import { oldestPendingIn } from '../../src/outbox/oldest.ts';
import { tempDir } from '../support/tmp.ts';

it('finds the pending record that arrived first, among ready, deferred and other ones', () => {
  const db = openDatabase(join(tempDir(), 'outbox.db'));
  const oldest = oldestPendingIn(db);
  const insert = db.prepare(
    `INSERT INTO records (order_no, state, sort_at, received_at, next_at, source, topic, content, ruled, record, payload)
     VALUES (?, ?, ?, ?, ?, '', '', '', '', '{}', x'')`,
  );
  const record = fc.record({
    state: fc.constantFrom('pending', 'pending', 'delivered', 'parked'),
    end: fc.integer({ min: 0, max: 50 }),
    late: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 60 })),
    nextAt: fc.option(fc.integer({ min: 0, max: 100 }), { freq: 4 }),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), (records) => {
      db.exec('DELETE FROM records');
      for (const [index, { state, end, late, nextAt }] of records.entries())
        insert.run(`${index}`, state, end, end + late, state === 'pending' ? nextAt : null);
      const arrivals = records.filter(({ state }) => state === 'pending').map(({ end, late }) => end + late);
      expect(oldest()?.at).toBe(arrivals.length === 0 ? undefined : Math.min(...arrivals));
    }),
  );
  db.close();
});

it('tells which record that is', () => {
  const db = openDatabase(join(tempDir(), 'outbox.db'));
  db.exec(`INSERT INTO records (id, order_no, state, sort_at, received_at, source, topic, content, ruled, record, payload)
           VALUES (7, 'late', 'pending', 1, 90, '', '', '', '', '{}', x''), (8, 'first', 'pending', 5, 6, '', '', '', '', '{}', x'')`);
  expect(oldestPendingIn(db)()).toEqual({ id: 8, at: 6 });
  db.close();
});
