import { sayIn } from './catalogue.ts';
import { reasons } from './en/reasons.ts';
import type { Say } from './texts.ts';

/** A reason in English: for logs and for programs, whose prose fields are English in every version. */
export const inEnglish: Say = sayIn({ reasons });
