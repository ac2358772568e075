import type { InboundEvent } from '../domain/event.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { quoted, Unreadable, unreadable } from '../domain/unreadable.ts';
import { equals } from './body.ts';
import type { Body } from './decoders/body.ts';
import { compileDecoding, type DecodeStep, type Decoding } from './decoders/decoding.ts';
import { ENCODINGS } from './decoders/text.ts';
import { type Each, keptElement, type Unit } from './elements.ts';
import type { Issues, Place } from './issues.ts';
import { parsePath } from './path.ts';
import type { DeviceRow, WhereRule } from './rules.ts';
import type { Sandbox } from './sandbox.ts';
import { parseTopic, type TopicFilter, type TopicLevels } from './topic.ts';
import { bodyPath, checkLevels, type Input, jsonFor, type Scope } from './value-source.ts';

/** One payload, decoded at most once for each way of decoding, however many rules look at it. */
export class Message {
  /** Whether the broker had kept it. */
  readonly retained: boolean;
  /** The element of a list that the payload keeps, where it is one. */
  readonly kept: Unit | undefined;
  readonly #payload: Uint8Array;
  #decoding: string | undefined;
  #body: Body | Unreadable | undefined;

  constructor(event: InboundEvent) {
    this.#payload = event.payload;
    this.retained = event.retained ?? false;
    this.kept = keptElement(event);
  }

  /** The body, or why there is none. */
  body(decoding: Decoding): Body | Unreadable {
    if (this.kept !== undefined) return this.kept.body;
    // Takers of one topic mostly decode alike; where they do not, each decodes for itself.
    if (this.#body !== undefined && this.#decoding === decoding.key) return this.#body;
    this.#decoding = decoding.key;
    this.#body = decoding.decode(this.#payload);
    return this.#body;
  }
}

/** Why a message is not for a source or context whose topic takes it. */
export interface Ignored {
  readonly ignored: Reason;
}

/** What sources and contexts have in common: a topic, a way of decoding, a `where`. */
export interface MessageFilter {
  readonly name: string;
  /** Undefined where the topic is wrong: then it takes nothing. */
  readonly filter: TopicFilter | undefined;
  readonly where: WhereRule | undefined;
  readonly decoding: Decoding;
  /** What its rules may refer to. */
  readonly scope: Scope;
  /** A body, taken apart for the rules; or why it is not for this taker; or why its expressions cannot tell. */
  admit(body: Body, levels: TopicLevels, message?: unknown): Input | Ignored | Unreadable;
}

/** The part of a source's or a context's config that a {@link MessageFilter} is made of. */
export interface MessageFilterInput {
  readonly name: string;
  readonly topic: string;
  readonly encoding?: string | undefined;
  readonly decode?: readonly DecodeStep[] | undefined;
  readonly where?: WhereRule | undefined;
}

/** What message filters are compiled with. */
export interface FilterTools {
  readonly devices: ReadonlyMap<string, DeviceRow>;
  readonly sandbox: () => Sandbox;
  readonly issues: Issues;
}

/** Undefined while the `where` holds, else why it does not. */
type Test = (body: unknown, message: unknown) => Reason | undefined;

function pathTest(where: WhereRule, each: Each | undefined, issues: Issues, place: Place): Test {
  const wanted = Object.entries(where).flatMap(([text, value]) => {
    const read = bodyPath(text, each);
    if (read !== undefined) return [{ text, read, value }];
    issues.error([...place, text], 'rules.path', { found: quoted(text) });
    return [];
  });
  if (Object.keys(where).length === 0) issues.error(place, 'rules.where-empty', {});
  return (body, message) => {
    const other = wanted.find(({ read, value }) => !equals(read(body, message), value));
    return other && reason('event.where', { path: other.text, value: JSON.stringify(other.value) });
  };
}

function expressionId(where: WhereRule, scope: Scope, issues: Issues, place: Place): number | undefined {
  const added = scope.sandbox().add(String(where['expr']));
  if ('error' in added) {
    issues.errorFor([...place, 'expr'], added.error);
    return undefined;
  }
  if (added.contexts.length > 0) issues.error([...place, 'expr'], 'rules.where-context', {});
  checkLevels(added.levels, scope, issues, [...place, 'expr']);
  if (added.usesMessage && scope.each !== undefined) scope.each.keepsMessage = true;
  return added.id;
}

const NO_RESULTS: Input['results'] = [];

/** Compiles what a source and a context have in common. */
export function compileMessageFilter(
  input: MessageFilterInput,
  each: Each | undefined,
  { devices, sandbox, issues }: FilterTools,
  place: Place,
): MessageFilter {
  const parsed = parseTopic(input.topic);
  const filter = 'levels' in parsed ? parsed : undefined;
  if (!('levels' in parsed)) for (const problem of parsed) issues.errorFor([...place, 'topic'], problem);
  const encoding = ENCODINGS.find((e) => e === (input.encoding ?? 'utf-8'));
  if (encoding === undefined) {
    issues.error([...place, 'encoding'], 'rules.encoding', {
      found: quoted(input.encoding ?? ''),
      allowed: ENCODINGS.join(', '),
    });
  }
  const { where, decode = ['json'] } = input;
  const exact = each !== undefined;
  const decoding = compileDecoding(decode, encoding ?? 'utf-8', exact, issues, [...place, 'decode']);
  const scope: Scope = { topic: filter, devices, sandbox, expressions: [], each };
  const at = [...place, 'where'];
  const byExpression = where !== undefined && Object.hasOwn(where, 'expr');
  if (byExpression && Object.keys(where).length > 1) {
    issues.error(at, 'rules.where-both', {});
  }
  const whereId = byExpression ? expressionId(where, scope, issues, at) : undefined;
  const test = where !== undefined && !byExpression ? pathTest(where, each, issues, at) : undefined;
  return {
    name: input.name,
    filter,
    where,
    decoding,
    scope,
    admit(decoded, levels, message) {
      const ignored = test?.(decoded.body, message);
      if (ignored !== undefined) return { ignored };
      if (whereId === undefined && scope.expressions.length === 0)
        return { decoded, message, levels, results: NO_RESULTS, deviceId: '' };
      const json = jsonFor(scope, decoded, message);
      const { held, results } = sandbox().run({ where: whereId, ids: scope.expressions }, json, levels);
      if (held instanceof Unreadable)
        return unreadable(
          held.reason.code === 'expression.error-at' ? 'expression.where' : 'expression.over-payload',
          { why: held.reason },
        );
      if (!held) return { ignored: reason('event.where-expression', {}) };
      return { decoded, message, levels, results, deviceId: '' };
    },
  };
}

/** Where the list of a source's sessions is, as the config says it; an issue where that is no path. */
export function compileEach(text: string | undefined, issues: Issues, place: Place): Each | undefined {
  if (text === undefined) return undefined;
  const isMembers = /(?:^|\.)\*$/.test(text);
  const list = isMembers ? text.slice(0, -2) : text;
  const path = list === '.' || list === '' ? [] : parsePath(list);
  if (path === undefined || text === '') issues.error(place, 'rules.each-path', { found: quoted(text) });
  return { text, path: path ?? [], isMembers, keepsMessage: false };
}
