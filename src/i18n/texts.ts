import type { Reason, ReasonCode, ReasonParams } from '../domain/reason.ts';

/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** Puts one reason into words; a text calls it for the reasons among its own parameters. */
export type Say = (why: Reason) => string;

/** The texts of some codes: what a room's file of a language has to hold. */
export type TextsOf<Reasons> = {
  readonly [C in keyof Reasons]: (params: Reasons[C], say: Say) => string;
};

/** The words of every reason. Each language has the same keys: a missing one does not compile. */
export type ReasonTexts = TextsOf<Pick<ReasonParams, ReasonCode>>;
