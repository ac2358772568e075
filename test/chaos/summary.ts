import type { Report } from './run.ts';

/** A finding more says nothing new; all are in `--json`. */
const MOST = 20;

/** The report as text. */
export function tell(report: Report): string {
  const { seed, minutes, counts, excuses, made, story, leftOut, findings, kept } = report;
  const lines = [
    `seed ${seed}, ${minutes} min`,
    ...section('what was done', made),
    ...section('what the daemon met', story.events),
    ...section('what was published, and where it ended', {
      ...counts,
      'published again after a kill of the broker': story.repeated,
      'commands of hands': story.hands,
      'of them refused': story.handsRefused,
    }),
    ...section('why an order may have been sent again', excuses),
    ...leftOut.map((what) => `left out: ${what}`),
    `findings: ${findings.length}`,
    ...findings.slice(0, MOST).map(({ kind, name, words }) => `  ${kind}: ${name}: ${words}`),
    ...(findings.length > MOST ? [`  and ${findings.length - MOST} more (--json)`] : []),
    ...(kept === undefined ? [] : [`kept: ${kept}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, figures: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(figures).map(([name, n]) => `  ${String(n).padStart(7)}  ${name}`);
  return [`${title}:`, ...rows];
}
