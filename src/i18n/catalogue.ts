import type { Catalogue } from './en/index.ts';
import type { Language, Say } from './texts.ts';

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
