import { isObject, jsonValues, membersOf, wordsOf } from '../json-values.ts';
import { replyText } from '../reply-text.ts';
import type { ReplyForm } from './settings.ts';

/** What could be read out of a reply's body. */
export interface ReplyBody {
  /** The whole body as text, without a byte order mark. */
  readonly text: string;
  /** The verdict as the gate wrote it. Undefined where there is none that can be trusted. */
  readonly result: string | undefined;
  /** Whether the verdict is one of success. */
  readonly isSuccess: boolean;
  /** `''` where there is none. */
  readonly description: string;
  /** True where the verdict was picked out of a body that is not one JSON object. */
  readonly malformed: boolean;
  /** The names of a JSON object's members that has no verdict: another platform's form. */
  readonly otherForm?: readonly string[];
}

/** Reads a reply's body, whatever it is. */
export type ReadBody = (bytes: Uint8Array) => ReplyBody;

/** So many names of another platform's form are named. */
const NAMES_SHOWN = 8;

/**
 * Makes the reader of one platform's replies, whatever they are declared to be (gate interface, "The reply"): a JSON
 * object with the verdict and its words; where two stand one behind the other, the first; where it is not JSON, the
 * document's own `{"result",0}` or a message that broke its quotes. A verdict that is there twice with different values
 * is none: a record wrongly held delivered is lost. Never throws.
 */
export function bodyReader({ result, success, description }: ReplyForm): ReadBody {
  const isNumeric = success.every(isNumber);
  const verdictIn = picker(result, isNumeric ? '[+-]?\\d+' : `[+-]?\\d+|[A-Za-z_]\\w*`);
  const words = wordsStart(description);
  const isSuccess = (verdict: string | undefined) =>
    verdict !== undefined &&
    success.some(
      (one) => one === verdict || (isNumber(one) && isNumber(verdict) && Number(one) === Number(verdict)),
    );
  const verdictText = (value: unknown): string | undefined => {
    if (!['number', 'string', 'boolean'].includes(typeof value)) return undefined;
    const text = String(value).trim();
    return text !== '' && (!isNumeric || (typeof value !== 'boolean' && isNumber(text))) ? text : undefined;
  };

  const readObject = (members: readonly [string, unknown][], text: string, malformed: boolean): ReplyBody => {
    const verdicts = members.filter(([name]) => isAmong(result, name)).map(([, value]) => verdictText(value));
    const verdict = agreed(verdicts);
    const told = description
      .map((name) => members.find(([own, value]) => isAlike(own, name) && wordsOf(value) !== '')?.[1])
      .find((value) => value !== undefined && typeof value !== 'boolean');
    return {
      text,
      result: verdict,
      isSuccess: isSuccess(verdict),
      description: wordsOf(told),
      malformed: malformed && verdict !== undefined,
      ...(verdicts.length === 0 && members.length > 0
        ? { otherForm: members.slice(0, NAMES_SHOWN).map(([name]) => name.slice(0, 40)) }
        : {}),
    };
  };

  const pickOut = (text: string, source: string): ReplyBody => {
    const verdict = PAGE.test(source)
      ? undefined
      : agreed([...source.matchAll(verdictIn)].map((match) => match[1]));
    if (verdict === undefined) return nothing(text);
    return {
      text,
      result: verdict,
      isSuccess: isSuccess(verdict),
      description: picked(source, words),
      malformed: true,
    };
  };

  return (bytes) => {
    const text = replyText(bytes);
    const [first] = jsonValues(text, 1);
    // JSON in JSON, as some frameworks double-encode: its text is what the gate meant.
    const inner = typeof first?.value === 'string' ? first.value : undefined;
    const [value] = inner === undefined ? [first] : jsonValues(inner, 1);
    const isWhole = value?.text.length === (inner ?? text).trim().length;
    // A list, or a number alone, says nothing; what is not JSON may yet.
    if (!isObject(value?.value)) return isWhole ? nothing(text) : pickOut(text, inner ?? text);
    const read = readObject(membersOf(value.text), text, !isWhole || inner !== undefined);
    // One more object behind it does not count; the same object, broken in two, may say the opposite.
    const behind = isWhole ? '' : (inner ?? text).trim().slice(value.text.length);
    const others = /^\s*[{<]/.test(behind) ? [] : [...behind.matchAll(verdictIn)].map((match) => match[1]);
    return agreed([read.result, ...others]) === read.result ? read : nothing(text);
  };
}

function nothing(text: string): ReplyBody {
  return { text, result: undefined, isSuccess: false, description: '', malformed: false };
}

/** What all of them say; undefined where they differ, or one of them says nothing. */
function agreed(verdicts: readonly (string | undefined)[]): string | undefined {
  const [first] = verdicts;
  return verdicts.every((other) => other === first) ? first : undefined;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text);
}

function isAlike(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function isAmong(names: readonly string[], name: string): boolean {
  return names.some((one) => isAlike(one, name));
}

const QUOTE = `\\\\?["'“”‘’\`]`;
/** A whole page comes from a proxy or a login portal, and the numbers in its scripts are not the gate's. */
const PAGE = /^\s*<(?:!doctype|html|\?xml)/i;
const WORDS_END = new RegExp(`(?:${QUOTE})?[\\s})\\];]*$`);

function anyOf(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|');
}

/** Finds verdicts: their name where a name stands, at the start, after a bracket or comma, or in quotes; never inside a sentence. */
function picker(names: readonly string[], value: string): RegExp {
  return new RegExp(
    `(?:^\\s*|[{,]\\s*|${QUOTE})(?:${anyOf(names)})(?:${QUOTE})?\\s*[:,：，]\\s*(?:${QUOTE})?(${value})(?![\\w.])`,
    'gi',
  );
}

function wordsStart(names: readonly string[]): RegExp {
  return new RegExp(
    `(?:[{,]\\s*|${QUOTE})(?:${anyOf(names)})(?:${QUOTE})?\\s*[:,：，]\\s*(?:${QUOTE})?`,
    'i',
  );
}

function picked(source: string, start: RegExp): string {
  const match = start.exec(source);
  if (match === null) return '';
  const from = match.index + match[0].length;
  // Cut first: the search for the end is only cheap on a short text.
  return source.slice(from, from + 1000).replace(WORDS_END, '');
}
