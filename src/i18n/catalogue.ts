import type { Reason, ReasonCode, ReasonParams } from '../domain/reason.ts';

/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** Puts one reason into words; a text calls it for the reasons among its own parameters. */
export type Say = (why: Reason) => string;

/** The words of every reason. Each language has the same keys: a missing one does not compile. */
export type ReasonTexts = {
  readonly [C in ReasonCode]: (params: ReasonParams[C], say: Say) => string;
};

/** All that a language says, one file a surface. */
export interface Catalogue {
  readonly reasons: ReasonTexts;
}

/** The catalogue of a language. Loaded where it is spoken: `status` is to answer at once. */
export async function catalogue(lang: Language): Promise<Catalogue> {
  return lang === 'zh' ? (await import('./zh/index.ts')).zh : (await import('./en/index.ts')).en;
}

/** How a catalogue says reasons. One that this version does not know is shown by its code and parameters. */
export function sayIn({ reasons }: Catalogue): Say {
  const say: Say = ({ code, params }) => {
    const texts: Readonly<Record<string, unknown>> = reasons;
    const text = Object.hasOwn(texts, code) ? texts[code] : undefined;
    return typeof text === 'function' ? String(text(params, say)) : `${code} ${JSON.stringify(params)}`;
  };
  return say;
}
