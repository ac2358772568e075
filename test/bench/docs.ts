import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawChart } from './chart.ts';
import { kept, type Line } from './harness.ts';
import { figure, groupsOf, markdownOf, type Result } from './result.ts';
import { SECTIONS, type Section } from './sections.ts';

/** Writes docs/performance.md and its charts. */
export function writeDocs(result: Result): void {
  const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
  mkdirSync(`${docs}images`, { recursive: true });
  const write = (path: string, text: string): void => {
    writeFileSync(`${docs}${path}`, text);
    process.stderr.write(`docs/${path}\n`);
  };
  const sections = SECTIONS.map((section) => ({ section, lines: linesOf(result, section) }));
  const measured = sections.filter(({ lines }) => lines.length > 0);
  for (const { section, lines } of measured) {
    if (section.chart !== undefined) write(`images/${section.chart.file}.svg`, chartOf(section.chart, lines));
  }
  write('performance.md', page(result, measured));
  write('performance.zh-CN.md', chinesePage(result, measured));
}

function linesOf({ lines }: Result, section: Section): Line[] {
  return lines.filter(({ group }) => section.groups.some((begin) => group.startsWith(begin)));
}

function chartOf({ title, only }: NonNullable<Section['chart']>, lines: readonly Line[]): string {
  const shown = lines.filter(({ what }) => only?.test(what) ?? true);
  return drawChart({
    title,
    unit: shown[0]?.unit ?? '',
    groups: groupsOf(shown).map(([name, rows]) => ({
      name,
      bars: rows.map((row) => ({
        label: short(row.what),
        value: row.value,
        told: `${figure(row.value)}${row.kill ? `, ${row.kill.lost.toLocaleString('en')} lost` : ''}`,
        ours: row.what.startsWith('ours') || row.group.includes('backlog'),
      })),
    })),
  });
}

/** Short enough to stand beside a bar. */
function short(what: string): string {
  return what.length <= 46 ? what : `${what.slice(0, 45)}…`;
}

type Measured = readonly { readonly section: Section; readonly lines: Line[] }[];

function page(result: Result, measured: Measured): string {
  const { machine, date, commit, options } = result;
  const promised = result.lines.filter(
    ({ ratio }) => ratio !== undefined && (ratio.least ?? ratio.most) !== undefined,
  );
  const held = promised.filter(kept).length;
  const parts = measured.map(({ section: { title, text, chart }, lines }) =>
    [
      `## ${title}`,
      text,
      ...(chart === undefined ? [] : [`![${chart.title}](images/${chart.file}.svg)`]),
      ...groupsOf(lines).map(([group, rows]) => `**${group}**\n\n${markdownOf(rows, false).trimEnd()}`),
    ].join('\n\n'),
  );
  return `${[
    '# Performance',
    `<!-- Written by \`npm run bench -- --docs\`: change test/bench, not this file. -->`,
    `Measured on ${date} at commit ${commit} with \`npm run bench${options === '' ? '' : ` -- ${options}`}\` on: ${machine}.`,
    `Figures are of this machine, ratios of anyone's: each is held against a baseline that ran beside it, on the same disk,
broker and gate, in turn, each in a process of its own; medians of several runs. Broker, gate and publisher share the
machine's processors with what is measured. ${held} of the ${promised.length} bounds that the project sets itself were kept in this run.`,
    ...parts,
    '## Measure it yourself',
    `\`\`\`sh
npm run bench -- --quick   # two minutes, smaller counts
npm run bench              # all but the peers
npm run bench -- --peers   # the peers: installs them from the npm registry, aside, under node_modules/.cache
npm run bench -- --all --docs   # everything, and this page
\`\`\`

\`--only intake,latency\` runs parts, \`--json\` and \`--markdown\` print the figures so, \`--docs --from FILE\` makes this page
of what \`--json\` printed. It needs mosquitto; with gcc it also slows and counts fsyncs. It exits with 1 where a bound is
not kept.`,
  ].join('\n\n')}\n`;
}

/** The short page in Chinese: the charts and the tables, and where the method is told. */
function chinesePage({ machine, date, commit }: Result, measured: Measured): string {
  const parts = measured.map(({ section: { chinese, chart }, lines }) =>
    [
      `## ${chinese[0]}`,
      chinese[1],
      ...(chart === undefined ? [] : [`![${chinese[0]}](images/${chart.file}.svg)`]),
      markdownOf(lines).trimEnd(),
    ].join('\n\n'),
  );
  return `${[
    '# 性能',
    '<!-- Written by `npm run bench -- --docs`: change test/bench, not this file. -->',
    `测量于 ${date}，提交 ${commit}，机器：${machine}。测量方法见[英文版](performance.md)。`,
    ...parts,
    '自己测量：`npm run bench -- --quick`（约两分钟），`npm run bench -- --all --docs`（全部，并重写本页）。',
  ].join('\n\n')}\n`;
}
