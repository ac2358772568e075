/**
 * Characters that look right and are not YAML: an input method's full-width punctuation, quotes of a word processor,
 * blanks that are none, marks that nobody sees. Each line's first one is told with what to type instead, and a copy
 * of the source is made without them, so that the rest of its mistakes can be found in the same go. Nothing runs on it.
 */
import { type Reason, reason } from '../domain/reason.ts';
import type { Mistake } from './mistakes.ts';

/** What was found, and the source as it was probably meant. Lines are the same, columns need not be. */
export interface Slips {
  readonly mistakes: readonly Mistake[];
  readonly repaired: string;
  /** Lines (from 1) with a slip: what else is wrong there follows from it. */
  readonly lines: ReadonlySet<number>;
}

/** A kind of slip: where it stands in a line (group 1 is what comes before it, group 2 the slip), and what is meant. */
interface Kind {
  readonly at: RegExp;
  readonly meant: (slip: string) => string;
  readonly reason: (slip: string) => Reason;
}

const KEY = '[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]*';
const ASCII: Readonly<Record<string, string>> = {
  '：': ': ',
  '，': ', ',
  '、': ', ',
  '；': ', ',
  '｛': '{',
  '｝': '}',
  '［': '[',
  '］': ']',
  '【': '[',
  '】': ']',
  '＃': '#',
};
const punctuation = (slip: string) => reason('slip.full-width', { slip, ascii: (ASCII[slip] ?? '').trim() });

/** In a line whose quoted texts and comment are blanked out. */
const KINDS: readonly Kind[] = [
  {
    at: /^()(\s*\t+)/u,
    meant: (slip) => slip.replaceAll('\t', '  '),
    reason: () => reason('yaml.tab', {}),
  },
  {
    at: /^(.*?)([\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\0])/u,
    meant: () => '',
    reason: (slip) => reason('slip.invisible', { code: named(slip) }),
  },
  {
    at: /^( *)([\u00a0\u3000\u2000-\u200a\u202f\u205f]+)(?=\S)/u,
    meant: (slip) => ' '.repeat([...slip].reduce((width, one) => width + (one === '\u3000' ? 2 : 1), 0)),
    reason: (slip) => reason('slip.blank-indent', { code: named(slip) }),
  },
  {
    at: /^(.*?[:\-{[,]\s*)([\u00a0\u3000\u2000-\u200a\u202f\u205f]+)/u,
    meant: () => ' ',
    reason: (slip) => reason('slip.blank', { code: named(slip) }),
  },
  {
    at: /^(\s*)([－–—−•·●])(?=\s*\S+.*[:：{])/u,
    meant: () => '-',
    reason: (slip) => reason('slip.dash', { slip }),
  },
  { at: /^(\s*(?:-\s+)*)([｛［【])/u, meant: (slip) => ASCII[slip] ?? slip, reason: punctuation },
  {
    at: new RegExp(`^(\\s*(?:-\\s+)?['"]?${KEY}['"]?\\s*)(：)`, 'u'),
    meant: () => ': ',
    reason: punctuation,
  },
  {
    at: new RegExp(`^(.*[{,，]\\s*['"]?${KEY}['"]?\\s*)(：)`, 'u'),
    meant: () => ': ',
    reason: punctuation,
  },
  { at: /^(.*?: *)([｛［【])/u, meant: (slip) => ASCII[slip] ?? slip, reason: punctuation },
  { at: /^(.*?[{[].*?)([｝］】])/u, meant: (slip) => ASCII[slip] ?? slip, reason: punctuation },
  {
    at: new RegExp(`^(.*[{[].*?)([，、；])(?=\\s*(?:['"\\x01]|${KEY}\\s*[:：]))`, 'u'),
    meant: () => ', ',
    reason: punctuation,
  },
  { at: /^(.*?\s)(＃)/u, meant: () => '#', reason: punctuation },
];

/** Quotes of a word processor or an input method round a value. */
const SMART =
  /^(.*?(?:: |- |[{[,] ?))([\u201c-\u201f\u2018-\u201b\uff02\uff07\u00ab\u00bb\u300c-\u300f])(.*?)([\u201c-\u201f\u2018-\u201b\uff02\uff07\u00ab\u00bb\u300c-\u300f])(?=\s*(?:[,，}\]#]|$))/u;

/** Finds the slips of a source. Pure; leaves comments, quoted texts and block texts (`|`, `>`) alone. */
export function findSlips(source: string): Slips {
  const mistakes: Mistake[] = [];
  const lines = new Set<number>();
  /** The indentation of the block text that the walk is in. */
  let block: number | undefined;
  const repaired = source.split('\n').map((line, index) => {
    const indent = line.length - line.trimStart().length;
    if (block !== undefined && (line.trim() === '' || indent > block)) return line;
    block = /[:-] [|>][+-]?\d?\s*$/.test(line) ? indent : undefined;
    const found = slipIn(line);
    if (found === undefined) return line;
    mistakes.push({ path: [], reason: found.reason, position: { line: index + 1, column: found.column } });
    lines.add(index + 1);
    return found.repaired;
  });
  return { mistakes, repaired: repaired.join('\n'), lines };
}

/** The first slip of a line, and the line without all of them; undefined where there is none. */
function slipIn(line: string): { reason: Reason; column: number; repaired: string } | undefined {
  let first: { reason: Reason; column: number } | undefined;
  let text = line;
  const note = (why: Reason, offset: number): void => {
    if (first === undefined || offset + 1 < first.column) first = { reason: why, column: offset + 1 };
  };
  // Each step takes one slip out, so it ends; a line of nothing else is not worth more.
  for (let step = 0; step < 50; step += 1) {
    const seen = blanked(text);
    const kind = KINDS.map((one) => ({ one, match: one.at.exec(seen) })).find(({ match }) => match !== null);
    const smart = kind ? null : SMART.exec(seen);
    if (kind?.match) {
      const [, before = '', slip = ''] = kind.match;
      note(kind.one.reason(slip), before.length);
      text = text.slice(0, before.length) + kind.one.meant(slip) + text.slice(before.length + slip.length);
    } else if (smart) {
      const [, before = '', open = '', inner = '', close = ''] = smart;
      note(reason('slip.quotes', { quotes: `${open}${close}` }), before.length);
      const end = before.length + open.length + inner.length;
      text = `${text.slice(0, before.length)}"${text.slice(before.length + open.length, end)}"${text.slice(end + close.length)}`;
    } else break;
  }
  return first && { ...first, repaired: text };
}

/** A line with its quoted texts and its comment made harmless, of the same length. */
function blanked(line: string): string {
  return line.replace(/"(?:\\.|[^"\\])*"|(?<=^|[\s{[,:-])'(?:''|[^'])*'|(?<=^|\s)#.*$/gu, (part) =>
    '\u0001'.repeat(part.length),
  );
}

function named(slip: string): string {
  return `U+${(slip.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
