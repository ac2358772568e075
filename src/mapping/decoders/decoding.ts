import { quoted, Unreadable, unreadable } from '../../domain/unreadable.ts';
import type { Issues, Place } from '../issues.ts';
import { type Path, parsePath, readPath, withValue } from '../path.ts';
import { type Body, ExactBody, kindOf } from './body.ts';
import { fromBase64, fromGzip, fromHex } from './bytes.ts';
import { MAX_ENTRIES, parseForm } from './form.ts';
import { parseExact, parseJson, withoutNaN } from './json.ts';
import { type Encoding, MAX_BYTES, textOf, unpadded } from './text.ts';
import { type DamagedFrame, findFrames } from './ykc.ts';

/** A step of `decode` without a path. */
export const PLAIN_STEPS = ['json', 'ndjson', 'form', 'hex', 'base64', 'gzip', 'ykc'] as const;

/** A step of `decode` with a path: `at` goes on with the value there, the others decode it in its place. */
export const PATH_STEPS = ['at', 'json', 'hex', 'base64'] as const;

/** One step of `decode` in the config; `{ json: lenient }` reads bare NaN and Infinity as null. */
export type DecodeStep =
  | string
  | {
      readonly at?: string | undefined;
      readonly json?: string | undefined;
      readonly hex?: string | undefined;
      readonly base64?: string | undefined;
    };

/** The steps of a source or context, compiled. */
export interface Decoding {
  /** The same for all sources whose steps are alike. */
  readonly key: string;
  /** Whether its last step gives a list of records by its nature. */
  readonly list: boolean;
  /** The body, or why there is none. Its values are never changed. */
  decode(payload: Uint8Array): Body | Unreadable;
}

/** A damaged frame among records: as good as any element, but for what it says. */
export class DamagedElement {
  readonly frame: string;
  readonly why: Unreadable;

  constructor({ frame, why }: DamagedFrame) {
    this.frame = frame;
    this.why = why;
  }

  toJSON(): object {
    return { frame: this.frame };
  }
}

/** Steps of one message: far above what is needed, and bounds what nested payloads may cost. */
const MAX_STEPS = 16;

type Step = (value: unknown) => unknown;

/**
 * Compiles decode steps; mistakes go to the issues. Leading and trailing NULs, a byte order mark and white space do
 * not count where text is read.
 *
 * @param exact whether bodies are taken apart and written again (`each`)
 */
export function compileDecoding(
  steps: readonly DecodeStep[],
  encoding: Encoding,
  exact: boolean,
  issues: Issues,
  place: Place,
): Decoding {
  const key = JSON.stringify([encoding, exact, steps]);
  const list = steps.at(-1) === 'ykc';
  if (steps.length === 1 && steps[0] === 'json' && !exact)
    return { key, list, decode: (payload) => plain(payload, encoding) };
  if (steps.length === 0) issues.error(place, 'rules.steps-empty', {});
  if (steps.length > MAX_STEPS)
    issues.error(place, 'rules.steps-many', { count: steps.length, most: MAX_STEPS });
  checkOrder(steps, issues, place);
  const compiled = steps.map((step, i) => ({
    name: nameOf(step),
    run: compileStep(step, encoding, issues, [...place, i]),
  }));
  return {
    key,
    list,
    decode(payload) {
      if (payload.byteLength > MAX_BYTES) return tooLarge(payload);
      let value: unknown = payload;
      for (const [i, { name, run }] of compiled.entries()) {
        value = run(value);
        if (value instanceof Unreadable)
          return unreadable('decode.step', { step: i + 1, name, why: value.reason });
      }
      const text = value instanceof InPlace ? value.texts(encoding) : value;
      return text instanceof Unreadable ? text : new ExactBody(text);
    },
  };
}

/** What most sources have: JSON and nothing else. */
function plain(payload: Uint8Array, encoding: Encoding): Body | Unreadable {
  if (payload.byteLength > MAX_BYTES) return tooLarge(payload);
  const text = textOf(payload, encoding);
  return typeof text === 'string' ? parseJson(unpadded(text)) : text;
}

function tooLarge(payload: Uint8Array): Unreadable {
  return unreadable('decode.too-large', { bytes: payload.byteLength, max: MAX_BYTES });
}

/** A body in which bytes stand at some places, until a later step takes them or the end makes text of them. */
class InPlace {
  readonly body: unknown;
  readonly places: readonly Path[];

  constructor(body: unknown, places: readonly Path[]) {
    this.body = body;
    this.places = places;
  }

  /** The body with text in place of the bytes. */
  texts(encoding: Encoding): unknown {
    let { body } = this;
    for (const path of this.places) {
      const bytes = readPath(body, path);
      if (!(bytes instanceof Uint8Array)) continue;
      const text = textOf(bytes, encoding);
      if (typeof text !== 'string') return text;
      body = withValue(body, path, unpadded(text));
    }
    return body;
  }
}

function nameOf(step: DecodeStep): string {
  if (typeof step === 'string') return step;
  return Object.entries(step)
    .map(([name, path]) => `${name}: ${path}`)
    .join(', ');
}

/** What the first and the last step must be. */
function checkOrder(steps: readonly DecodeStep[], issues: Issues, place: Place): void {
  const [first] = steps;
  if (typeof first === 'object' && first.json !== 'lenient')
    issues.error([...place, 0], 'rules.step-path-first', {});
  const last = steps.at(-1);
  if (last === 'hex' || last === 'base64' || last === 'gzip')
    issues.error([...place, steps.length - 1], 'rules.step-bytes-last', { step: last });
}

function compileStep(step: DecodeStep, encoding: Encoding, issues: Issues, place: Place): Step {
  if (typeof step === 'string') return plainStep(step, encoding, issues, place);
  const [name, text] = Object.entries(step).find(([, path]) => path !== undefined) ?? [];
  const known = PATH_STEPS.find((one) => one === name);
  if (known === undefined || text === undefined || Object.keys(step).length !== 1) {
    issues.error(place, 'rules.step-form', { plain: PLAIN_STEPS.join(', '), paths: PATH_STEPS.join(', ') });
    return (value) => value;
  }
  if (known === 'json' && text === 'lenient') return (value) => json(value, encoding, true);
  const path = parsePath(text);
  if (path === undefined) {
    issues.error([...place, known], 'rules.path', { found: quoted(text) });
    return (value) => value;
  }
  return pathStep(known, path, text, encoding);
}

function plainStep(step: string, encoding: Encoding, issues: Issues, place: Place): Step {
  switch (step) {
    case 'json':
      return (value) => json(value, encoding, false);
    case 'ndjson':
      return (value) => withText(value, encoding, ndjson);
    case 'form':
      return (value) => withText(value, encoding, (text) => parseForm(text, encoding));
    case 'hex':
      return (value) => withText(value, encoding, fromHex);
    case 'base64':
      return (value) => withText(value, encoding, fromBase64);
    case 'gzip':
      return (value) => withBytes(value, fromGzip);
    case 'ykc':
      return (value) => withBytes(value, frames);
    default:
      issues.error(place, 'rules.step-unknown', { found: quoted(step), allowed: PLAIN_STEPS.join(', ') });
      return (value) => value;
  }
}

function pathStep(
  name: 'at' | 'json' | 'hex' | 'base64',
  path: Path,
  text: string,
  encoding: Encoding,
): Step {
  return (value) => {
    const body = value instanceof InPlace ? value.body : value;
    const places = value instanceof InPlace ? value.places : [];
    const inner = readPath(body, path);
    if (inner === undefined || inner === null || inner === '')
      return unreadable('decode.nothing-at', { path: text });
    if (name === 'at') return inner;
    const decoded =
      name === 'json'
        ? json(inner, encoding, false)
        : withText(inner, encoding, name === 'hex' ? fromHex : fromBase64);
    if (decoded instanceof Unreadable) return decoded;
    const whole = withValue(body, path, decoded);
    return decoded instanceof Uint8Array || places.length > 0 ? new InPlace(whole, [...places, path]) : whole;
  };
}

function json(value: unknown, encoding: Encoding, lenient: boolean): unknown {
  return withText(value, encoding, (text) => parseExact(lenient ? withoutNaN(text) : text));
}

function ndjson(text: string): unknown {
  const lines = text.split(/\r?\n/);
  if (lines.length > MAX_ENTRIES)
    return unreadable('decode.too-many', { count: lines.length, max: MAX_ENTRIES });
  const bodies: unknown[] = [];
  for (const [i, line] of lines.entries()) {
    const trimmed = unpadded(line);
    if (trimmed === '') continue;
    const body = parseExact(trimmed);
    if (body instanceof Unreadable) return unreadable('decode.line', { line: i + 1, why: body.reason });
    bodies.push(body);
  }
  return bodies.length === 0 ? unreadable('decode.empty', {}) : bodies;
}

function frames(bytes: Uint8Array): unknown {
  const found = findFrames(bytes);
  if (found instanceof Unreadable) return found;
  const [only] = found;
  // Alone, what is wrong with it is what is wrong with the payload.
  if (found.length === 1 && only !== undefined && 'why' in only) return only.why;
  return found.map((frame) => ('why' in frame ? new DamagedElement(frame) : frame));
}

function withText(value: unknown, encoding: Encoding, use: (text: string) => unknown): unknown {
  const text = value instanceof Uint8Array ? textOf(value, encoding) : value;
  if (text instanceof Unreadable) return text;
  if (typeof text !== 'string') return unreadable('decode.expected-text', { got: kindOf(plainOf(value)) });
  return text.length > 4 * MAX_BYTES
    ? unreadable('decode.too-large', { bytes: text.length, max: 4 * MAX_BYTES })
    : use(unpadded(text));
}

function withBytes(value: unknown, use: (bytes: Uint8Array) => unknown): unknown {
  return value instanceof Uint8Array
    ? use(value)
    : unreadable('decode.expected-bytes', { got: kindOf(plainOf(value)) });
}

function plainOf(value: unknown): unknown {
  return value instanceof InPlace ? value.body : value;
}
