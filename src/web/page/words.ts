import { zh } from './chinese.ts';
import { en } from './english.ts';
import type { PageLanguage } from './language.ts';

/** The words of the page in one language. */
export type Words = typeof en;

/** The words of each language. */
export const WORDS: Readonly<Record<PageLanguage, Words>> = { en, zh };
