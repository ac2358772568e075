import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { kept, type Line, machine } from './harness.ts';

const line = z.object({
  group: z.string(),
  what: z.string(),
  // JSON knows no NaN: what could not be measured is null.
  value: z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
  unit: z.string(),
  ratio: z
    .object({
      of: z.string(),
      value: z
        .number()
        .nullable()
        .transform((value) => value ?? Number.NaN),
      least: z.number().exactOptional(),
      most: z.number().exactOptional(),
    })
    .exactOptional(),
  kill: z.object({ published: z.number(), lost: z.number(), twice: z.number() }).exactOptional(),
});

/** What `--json` prints, and `--from` reads. */
export const resultSchema = z.object({
  machine: z.string(),
  date: z.string(),
  commit: z.string(),
  /** The options that it was run with. */
  options: z.string(),
  lines: z.array(line),
});
/** All figures of one run, and where they are from. */
export type Result = z.infer<typeof resultSchema>;

/** Puts the machine, the day and the commit to the figures. */
export function resultOf(lines: Line[], options: string): Result {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  const commit = git.status === 0 ? git.stdout.trim() : 'unknown';
  const date = new Date().toISOString().slice(0, 10);
  return { machine: machine(), date, commit, options, lines };
}

/** A figure with as many digits as mean something. */
export function figure(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) < 1 ? 3 : 1);
}

/** A line's ratio in words, and whether it is what is promised. */
export function ratioOf({ ratio }: Line): string {
  if (ratio === undefined) return '';
  const bound =
    ratio.least === undefined
      ? ratio.most === undefined || ratio.most === 1
        ? ''
        : `, promised at most ${ratio.most}`
      : `, promised at least ${ratio.least}`;
  return `×${ratio.value.toFixed(2)} ${ratio.of}${bound}`;
}

/** What a kill cost, in words. */
export function killOf({ kill }: Line): string {
  if (kill === undefined) return '';
  const { published, lost, twice } = kill;
  return `${lost.toLocaleString('en')} of ${published.toLocaleString('en')} lost, ${twice.toLocaleString('en')} twice`;
}

/** The lines for a terminal, one group after the other. */
export function textOf(lines: readonly Line[]): string {
  return groupsOf(lines)
    .map(([group, rows]) => {
      const width = Math.max(...rows.map(({ what }) => what.length));
      const unitWidth = Math.max(...rows.map(({ unit }) => unit.length));
      const told = rows.map((row) => {
        const { what, value, unit } = row;
        const more = [ratioOf(row), killOf(row), kept(row) ? '' : '← not what is promised'];
        const end = more.filter((text) => text !== '').join('  ');
        return `  ${what.padEnd(width)}  ${figure(value).padStart(9)} ${unit.padEnd(unitWidth)}  ${end}`.trimEnd();
      });
      return `${group}\n${told.join('\n')}\n`;
    })
    .join('\n');
}

/** The lines as a Markdown table; `grouped` puts the group into a column of its own. */
export function markdownOf(lines: readonly Line[], grouped = true): string {
  const kills = lines.some(({ kill }) => kill !== undefined);
  const head = [
    ...(grouped ? ['what'] : []),
    grouped ? '' : 'what',
    'figure',
    'held against',
    ...(kills ? ['at SIGKILL'] : []),
  ];
  const rows = lines.map((row) => [
    ...(grouped ? [row.group] : []),
    row.what,
    `${figure(row.value)} ${row.unit}`,
    `${ratioOf(row)}${kept(row) ? '' : ' **not kept**'}`,
    ...(kills ? [killOf(row)] : []),
  ]);
  const rule = head.map((_, index) => (index === (grouped ? 2 : 1) ? '---:' : '---'));
  return `${[head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** The lines by group, in their order. */
export function groupsOf(lines: readonly Line[]): [string, Line[]][] {
  return Object.entries(Object.groupBy(lines, ({ group }) => group)).map(([group, rows]) => [
    group,
    rows ?? [],
  ]);
}
