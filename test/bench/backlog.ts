import { join } from 'node:path';
import { TEST_KEY, tempDir } from '../support/tmp.ts';
import { spawnGate } from './delivery.ts';
import { fillOutbox } from './fill.ts';
import { type Line, measured, median } from './harness.ts';

/** Whether a long backlog slows delivery: the same number of posts from a short and from a long one, in turn. */
export async function benchBacklog(
  short: number,
  long: number,
  count: number,
  runs: number,
): Promise<Line[]> {
  const rates: Record<number, number[]> = { [short]: [], [long]: [] };
  let rss = 0;
  for (let run = 0; run < runs; run += 1) {
    for (const pending of [short, long]) {
      const gate = await spawnGate();
      const path = join(tempDir(), 'outbox.db');
      fillOutbox(path, pending);
      const task = { mode: 'ours', url: gate.url, key: TEST_KEY, concurrency: 16, count, path };
      const figures = await measured('./delivery-child.ts', task);
      rates[pending]?.push(figures['rate'] ?? Number.NaN);
      if (pending === long) rss = Math.max(rss, (figures['rss'] ?? 0) / 2 ** 20);
      gate.stop();
    }
  }
  const [fast, slow] = [median(rates[short] ?? []), median(rates[long] ?? [])];
  const group = 'backlog';
  const name = (n: number) => `${n.toLocaleString('en')} pending`;
  return [
    { group, what: name(short), value: fast, unit: 'posts/s' },
    {
      group,
      what: name(long),
      value: slow,
      unit: 'posts/s',
      ratio: { of: name(short), value: slow / fast, least: 0.9 },
    },
    { group, what: `resident with ${name(long)}`, value: rss, unit: 'MiB' },
  ];
}
