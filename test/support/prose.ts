import { type Reason, reason } from '../../src/domain/reason.ts';

/** A reason in plain words, where a test does not care for its code. */
export function prose(text: string): Reason {
  return reason('prose', { text });
}
