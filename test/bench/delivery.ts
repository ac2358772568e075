import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { owned } from '../support/cleanup.ts';
import { TEST_KEY, tempDir } from '../support/tmp.ts';
import { fillOutbox } from './fill.ts';
import { type Line, measured, median } from './harness.ts';

/** A strict gate in a process of its own. */
export async function spawnGate(): Promise<{ url: string; stop(): void }> {
  const file = fileURLToPath(new URL('./gate-child.ts', import.meta.url));
  const child = owned(
    spawn(process.execPath, [file, JSON.stringify({ key: TEST_KEY })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { url: String(url), stop: () => child.kill() };
}

/** What each concurrency must reach of the floor. */
const LEAST: Readonly<Record<number, number>> = { 4: 0.6, 16: 0.5 };

/** How fast a backlog goes to the gate, against the bare floor of the same concurrency and server. */
export async function benchDelivery(
  count: number,
  runs: number,
  concurrencies: readonly number[],
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const concurrency of concurrencies) {
    const [floors, rates]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      for (const mode of ['floor', 'ours'] as const) {
        const gate = await spawnGate();
        const path = join(tempDir(), 'outbox.db');
        if (mode === 'ours') fillOutbox(path, count);
        const { rate = Number.NaN } = await measured('./delivery-child.ts', {
          mode,
          url: gate.url,
          key: TEST_KEY,
          concurrency,
          count,
          path,
        });
        (mode === 'floor' ? floors : rates).push(rate);
        gate.stop();
      }
    }
    const ratio = median(rates.map((rate, run) => rate / (floors[run] ?? Number.NaN)));
    const least = LEAST[concurrency];
    lines.push(
      {
        group: `delivery, ${concurrency} at once`,
        what: 'floor: undici, sign, POST, nothing stored',
        value: median(floors),
        unit: 'posts/s',
      },
      {
        group: `delivery, ${concurrency} at once`,
        what: 'ours, every outcome on disk',
        value: median(rates),
        unit: 'posts/s',
        ratio: { of: 'floor', value: ratio, ...(least === undefined ? {} : { least }) },
      },
    );
  }
  return lines;
}
