import type { Batch } from '../outbox/reader/listing.ts';
import { progress } from './progress.ts';

/**
 * Takes the rows of a listing one by one, at most `limit`, and tells how far it is. Between two batches whoever
 * reads our output has time to read it, or to leave.
 * @param after what is waited for after each batch
 * @returns how many rows there were, and whether there are more of them
 */
export async function walk<T>(
  batches: Iterable<Batch<T>>,
  limit: number,
  each: (row: T) => unknown,
  after: () => Promise<void> = breath,
): Promise<{ count: number; more: boolean }> {
  const told = progress();
  let count = 0;
  try {
    for (const { rows, looked, total } of batches) {
      for (const row of rows) {
        if (count === limit) return { count, more: true };
        each(row);
        count += 1;
      }
      told.at(looked, total);
      await after();
    }
    return { count, more: false };
  } finally {
    told.end();
  }
}

/** Lets what waits for its turn, such as a broken pipe, have it. */
async function breath(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
