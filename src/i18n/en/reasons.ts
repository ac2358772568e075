import type { ReasonTexts } from '../texts.ts';

/** Why something is so, in English. */
export const reasons: ReasonTexts = {
  prose: ({ text }) => text,
};
