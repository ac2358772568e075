import type { Problem } from '../../domain/health.ts';
import { type Reason, readReason } from '../../domain/reason.ts';
import { problemIn, sayIn } from '../../i18n/catalogue.ts';
import { spoken as en } from '../../i18n/en/spoken.ts';
import type { ProblemText } from '../../i18n/texts.ts';
import { spoken as zh } from '../../i18n/zh/spoken.ts';
import type { PageLanguage } from './language.ts';

/** The words of the page in one language. */
export type Words = typeof en.page & {
  /** A reason, or a text in which one is stored. */
  readonly reason: (stored: Reason | string) => string;
  /** A problem as `status` says it, and what helps. @param local an instant as the page writes it */
  readonly problem: (problem: Problem, local: (at: number) => string) => ProblemText;
};

/** The words of each language. */
export const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: {
    ...en.page,
    reason: (stored) => sayIn(en)(reasonOf(stored)),
    problem: (problem, local) => problemIn(en, problem, { say: sayIn(en), local }),
  },
  zh: {
    ...zh.page,
    reason: (stored) => sayIn(zh)(reasonOf(stored)),
    problem: (problem, local) => problemIn(zh, problem, { say: sayIn(zh), local }),
  },
};

function reasonOf(stored: Reason | string): Reason {
  return typeof stored === 'string' ? readReason(stored) : stored;
}
