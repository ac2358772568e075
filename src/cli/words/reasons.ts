import type { Language, Voice } from './language.ts';

/** How reasons are told in a language. The Chinese of them is loaded only where it is spoken: `status` is to answer at once. */
export async function reasonsIn(lang: Language): Promise<Voice['told']> {
  return lang === 'zh' ? (await import('../../ops/chinese/chinese.ts')).inChinese : (reason) => reason;
}
