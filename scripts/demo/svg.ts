import stringWidth from 'string-width';

/** One drawn moment: the terminal's text with its colours, and what is said below it. */
export interface Moment {
  readonly text: string;
  readonly en: string;
  readonly zh: string;
}

/** The size of one cell of the terminal, the space around it and how long a moment stands: pixels, seconds. */
const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const SECONDS = 4;
/** Shown where nothing moves: the fourth, in which the gate is back. */
const STILL = 3;

const INK = '#d7dde5';
/** What an SGR code of picocolors paints; the dark ground is the picture's own, so it reads on light and dark pages. */
const PAINT: Readonly<Record<string, Partial<Style>>> = {
  1: { bold: true },
  2: { dim: true },
  22: { bold: false, dim: false },
  31: { fill: '#ff7b72' },
  32: { fill: '#56d364' },
  33: { fill: '#e3b341' },
  36: { fill: '#56d4dd' },
  37: { fill: '#ffffff' },
  39: { fill: INK },
  41: { ground: '#b62324' },
  42: { ground: '#1a7f37' },
  44: { ground: '#1f5fbf' },
  49: { ground: '' },
};

interface Style {
  fill: string;
  ground: string;
  bold: boolean;
  dim: boolean;
}

/**
 * One SVG in which the moments follow each other, without any script: it moves in an `<img>` too.
 * @param columns the width of the terminal
 */
export function movingPicture(moments: readonly Moment[], language: 'en' | 'zh', columns: number): string {
  const rows = Math.max(...moments.map(({ text }) => text.split('\n').length));
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const ground = Math.ceil(rows * CELL.height + 2 * MARGIN);
  const height = ground + 36;
  const whole = moments.length * SECONDS;
  const captions = moments.map((moment) => escaped(moment[language]));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>pilegate demo</title>
<desc>${captions.join(' ')}</desc>
<style>
text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre;fill:${INK}}
.b{font-weight:bold}.d{opacity:.55}
.c{font:15px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
.m{visibility:hidden;animation:m ${whole}s step-end infinite}
.m:nth-of-type(${STILL + 1}){visibility:visible}
${moments.map((_, at) => `.m:nth-of-type(${at + 1}){animation-delay:${at * SECONDS - whole}s}`).join('\n')}
@keyframes m{0%{visibility:visible}${100 / moments.length}%{visibility:hidden}}
@media (prefers-reduced-motion:reduce){.m{animation:none}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#1b2027" stroke="#8b949e" stroke-opacity=".4"/>
<path d="M0 ${ground}h${width}" stroke="#8b949e" stroke-opacity=".4"/>
${moments
  .map(
    ({ text }, at) =>
      `<g class="m">${text.split('\n').map(line).join('')}<text class="c" x="${MARGIN}" y="${ground + 23}">${at + 1}/${moments.length}  ${captions[at]}</text></g>`,
  )
  .join('\n')}
</svg>
`;
}

/** One line of the terminal; what two or more spaces part is placed by itself, so that no font can shift a column. */
function line(text: string, row: number): string {
  const style: Style = { fill: INK, ground: '', bold: false, dim: false };
  const top = MARGIN + row * CELL.height;
  let column = 0;
  let out = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours begin with this one
  for (const [, code, plain = ''] of text.matchAll(/\u001b\[(\d+)m|([^\u001b]+)/g)) {
    if (code !== undefined) Object.assign(style, PAINT[code]);
    const columns = stringWidth(plain);
    if (style.ground && columns > 0)
      out += `<rect x="${x(column)}" y="${top}" width="${size(columns)}" height="${CELL.height}" fill="${style.ground}"/>`;
    for (const { 0: chunk, index } of plain.matchAll(/\S+(?: \S+)*/g)) {
      const at = column + stringWidth(plain.slice(0, index));
      out += chunkOf(chunk, at, top, style);
    }
    column += columns;
  }
  return out;
}

function chunkOf(chunk: string, column: number, top: number, { fill, bold, dim }: Style): string {
  const look = [bold && 'b', dim && 'd'].filter(Boolean).join(' ');
  const attributes = `${look && ` class="${look}"`}${fill === INK ? '' : ` style="fill:${fill}"`}`;
  return `<text x="${x(column)}" y="${top + 13}" textLength="${size(stringWidth(chunk))}"${attributes}>${escaped(chunk)}</text>`;
}

function x(column: number): string {
  return (MARGIN + column * CELL.width).toFixed(1);
}

function size(columns: number): string {
  return (columns * CELL.width).toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
