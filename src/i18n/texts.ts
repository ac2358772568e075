import type { ProblemParams } from '../domain/health.ts';
import type { Reason, ReasonCode, ReasonParams } from '../domain/reason.ts';
import type { WarningParams } from '../domain/warnings.ts';

/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** The language of a station's people, told by its time zone: a service has no locale that would say. */
export function stationLanguage(timeZone: string): Language {
  return /^Asia\/(Shanghai|Chongqing|Chungking|Harbin|Urumqi|Kashgar|Hong_Kong|Macau|Macao|Taipei)$|^(PRC|Hongkong|ROC)$/.test(
    timeZone,
  )
    ? 'zh'
    : 'en';
}

/** Puts one reason into words; a text calls it for the reasons among its own parameters. */
export type Say = (why: Reason) => string;

/** The texts of some codes: what a room's file of a language has to hold. */
export type TextsOf<Reasons> = {
  readonly [C in keyof Reasons]: (params: Reasons[C], say: Say) => string;
};

/** The words of every reason. Each language has the same keys: a missing one does not compile. */
export type ReasonTexts = TextsOf<Pick<ReasonParams, ReasonCode>>;

/** How the text of a problem writes what it contains. */
export interface ProblemVoice {
  readonly say: Say;
  /** An instant (epoch milliseconds) as the station's clock shows it. */
  local(at: number): string;
}

/** A problem in words, and the command or key that helps. */
export interface ProblemText {
  readonly text: string;
  readonly remedy: string;
}

type AllParams = ProblemParams & WarningParams;

/** The words of every problem and warning of `domain/health`. */
export type ProblemTexts = {
  readonly [C in keyof AllParams]: (params: AllParams[C], voice: ProblemVoice) => ProblemText;
};

/** The texts of another language for the same findings: the same codes with the same parameters. */
export type FindingsAs<Texts> = {
  readonly [C in keyof Texts]: Texts[C] extends (params: infer P, ...voice: never[]) => ProblemText
    ? (params: P, voice: ProblemVoice) => ProblemText
    : never;
};
