import type { Catalogue } from '../../i18n/en/index.ts';
import type { Said } from './words.ts';

/** What a report says besides the findings. */
export interface Head {
  readonly gate: string;
  readonly dialect: string;
  readonly station: string;
  readonly car: string;
  /** When, by the station's clock. */
  readonly at: string;
}

/** How a report is written into this file; undefined where its ending names no form. */
export function reportForm(
  file: string,
): ((head: Head, said: readonly Said[], texts: Catalogue, lang: string) => string) | undefined {
  const [, ending = ''] = /\.([a-z]+)$/i.exec(file) ?? [];
  switch (ending.toLowerCase()) {
    case 'html':
      return htmlReport;
    case 'md':
      return markdownReport;
    case 'json':
      return jsonReport;
    default:
      return undefined;
  }
}

/** The word for what came of a rule. */
export function verdictWord({ ok, severity }: Said, { gateTest }: Catalogue): string {
  return gateTest.severity[ok ? 'ok' : severity];
}

function headLines(head: Head, { gateTest }: Catalogue): [string, string][] {
  const { gate, dialect, station, car, at } = gateTest.about;
  return [
    [gate, head.gate],
    [dialect, head.dialect],
    [station, head.station],
    [car, head.car],
    [at, head.at],
  ];
}

function parts(one: Said, { gateTest }: Catalogue): [string, string][] {
  const { labels, rules } = gateTest;
  return [
    [labels.sent, one.sent],
    [labels.expected, one.expected],
    [labels.got, one.got],
    ...(one.ok || one.severity === 'untried'
      ? []
      : [[labels.cost, rules[one.rule].cost] satisfies [string, string]]),
  ];
}

function jsonReport(head: Head, said: readonly Said[], { gateTest }: Catalogue): string {
  const rules = said.map((one) => ({ ...one, ...gateTest.rules[one.rule] }));
  return `${JSON.stringify({ ...head, rules }, undefined, 2)}\n`;
}

function markdownReport(head: Head, said: readonly Said[], texts: Catalogue): string {
  const { title, labels, rules } = texts.gateTest;
  const table = said.map((one) => `| ${one.rule} | ${rules[one.rule].title} | ${verdictWord(one, texts)} |`);
  const sections = said.flatMap((one) => [
    `## ${one.rule}: ${verdictWord(one, texts)}`,
    '',
    rules[one.rule].title,
    '',
    ...parts(one, texts).flatMap(([label, text]) => [`**${label}**`, '', ...fenced(text), '']),
  ]);
  return [
    `# ${title}`,
    '',
    ...headLines(head, texts).map(([label, text]) => `- ${label}: \`${text.replaceAll('`', "'")}\``),
    '',
    `| ${labels.rule} | | ${labels.result} |`,
    '| --- | --- | --- |',
    ...table,
    '',
    ...sections,
  ].join('\n');
}

/** What a platform answers may hold anything: a fence longer than any within keeps it text. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [fence, text, fence];
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.5rem;margin:.2rem 0 1rem}' +
  'td,th{text-align:left;padding:.2rem 1rem .2rem 0}.ok{color:#17692b}.error{color:#b00020}.warning,.untried{color:#8a5a00}';

function htmlReport(head: Head, said: readonly Said[], texts: Catalogue, lang: string): string {
  const { title, labels, rules } = texts.gateTest;
  const mark = (one: Said) =>
    `<span class="${one.ok ? 'ok' : one.severity}">${escaped(verdictWord(one, texts))}</span>`;
  const rows = (pairs: [string, string][]) =>
    pairs.map(([label, text]) => `<tr><th>${escaped(label)}</th><td>${escaped(text)}</td></tr>`).join('\n');
  const table = said
    .map(
      (one) => `<tr><td>${one.rule}</td><td>${escaped(rules[one.rule].title)}</td><td>${mark(one)}</td></tr>`,
    )
    .join('\n');
  const sections = said
    .map((one) => {
      const blocks = parts(one, texts).map(
        ([label, text]) => `<div>${escaped(label)}</div><pre>${escaped(text)}</pre>`,
      );
      return `<h2>${one.rule} ${mark(one)}</h2>\n<p>${escaped(rules[one.rule].title)}</p>\n${blocks.join('\n')}`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1>
<table>${rows(headLines(head, texts))}</table>
<table><tr><th>${escaped(labels.rule)}</th><th></th><th>${escaped(labels.result)}</th></tr>
${table}</table>
${sections}
</body></html>
`;
}

function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => named[character] ?? character);
}
