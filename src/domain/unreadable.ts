/** A value that is there and cannot be taken: a result like any other, not an exception. */
export class Unreadable {
  /** Why, in plain words, with the value (shortened) where that helps: `"-5" is negative`. */
  readonly reason: string;

  /** @param reason what is wrong with the value, without the field's name */
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A value quoted for a person: at most 40 characters, control characters escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
