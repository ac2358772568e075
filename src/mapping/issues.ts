/** A way into the config document: `['sources', 0, 'fields', 'power', 'unit']`. */
export type Place = readonly (string | number)[];

/** A mistake in the rules. */
export interface Issue {
  /** Where in the config document; a key that is missing is named by its parent. */
  readonly path: (string | number)[];
  /** What is wrong and what is allowed. */
  readonly message: string;
  /** With a warning the mapping still does something sensible. */
  readonly severity: 'error' | 'warning';
}

/** Gathers issues while rules are compiled, so that all of them are told at once. */
export class Issues {
  readonly list: Issue[] = [];

  error(path: Place, message: string): void {
    this.list.push({ path: [...path], message, severity: 'error' });
  }

  warning(path: Place, message: string): void {
    this.list.push({ path: [...path], message, severity: 'warning' });
  }
}
