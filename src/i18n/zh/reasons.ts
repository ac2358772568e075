import type { ReasonTexts } from '../catalogue.ts';

/** Why something is so, in Chinese. */
export const reasons: ReasonTexts = {
  prose: ({ text }) => text,
};
