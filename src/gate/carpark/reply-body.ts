import { isUtf8 } from 'node:buffer';

/** What could be read out of a reply's body. */
export interface ReplyBody {
  /** The whole body as text, without a byte order mark. */
  readonly text: string;
  /** `result` as the gate wrote it: a decimal number. Undefined where there is none that can be trusted. */
  readonly result: string | undefined;
  /** `''` where there is none. */
  readonly description: string;
  /** True where `result` was picked out of a body that is not a JSON object. */
  readonly malformed: boolean;
}

/**
 * Reads a reply's body, whatever it is declared to be (gate interface, "The reply"): a JSON object with
 * `result` and `description` in either case; where it is not JSON, the document's own `{"result",0}` or a
 * message that broke its quotes.
 */
export function readBody(bytes: Uint8Array): ReplyBody {
  const text = decode(bytes);
  const parsed = parse(text);
  // JSON in JSON, as some frameworks double-encode: its text is what the gate meant.
  if (typeof parsed === 'string') return pickOut(text, parsed);
  if (parsed === undefined) return pickOut(text, text);
  const fields = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  const result = numberText(fieldOf(fields, 'result'));
  const description = plainText(fieldOf(fields, 'description')) || plainText(fieldOf(fields, 'msg'));
  return { text, result, description, malformed: false };
}

/** UTF-8, also when cut in the middle of a character; else the Chinese encoding of older systems. */
function decode(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  try {
    return withoutMark(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }));
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** @returns the JSON value, undefined where it is not JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(fields: readonly [string, unknown][], name: string): unknown {
  return fields.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** A number or a numeric string as text; undefined for anything else (`""`, `true` and `null` are no zero). */
function numberText(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? text : undefined;
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const QUOTE = `\\\\?["'“”‘’\`]`;
/** The name where a name stands: at the start, after a bracket or comma, or in quotes; never inside a sentence. */
const RESULT = new RegExp(
  `(?:^\\s*|[{,]\\s*|${QUOTE})result(?:${QUOTE})?\\s*[:,：，]\\s*(?:${QUOTE})?([+-]?\\d+)(?![\\d.])`,
  'gi',
);
const DESCRIPTION = new RegExp(
  `(?:[{,]\\s*|${QUOTE})(?:description|msg)(?:${QUOTE})?\\s*[:,：，]\\s*(?:${QUOTE})?`,
  'i',
);
const DESCRIPTION_END = new RegExp(`(?:${QUOTE})?[\\s})\\];]*$`);
/** A whole page comes from a proxy or a login portal, and the numbers in its scripts are not the gate's. */
const PAGE = /^\s*<(?:!doctype|html|\?xml)/i;

function pickOut(text: string, source: string): ReplyBody {
  const results = PAGE.test(source) ? [] : [...source.matchAll(RESULT)].map((match) => match[1] ?? '');
  const [result] = results;
  // Where a broken text names two results, neither can be trusted: a record wrongly held delivered is lost.
  if (result === undefined || results.some((other) => other !== result)) {
    return { text, result: undefined, description: '', malformed: false };
  }
  return { text, result, description: pickDescription(source), malformed: true };
}

function pickDescription(source: string): string {
  const match = DESCRIPTION.exec(source);
  if (match === null) return '';
  // Cut first: the search for the end is only cheap on a short text.
  return source
    .slice(match.index + match[0].length, match.index + match[0].length + 1000)
    .replace(DESCRIPTION_END, '');
}
