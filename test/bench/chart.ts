/** A bar chart: groups of bars, one unit, one scale. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
}

/** One bar; `ours` stands out. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as it is to be read. */
  readonly told: string;
  readonly ours: boolean;
}

const WIDTH = 760;
const LABEL = 330;
const ROW = 24;
/** Room for the figure behind the longest bar. */
const FIGURE = 90;

/** Draws it as SVG, to be read on light and on dark. */
export function drawChart({ title, unit, groups }: Chart): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const most = Math.max(...values.filter(Number.isFinite), Number.MIN_VALUE);
  const parts: string[] = [];
  let y = 52;
  for (const { name, bars } of groups) {
    if (groups.length > 1) {
      parts.push(`<text class="group" x="16" y="${y + 16}">${escaped(name)}</text>`);
      y += ROW;
    }
    for (const { label, value, told, ours } of bars) {
      const length = Math.max(1, (Math.max(0, value || 0) / most) * (WIDTH - LABEL - FIGURE));
      const end = LABEL + Number(length.toFixed(1));
      parts.push(
        `<text x="${LABEL - 10}" y="${y + 16}" text-anchor="end">${escaped(label)}</text>`,
        `<rect class="${ours ? 'ours' : 'other'}" x="${LABEL}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 7}" rx="2"/>`,
        `<text class="figure" x="${end + 7}" y="${y + 16}">${escaped(told)}</text>`,
      );
      y += ROW;
    }
    y += 8;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #374151 }
.title { font-size: 15px; font-weight: 600; fill: #111827 }
.group { font-weight: 600 }
.figure { font-variant-numeric: tabular-nums }
.page { fill: #ffffff }
.other { fill: #9ca3af }
.ours { fill: #2563eb }
@media (prefers-color-scheme: dark) {
  text { fill: #d1d5db }
  .title { fill: #f3f4f6 }
  .page { fill: #0d1117 }
  .other { fill: #6b7280 }
  .ours { fill: #60a5fa }
}
</style>
<rect class="page" width="100%" height="100%" rx="6"/>
<text class="title" x="16" y="30">${escaped(title)}, ${escaped(unit)}</text>
${parts.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
