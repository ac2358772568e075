import { join } from 'node:path';
import { TEST_KEY, tempDir } from '../support/tmp.ts';
import { fillOutbox, fillWarm } from './fill.ts';
import { spawnGate } from './gate.ts';
import { type Line, measured, median } from './harness.ts';

/** Posts that are timed. */
const POSTS = 5_000;
/** Posts at once; as many may be under way beyond those that are timed, and are gone from the file too. */
const CONCURRENCY = 16;

/**
 * Whether a long backlog slows delivery: posts a second out of outboxes of each size, in turn.
 * @param sizes pending records, ascending
 * @param base the one of them that larger ones are held against
 */
export async function benchBacklog(sizes: readonly number[], base: number, runs: number): Promise<Line[]> {
  const dir = tempDir();
  const rates = new Map(sizes.map((size): [number, number[]] => [size, []]));
  // Each run takes its posts out of the same file: the next one begins a little shorter.
  for (const size of sizes)
    fillOutbox(join(dir, `${size}.db`), size + (runs - 1) * (Math.min(size, POSTS) + CONCURRENCY));
  for (let run = 0; run < runs; run += 1) {
    for (const size of sizes) {
      const gate = await spawnGate();
      const warm = fillWarm();
      const [path, count] = [join(dir, `${size}.db`), Math.min(size, POSTS)];
      const task = {
        mode: 'ours',
        url: gate.url,
        key: TEST_KEY,
        concurrency: CONCURRENCY,
        count,
        path,
        warm,
      };
      const figures = await measured('./delivery-child.ts', task);
      rates.get(size)?.push(figures['rate'] ?? Number.NaN);
      gate.stop();
    }
  }
  const group = 'delivery out of a backlog, 16 at once';
  const name = (size: number) => `${size.toLocaleString('en')} pending`;
  const ofBase = median(rates.get(base) ?? []);
  return sizes.map((size): Line => {
    const value = median(rates.get(size) ?? []);
    const line = { group, what: name(size), value, unit: 'posts/s' };
    return size <= base
      ? line
      : { ...line, ratio: { of: `of ${name(base)}`, value: value / ofBase, least: 0.9 } };
  });
}
