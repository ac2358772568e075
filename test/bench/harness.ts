import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { owned } from '../support/cleanup.ts';

/** What a child measured: figures by name. */
export type Figures = Readonly<Record<string, number>>;

const figures = z.record(z.string(), z.number());

/**
 * Runs one of the scripts beside this file in a process of its own, and gives the figures that it prints as its
 * last line.
 * @param task what it is told, as JSON in its first argument
 */
export async function measured(
  script: string,
  task: object,
  env: Readonly<Record<string, string>> = {},
): Promise<Figures> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = owned(
    spawn(process.execPath, [file, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    }),
  );
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const last = printed.trim().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${last}`);
  return figures.parse(JSON.parse(last));
}

/** The middle one; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share `q` (0 to 1) of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

/** One line of the table. */
export interface Line {
  readonly group: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Ratio to a baseline of the same run (`of the floor`), and what it should be at least (or at most). */
  readonly ratio?: {
    readonly of: string;
    readonly value: number;
    readonly least?: number;
    readonly most?: number;
  };
  /** What was lost, and what came twice, when the process was killed in mid-stream. */
  readonly kill?: { readonly published: number; readonly lost: number; readonly twice: number };
}

/** A bound on a value by itself, told as its share of the bound. */
export function atMost(value: number, most: number, unit: string): NonNullable<Line['ratio']> {
  return { of: `of the ${most.toLocaleString('en')} ${unit} promised`, value: value / most, most: 1 };
}

/** Whether a line keeps what it promises. */
export function kept({ ratio }: Line): boolean {
  if (ratio === undefined) return true;
  return (
    ratio.value >= (ratio.least ?? Number.NEGATIVE_INFINITY) &&
    ratio.value <= (ratio.most ?? Number.POSITIVE_INFINITY)
  );
}

/** The machine that the figures come from. */
export function machine(): string {
  const model =
    /model name\s*:\s*(.+)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ??
    cpus()[0]?.model ??
    'unknown processor';
  return `${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
}

/** What a script was told. */
export function task<T>(schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(process.argv[2] ?? '{}'));
}

/** Prints what a script measured, as the last thing it does. */
export function report(result: Figures): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
