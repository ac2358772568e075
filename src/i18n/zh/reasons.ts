import type { ReasonTexts } from '../texts.ts';

/** Why something is so, in Chinese. */
export const reasons: ReasonTexts = {
  prose: ({ text }) => text,
};
