/** A parameter of a reason: a value, or another reason that the text of this one contains. */
export type ReasonParam = string | number | boolean | undefined | Reason | readonly ReasonParam[];

/** Why something is so: a code of `ReasonParams`, or one read from disk that this version does not know. */
export interface Reason {
  readonly code: string;
  readonly params: Readonly<Record<string, ReasonParam>>;
}
