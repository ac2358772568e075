/** A JSON value: its own text, and what it says. */
export interface JsonValue {
  readonly text: string;
  readonly value: unknown;
}

/** The JSON values that a text holds one behind the other, by {@link splitJson}; at most `limit` of them. */
export function jsonValues(text: string, limit = 4): readonly JsonValue[] {
  return splitJson(text, limit).values;
}

/**
 * Splits a text into the JSON values that it holds one behind the other. Some gates answer twice in one body: a handler
 * that has written its refusal goes on to the success (a gin handler without `Abort`). Never throws.
 *
 * @returns the values up to the first part that is no JSON, at most `limit` of them, and what is left of the text
 */
export function splitJson(
  text: string,
  limit: number,
): { readonly values: readonly JsonValue[]; readonly rest: string } {
  const values: JsonValue[] = [];
  let rest = text.trim();
  while (rest !== '' && values.length < limit) {
    const end = valueEnd(rest);
    const own = rest.slice(0, end);
    try {
      values.push({ text: own, value: JSON.parse(own) });
    } catch {
      break;
    }
    rest = rest.slice(end).trimStart();
  }
  return { values, rest };
}

/** Whether a JSON value is an object (no list), whose members may then be read. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number, or a text of digits, as text without a plus sign; undefined for anything else (`""` is no zero). */
export function integerText(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  return /^[+-]?\d+(\.0+)?$/.test(text) ? String(Number(text)) : undefined;
}

/**
 * A member's value as words: text as it is, nothing for none, anything else as JSON. Never throws: a value may be nested
 * deeper than JSON can be written.
 */
export function wordsOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/**
 * The members of a JSON object in the order of its text, those of a repeated name each: `JSON.parse` keeps the last one
 * alone.
 * @param text a whole JSON object
 */
export function membersOf(text: string): [name: string, value: unknown][] {
  const members: [string, unknown][] = [];
  let rest = text.trim().slice(1).trimStart();
  while (rest.startsWith('"')) {
    const nameEnd = valueEnd(rest);
    const behind = rest.slice(nameEnd).trimStart().slice(1).trimStart();
    const end = valueEnd(behind);
    members.push([String(JSON.parse(rest.slice(0, nameEnd))), JSON.parse(behind.slice(0, end))]);
    rest = behind.slice(end).trimStart().replace(/^,/, '').trimStart();
  }
  return members;
}

/** Where the value at the beginning of a text ends: behind its closing bracket or quote, else before what parts values. */
function valueEnd(text: string): number {
  if (!/^[[{"]/.test(text)) return /[\s,}\]]/.exec(text)?.index ?? text.length;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') {
        quoted = false;
        if (depth === 0) return at + 1;
      }
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
