import { Failure } from '../../domain/failure.ts';
import type { Problem } from '../../domain/health.ts';
import type { Reason } from '../../domain/reason.ts';
import { problemIn, sayIn } from '../../i18n/catalogue.ts';
import { en } from '../../i18n/en/index.ts';
import { inEnglish } from '../../i18n/english.ts';
import type { Language } from '../../i18n/texts.ts';
import { zh } from '../../i18n/zh/index.ts';
import { inChinese } from '../../ops/chinese/chinese.ts';
import type { Local } from '../voice.ts';

/** A text in both languages. */
export type InBoth = Readonly<Record<Language, string>>;

/** Red stops records on their way to the gate; yellow waits for a person or may become red. */
export type Level = 'green' | 'yellow' | 'red';

/** What a try came to. */
export interface Verdict {
  readonly level: Level;
  /** What was seen; several lines where several things were. */
  readonly seen: InBoth;
  /** The very command to run or key to change; undefined where there is nothing to do. */
  readonly remedy: InBoth | undefined;
}

/** One thing that the doctor tries: its name for programs, what is tried, and what comes of it. */
export interface Check {
  readonly id: string;
  readonly title: InBoth;
  /** Undefined where there is nothing to look at, and why is told by another one. Never rejects. */
  readonly verdict: Promise<Verdict | undefined>;
}

/** A text in both languages; the same in both where one is given. */
export function both(en: string, zh: string = en): InBoth {
  return { en, zh };
}

/** A sentence that is made elsewhere, and in English only. */
export function told(sentence: string | Reason): InBoth {
  if (typeof sentence === 'string') return both(sentence, inChinese(sentence));
  const { code, params } = sentence;
  if (code === 'prose' && typeof params['text'] === 'string') return told(params['text']);
  return both(inEnglish(sentence), sayIn(zh)(sentence));
}

/** A problem or warning of `domain/health`, in its catalogue's words. */
export function problemVerdict(problem: Problem, local: Local): Verdict {
  const [inEn, inZh] = [en, zh].map((texts) =>
    problemIn(texts, problem, {
      say: sayIn(texts),
      prose: (text) => (texts === zh ? inChinese(text) : text),
      local,
    }),
  );
  const { text = '', remedy = '' } = inEn ?? {};
  return {
    level: problem.level,
    seen: both(text, inZh?.text),
    remedy: remedy === '' ? undefined : both(remedy, inZh?.remedy),
  };
}

/** All is well. */
export function green(seen: InBoth): Verdict {
  return { level: 'green', seen, remedy: undefined };
}

/** A person should look at it. */
export function yellow(seen: InBoth, remedy: InBoth): Verdict {
  return { level: 'yellow', seen, remedy };
}

/** Records do not get through. */
export function red(seen: InBoth, remedy: InBoth): Verdict {
  return { level: 'red', seen, remedy };
}

/** It could not be tried, for the reason that is told where the cause is. */
export function untried(why: InBoth, remedy: InBoth): Verdict {
  return yellow(both(`not tried: ${why.en}`, `未检查：${why.zh}`), remedy);
}

/** What helps where the config itself is in the way. */
const MEND_FIRST = both('mend the config first: pilegate check', '请先修正配置：pilegate check');

/** A part of the config is wrong, so that what it is about cannot be tried. */
export function wrongConfig(room: string): Verdict {
  return untried(both(`the config's ${room} is wrong`, `配置中的 ${room} 有误`), MEND_FIRST);
}

/** A check under way. What throws in it is told as what it came to: the others go on. */
export function check(id: string, title: InBoth, work: () => Verdict | Promise<Verdict | undefined>): Check {
  const verdict = (async () => work())().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Failure) return red(told(message), MEND_FIRST);
    return red(
      both(`it could not be tried: ${message}`, `无法检查：${message}`),
      both('that is a defect of pilegate, please report it', '这是 pilegate 的缺陷，请反馈'),
    );
  });
  return { id, title, verdict };
}

const LEVELS: readonly Level[] = ['green', 'yellow', 'red'];

/** Several verdicts about one thing as one: the worst level, and what is wrong; where nothing is, all that was seen. */
export function combined(verdicts: readonly Verdict[]): Verdict {
  const level = LEVELS.findLast((one) => verdicts.some((verdict) => verdict.level === one)) ?? 'green';
  const told = level === 'green' ? verdicts : verdicts.filter((verdict) => verdict.level !== 'green');
  const remedies = told.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy]));
  return {
    level,
    seen: joined(told.map(({ seen }) => seen)),
    remedy: remedies.length === 0 ? undefined : joined(remedies),
  };
}

function joined(texts: readonly InBoth[]): InBoth {
  const join = (lang: Language) => [...new Set(texts.map((text) => text[lang]))].join('\n');
  return both(join('en'), join('zh'));
}

/** A number of milliseconds for people: `12 ms`, `0.4 ms`, `1.5 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A number of bytes for people: `12 KiB`, `1.5 GiB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const count = bytes / 1024 ** at;
  return `${count < 10 && at > 0 ? count.toFixed(1) : Math.round(count)} ${units[at]}`;
}
