import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_KEY, tempDir } from '../support/tmp.ts';
import { fillOutbox, fillWarm } from './fill.ts';
import { spawnGate } from './gate.ts';
import { type Line, measured, median } from './harness.ts';

/** What each concurrency must reach of the floor. */
const LEAST: Readonly<Record<number, number>> = { 4: 0.6, 16: 0.5 };

const WHO = {
  floor: 'floor: undici, sign, POST, nothing stored',
  ours: 'ours, every outcome on disk',
};
type Mode = keyof typeof WHO;

/**
 * How fast a backlog goes to a bare gate, against the bare floor of the same concurrency and gate; and to the strict
 * simulator, which is what takes the time then.
 * @param strict the concurrencies that are tried with the strict simulator
 */
export async function benchDelivery(
  count: number,
  runs: number,
  concurrencies: readonly number[],
  strict: readonly number[],
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const concurrency of concurrencies) {
    const least = LEAST[concurrency];
    const group = `delivery, ${concurrency} at once`;
    lines.push(...(await compared(group, { gate: 'bare', concurrency, count, runs }, least)));
  }
  for (const concurrency of strict) {
    const group = `delivery, ${concurrency} at once, to a gate that checks all`;
    lines.push(...(await compared(group, { gate: 'strict', concurrency, count, runs }, undefined)));
  }
  const disk: Line = {
    group: 'delivery, the disk under it',
    what: 'a write of 20 KiB with its fsync, median of 500',
    value: fsyncUs(join(tempDir(), 'disk')),
    unit: 'µs',
  };
  return [...lines, disk];
}

interface Case {
  readonly gate: 'bare' | 'strict';
  readonly concurrency: number;
  readonly count: number;
  readonly runs: number;
}

async function compared(group: string, given: Case, least: number | undefined): Promise<Line[]> {
  const rates: Record<Mode, number[]> = { floor: [], ours: [] };
  for (let run = 0; run < given.runs; run += 1)
    for (const mode of ['floor', 'ours'] as const) rates[mode].push(await rateOf(mode, given));
  const ratio = median(rates.ours.map((rate, run) => rate / (rates.floor[run] ?? Number.NaN)));
  const bound = least === undefined ? {} : { least };
  return [
    { group, what: WHO.floor, value: median(rates.floor), unit: 'posts/s' },
    {
      group,
      what: WHO.ours,
      value: median(rates.ours),
      unit: 'posts/s',
      ratio: { of: 'of the floor', value: ratio, ...bound },
    },
  ];
}

async function rateOf(mode: Mode, { gate: kind, concurrency, count }: Case): Promise<number> {
  const gate = await spawnGate(kind);
  const path = join(tempDir(), 'outbox.db');
  if (mode === 'ours') fillOutbox(path, count);
  const task = { mode, url: gate.url, key: TEST_KEY, concurrency, count, path, warm: fillWarm() };
  const { rate = Number.NaN } = await measured('./delivery-child.ts', task);
  gate.stop();
  return rate;
}

/** What no commit is faster than: writes over what is there, as SQLite's journal does, and waits for the disk. */
function fsyncUs(path: string): number {
  const file = openSync(path, 'w');
  const pages = Buffer.alloc(20 * 1024);
  const write = (): number => {
    const began = performance.now();
    writeSync(file, pages, 0, pages.length, 0);
    fsyncSync(file);
    return (performance.now() - began) * 1_000;
  };
  const times = Array.from({ length: 500 }, write);
  closeSync(file);
  return median(times);
}
