import { setTimeout as sleep } from 'node:timers/promises';

/** What `work` comes to, or `late` where that takes longer. What comes after that does not matter any more. */
export async function bounded<T>(work: Promise<T>, limitMs: number): Promise<T | 'late'> {
  const limit = new AbortController();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, sleep(Math.max(0, limitMs), 'late' as const, { signal: limit.signal })]);
  } finally {
    limit.abort();
  }
}
