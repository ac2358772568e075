import { CONFIG } from './config.ts';
import { EVENTS } from './events.ts';
import { GATE, QUOTING } from './gate.ts';
import { KEYS } from './keys.ts';
import { RULES } from './rules.ts';
import { STORAGE } from './storage.ts';

/**
 * Sentences in English and in Chinese. In the English `{}` stands for what is left as it is (a name, a number, another
 * one's words), `{#}` for a number, `{*}` for what may be a sentence of ours itself; in the Chinese `{1}`, `{2}` … stand for these in turn.
 */
export type Sentences = readonly (readonly [english: string, chinese: string])[];

/** All that can be said in Chinese. Of several that fit the first counts. */
export const SENTENCES: Sentences = [
  ...QUOTING,
  ...GATE,
  ...EVENTS,
  ...STORAGE,
  ...RULES,
  ...CONFIG,
  ...KEYS,
];

interface Known {
  readonly pattern: RegExp;
  /** For each hole, whether a sentence of ours may stand in it. */
  readonly ours: readonly boolean[];
  readonly chinese: string;
}

let known: { readonly quoting: readonly Known[]; readonly all: readonly Known[] } | undefined;

/**
 * A reason, a mistake or a description in Chinese. On disk, in logs and to programs they are English, where each is
 * made; people who read Chinese are told by this.
 * @returns the text as it is where it is not one of ours; what others said in it (the gate, a person) stays as it is
 */
export function inChinese(text: string): string {
  return translated(text) ?? text;
}

/** The text in Chinese, undefined where it is not one of ours. */
export function translated(text: string): string | undefined {
  known ??= { quoting: QUOTING.map(compiled), all: SENTENCES.map(compiled) };
  // What holds another one's words is told as one, whatever these words look like.
  return byFirst(known.quoting, text) ?? partByPart(text) ?? byFirst(known.all, text);
}

/** Several reasons one after the other; undefined where not all of them are ours. */
function partByPart(text: string): string | undefined {
  const [first = '', ...more] = text.split(/(; |(?<=\)), )/);
  if (more.length === 0) return undefined;
  let told = translated(first);
  for (let at = 0; told !== undefined && at < more.length; at += 2) {
    const part = translated(more[at + 1] ?? '');
    told = part === undefined ? undefined : `${told}${more[at] === '; ' ? '；' : '、'}${part}`;
  }
  return told;
}

function byFirst(sentences: readonly Known[], text: string): string | undefined {
  for (const { pattern, ours, chinese } of sentences) {
    const holes = pattern.exec(text)?.slice(1);
    if (holes === undefined) continue;
    return chinese.replace(/\{(\d)\}/g, (_, digit: string) => {
      const at = Number(digit) - 1;
      const hole = holes[at] ?? '';
      return ours[at] ? inChinese(hole) : hole;
    });
  }
  return undefined;
}

const HOLE = /\{([*#]?)\}/g;

function holeFor(kind: string): string {
  return kind === '#' ? '([+-]?[\\d.]+)' : '(.+?)';
}

function compiled([english, chinese]: readonly [string, string]): Known {
  const ours = [...english.matchAll(HOLE)].map(([, star]) => star === '*');
  const source = english
    .split(HOLE)
    .map((part, at) => (at % 2 === 1 ? holeFor(part) : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
    .join('');
  return { pattern: new RegExp(`^${source}$`, 's'), ours, chinese };
}
