import { isReason, type Reason } from '../../src/domain/reason.ts';
import { sayIn } from '../../src/i18n/catalogue.ts';
import { en } from '../../src/i18n/en/index.ts';

/** A reason in English. */
export const said: (why: Reason) => string = sayIn(en);

/** A value with the reasons in it put into English, so that tests name them by their words. */
export function worded(value: unknown): unknown {
  if (isReason(value)) return said(value);
  if (Array.isArray(value)) return value.map(worded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, worded(inner)]));
}

/** Matches a reason whose English contains a text. */
export function saying(text: string) {
  return {
    asymmetricMatch: (other: unknown) => isReason(other) && said(other).includes(text),
    toString: () => `a reason that says ${JSON.stringify(text)}`,
  };
}
