import { type Reason, type ReasonCode, type ReasonParams, reason } from '../domain/reason.ts';

/** A way into the config document: `['sources', 0, 'fields', 'power', 'unit']`. */
export type Place = readonly (string | number)[];

/** A mistake in the rules. */
export interface Issue {
  /** Where in the config document; a key that is missing is named by its parent. */
  readonly path: (string | number)[];
  /** What is wrong and what is allowed. */
  readonly reason: Reason;
  /** With a warning the mapping still does something sensible. */
  readonly severity: 'error' | 'warning';
}

/** Gathers issues while rules are compiled, so that all of them are said at once. */
export class Issues {
  readonly list: Issue[] = [];

  error<C extends ReasonCode>(path: Place, code: C, params: ReasonParams[C]): void {
    this.errorFor(path, reason(code, params));
  }

  /** A mistake whose reason is made elsewhere. */
  errorFor(path: Place, why: Reason): void {
    this.list.push({ path: [...path], reason: why, severity: 'error' });
  }

  warning<C extends ReasonCode>(path: Place, code: C, params: ReasonParams[C]): void {
    this.list.push({ path: [...path], reason: reason(code, params), severity: 'warning' });
  }
}
