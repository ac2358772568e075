import { type Reason, readReason } from '../../domain/reason.ts';
import { sayIn } from '../../i18n/catalogue.ts';
import { en } from '../../i18n/en/index.ts';
import { zh } from '../../i18n/zh/index.ts';
import { inChinese } from '../../ops/chinese/chinese.ts';
import type { PageLanguage } from './language.ts';

/** The words of the page in one language. */
export type Words = typeof en.page & {
  /** A reason, or a text in which one is stored. */
  readonly reason: (stored: Reason | string) => string;
};

/** The words of each language. */
export const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: { ...en.page, reason: (stored) => sayIn(en)(reasonOf(stored)) },
  zh: {
    ...zh.page,
    reason: (stored) => {
      const why = reasonOf(stored);
      return why.code === 'prose' && typeof stored === 'string' ? inChinese(stored) : sayIn(zh)(why);
    },
  },
};

function reasonOf(stored: Reason | string): Reason {
  return typeof stored === 'string' ? readReason(stored) : stored;
}
