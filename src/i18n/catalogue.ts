import type { Problem } from '../domain/health.ts';
import type { Catalogue } from './en/index.ts';
import type { Spoken } from './en/spoken.ts';
import type { Language, ProblemText, ProblemVoice, Say } from './texts.ts';

/** The catalogue of a language. Loaded where it is spoken: `status` is to answer at once. */
export async function catalogue(lang: Language): Promise<Catalogue> {
  return lang === 'zh' ? (await import('./zh/index.ts')).zh : (await import('./en/index.ts')).en;
}

/** What a daemon says in a language. */
export async function spokenIn(lang: Language): Promise<Spoken> {
  return lang === 'zh' ? (await import('./zh/spoken.ts')).spoken : (await import('./en/spoken.ts')).spoken;
}

/** How a catalogue says reasons. One that this version does not know is shown by its code and parameters. */
export function sayIn({ reasons }: Pick<Spoken, 'reasons'>): Say {
  const say: Say = (why) => {
    const text: unknown = textOf(reasons, why.code, why.params, say);
    return typeof text === 'string' ? text : unknown(why);
  };
  return say;
}

/** A problem or warning in a catalogue's words. */
export function problemIn(
  { problems }: Pick<Spoken, 'problems'>,
  problem: Pick<Problem, 'code' | 'params'>,
  voice: ProblemVoice,
): ProblemText {
  return problemText(problems, problem, voice);
}

/** A finding of `doctor` in a catalogue's words; where it has none of its own, those of the problem or warning. */
export function findingIn(
  { doctor, problems }: Catalogue,
  finding: { readonly code: string; readonly params: object },
  voice: ProblemVoice,
): ProblemText {
  return problemText(
    Object.hasOwn(doctor.findings, finding.code) ? doctor.findings : problems,
    finding,
    voice,
  );
}

function problemText(
  texts: object,
  { code, params }: { readonly code: string; readonly params: object },
  voice: ProblemVoice,
): ProblemText {
  const found: unknown = textOf(texts, code, params, voice);
  return isProblemText(found) ? found : { text: unknown({ code, params }), remedy: '' };
}

/** What was read from disk may have parameters of another version: then its text fails, and undefined is given. */
function textOf(texts: object, code: string, params: object, voice: unknown): unknown {
  const text: unknown = Object.hasOwn(texts, code) ? Reflect.get(texts, code) : undefined;
  return typeof text === 'function' ? text(params, voice) : undefined;
}

function isProblemText(value: unknown): value is ProblemText {
  return typeof value === 'object' && value !== null && 'text' in value && 'remedy' in value;
}

function unknown({ code, params }: { readonly code: string; readonly params: object }): string {
  return `${code} ${JSON.stringify(params)}`;
}
