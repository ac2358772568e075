import { type Reason, type ReasonCode, type ReasonParams, reason } from './reason.ts';

/** A value that is there and cannot be read: a result like any other, not an exception. */
export class Unreadable {
  /** Why, with the value (shortened) where that helps; without the field's name. */
  readonly reason: Reason;

  constructor(why: Reason) {
    this.reason = why;
  }
}

/** Makes an {@link Unreadable} of a code and its parameters. */
export function unreadable<C extends ReasonCode>(code: C, params: ReasonParams[C]): Unreadable {
  return new Unreadable(reason(code, params));
}

/** A value quoted for a person: at most 40 characters, control characters escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
