import type { Reason, ReasonCode, ReasonParams } from '../domain/reason.ts';

/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** Puts one reason into words; a text calls it for the reasons among its own parameters. */
export type Say = (why: Reason) => string;

/** The words of every reason. Each language has the same keys: a missing one does not compile. */
export type ReasonTexts = {
  readonly [C in ReasonCode]: (params: ReasonParams[C], say: Say) => string;
};

/** All that a language says, one file a surface. */
export interface Catalogue {
  readonly reasons: ReasonTexts;
}
