import { readReason } from '../../domain/reason.ts';
import { sayIn } from '../../i18n/catalogue.ts';
import { en } from '../../i18n/en/index.ts';
import { zh } from '../../i18n/zh/index.ts';
import { inChinese } from '../../ops/chinese/chinese.ts';
import type { PageLanguage } from './language.ts';

/** The words of the page in one language. */
export type Words = typeof en.page & {
  /** A reason as it is stored. */
  readonly reason: (stored: string) => string;
};

/** The words of each language. */
export const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: { ...en.page, reason: (stored) => sayIn(en)(readReason(stored)) },
  zh: {
    ...zh.page,
    reason: (stored) => {
      const why = readReason(stored);
      return why.code === 'prose' ? inChinese(stored) : sayIn(zh)(why);
    },
  },
};
