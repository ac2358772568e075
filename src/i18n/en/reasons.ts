import type { ReasonTexts } from '../catalogue.ts';

/** Why something is so, in English. */
export const reasons: ReasonTexts = {
  prose: ({ text }) => text,
};
