/** ECMAScript 2026, JSON.parse with source text; the compiler's library does not have it yet. */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): object;
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** A decoded message: what rules read, and the same as JSON for expressions. */
export interface Body {
  /** Plain values; numbers whose digits a double would not keep are text or raw JSON. */
  readonly body: unknown;
  readonly json: string;
}

/** A body that was taken apart; its JSON is written when an expression asks for it. */
export class ExactBody implements Body {
  readonly body: unknown;
  #json: string | undefined;

  constructor(body: unknown) {
    this.body = body;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.body) ?? 'null';
    return this.#json;
  }
}

/** What a value is, for a person: with its article. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || JSON.isRawJSON(value)) return 'a number';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : String(value);
}
