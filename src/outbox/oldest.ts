import type { Db } from './database.ts';
import { number, rowOf } from './row.ts';

/** A pending record and when it arrived, epoch milliseconds. */
export interface OldestPending {
  readonly id: number;
  readonly at: number;
}

/**
 * Prepares the search for the pending record that arrived first. Ready ones come in the order of their ends, and
 * none arrives before its end: so the walk is over as soon as the ends pass the first arrival seen, most often
 * after a few of a million. (A record stamped by a clock that stood before its end may be missed; of deferred ones
 * there are few.)
 */
export function oldestPendingIn(db: Db): () => OldestPending | undefined {
  const ready = db.prepare(
    `SELECT id, sort_at, received_at FROM records INDEXED BY records_ready
     WHERE state = 'pending' AND next_at IS NULL ORDER BY sort_at`,
  );
  // A bare column beside min() is that of the row that has the minimum (SQLite's documentation of SELECT).
  const deferred = db.prepare(
    `SELECT id, min(received_at) AS received_at FROM records INDEXED BY records_deferred
     WHERE state = 'pending' AND next_at IS NOT NULL`,
  );
  return () => {
    const first = rowOf(deferred.get());
    let oldest =
      first['id'] === null ? undefined : { id: number(first, 'id'), at: number(first, 'received_at') };
    for (const found of ready.iterate()) {
      const row = rowOf(found);
      if (oldest !== undefined && number(row, 'sort_at') > oldest.at) break;
      const at = number(row, 'received_at');
      if (oldest === undefined || at < oldest.at) oldest = { id: number(row, 'id'), at };
    }
    return oldest;
  };
}
