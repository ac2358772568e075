import { integerText, isObject, jsonValues, wordsOf } from '../json-values.ts';
import { bolinkSign } from './sign.ts';

/** What bolink's reply says: state **1** is success and 0 failure, the reverse of the document's `result`. */
export interface BolinkReply {
  readonly state: string;
  readonly words: string;
  /** Its envelope as JSON, unpacked. */
  readonly envelope: string;
  /** Whether its own signature is right; undefined where it carries none. Worth a warning, never more. */
  readonly signed: boolean | undefined;
}

/**
 * Reads the Base64 text of `{"sign":"…","data":{"message":"…","state":1}}`, or that JSON itself; `state` from `data`,
 * else from the top, words from `message`, else `errmsg`.
 *
 * @returns undefined where there is no state that can be read
 */
export function readBolinkReply(text: string, secret: string): BolinkReply | undefined {
  const read = jsonValues(text)[0] ?? jsonValues(fromBase64(text))[0];
  const value = typeof read?.value === 'string' ? jsonValues(read.value)[0]?.value : read?.value;
  if (!isObject(value)) return undefined;
  const data = isObject(value['data']) ? value['data'] : {};
  const from = integerText(data['state']) === undefined ? value : data;
  const state = integerText(from['state']);
  if (state === undefined) return undefined;
  const words = [data['message'], data['errmsg'], value['message'], value['errmsg']].map(wordsOf);
  return {
    state,
    envelope: read?.text ?? '',
    words: words.find((word) => word !== '') ?? '',
    signed: isSigned(read?.text ?? '', value['sign'], secret),
  };
}

function fromBase64(text: string): string {
  const packed = text.trim();
  return /^[A-Za-z0-9+/\s]+={0,2}$/.test(packed) ? Buffer.from(packed, 'base64').toString() : '';
}

function isSigned(envelope: string, sign: unknown, secret: string): boolean | undefined {
  if (typeof sign !== 'string' || sign === '') return undefined;
  const start = /"data"\s*:\s*(?=\{)/.exec(envelope);
  if (start === null) return undefined;
  // The rest of the envelope follows the value of `data`, so only the first of the values there is read.
  const [data] = jsonValues(envelope.slice(start.index + start[0].length), 1);
  return sign === bolinkSign(data?.text ?? '', secret);
}
