import { EVENTS } from './events.ts';
import { GATE } from './gate.ts';
import type { Sentences } from './sentences.ts';
import { STORAGE } from './storage.ts';

/** All that can be said in Chinese. Of several that fit the first counts. */
export const SENTENCES: Sentences = [...GATE, ...EVENTS, ...STORAGE];

/** One of {@link SENTENCES}, made ready when a text begins as it does: to make all of them ready takes its time. */
class Known {
  readonly #english: string;
  readonly #chinese: string;
  /** What every such text begins with. */
  readonly #beginning: string;
  #pattern: RegExp | undefined;
  /** For each hole, whether a sentence of ours may stand in it. */
  #ours: readonly boolean[] = [];

  constructor([english, chinese]: Sentences[number]) {
    this.#english = english;
    this.#chinese = chinese;
    this.#beginning = english.split(HOLE, 1)[0] ?? '';
  }

  /** The text in Chinese, undefined where it is not this sentence. */
  tell(text: string): string | undefined {
    if (!text.startsWith(this.#beginning)) return undefined;
    this.#pattern ??= this.#compile();
    const holes = this.#pattern.exec(text)?.slice(1);
    if (holes === undefined) return undefined;
    return this.#chinese.replace(/\{(\d)\}/g, (_, digit: string) => {
      const hole = holes[Number(digit) - 1] ?? '';
      return this.#ours[Number(digit) - 1] ? inChinese(hole) : hole;
    });
  }

  #compile(): RegExp {
    this.#ours = [...this.#english.matchAll(HOLE)].map(([, kind]) => kind === '*');
    const source = this.#english
      .split(HOLE)
      .map((part, at) => (at % 2 === 1 ? holeFor(part) : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
      .join('');
    return new RegExp(`^${source}$`, 's');
  }
}

const HOLE = /\{([*#]?)\}/g;

function holeFor(kind: string): string {
  return kind === '#' ? '([+-]?[\\d.]+)' : '(.+?)';
}

const KNOWN = SENTENCES.map((sentence) => new Known(sentence));

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
  return partByPart(text) ?? byFirst(KNOWN, text);
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
  for (const sentence of sentences) {
    const told = sentence.tell(text);
    if (told !== undefined) return told;
  }
  return undefined;
}
