import { integerText, isObject, jsonValues, wordsOf } from '../json-values.ts';

/** What KeyTop's reply says: `0` is success. */
export interface KeytopReply {
  readonly code: string;
  readonly words: string;
  /** Whether the code speaks of the set-up, not of this record. */
  readonly setup: boolean;
}

/** Wrong signature, lot not authorised, a field of the wrong JSON type. Any other code is this record's. */
const SETUP_CODES: ReadonlySet<string> = new Set(['1101', '1102', '1201']);

/**
 * Reads `{"resCode":"0","resMsg":"…"}`, or the platform's other form `{"code":0,"message":"…"}`; numbers or texts of
 * digits, whatever the status and the content type. Of several objects behind each other the first counts.
 *
 * @returns undefined where there is no code that can be read
 */
export function readKeytopReply(text: string): KeytopReply | undefined {
  const value = jsonValues(text)[0]?.value;
  if (!isObject(value)) return undefined;
  const code = integerText(value['resCode']) ?? integerText(value['code']);
  if (code === undefined) return undefined;
  return { code, words: wordsOf(value['resMsg']) || wordsOf(value['message']), setup: SETUP_CODES.has(code) };
}
