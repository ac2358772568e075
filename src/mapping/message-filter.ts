import { quoted, Unreadable } from '../domain/unreadable.ts';
import { type Body, equals, parseBody, parsePath, readPath } from './body.ts';
import { decode, ENCODINGS, type Encoding } from './decode.ts';
import type { Issues, Place } from './issues.ts';
import type { DeviceRow, WhereRule } from './rules.ts';
import type { Sandbox } from './sandbox.ts';
import { parseTopic, type TopicFilter, type TopicLevels } from './topic.ts';
import type { Input, Scope } from './value-source.ts';

/** One payload, decoded and parsed at most once for each encoding, however many rules look at it. */
export class Message {
  readonly #payload: Uint8Array;
  readonly #parsed: Partial<Record<Encoding, Body | Unreadable>> = {};

  /** @param payload the bytes as received */
  constructor(payload: Uint8Array) {
    this.#payload = payload;
  }

  /** The JSON body, or why there is none. */
  body(encoding: Encoding): Body | Unreadable {
    const known = this.#parsed[encoding];
    if (known !== undefined) return known;
    const json = decode(this.#payload, encoding);
    const parsed = typeof json === 'string' ? parseBody(json) : json;
    this.#parsed[encoding] = parsed;
    return parsed;
  }
}

/** Why a message is not for a source or context whose topic takes it. */
export interface Ignored {
  readonly ignored: string;
}

/** What sources and contexts have in common: a topic, an encoding, a `where`. */
export interface MessageFilter {
  readonly name: string;
  /** Undefined where the topic is wrong: then it takes nothing. */
  readonly filter: TopicFilter | undefined;
  readonly where: WhereRule | undefined;
  /** What its rules may refer to. */
  readonly scope: Scope;
  /** The message, taken apart for the rules; or why it is not for this taker; or why nobody can read it. */
  admit(message: Message, levels: TopicLevels): Input | Ignored | Unreadable;
}

/** The part of a source's or a context's config that a {@link MessageFilter} is made of. */
export interface MessageFilterInput {
  readonly name: string;
  readonly topic: string;
  readonly encoding?: string | undefined;
  readonly where?: WhereRule | undefined;
}

/** Undefined while the `where` holds, else why it does not. */
type Test = (body: unknown) => string | undefined;

function pathTest(where: WhereRule, issues: Issues, place: Place): Test {
  const wanted = Object.entries(where).flatMap(([text, value]) => {
    const path = parsePath(text);
    if (path !== undefined) return [{ text, path, value }];
    issues.error([...place, text], `${quoted(text)} is no path such as payload.list[0]["a name"].x`);
    return [];
  });
  if (Object.keys(where).length === 0)
    issues.error(place, 'an empty where: give a path and its value, or an expr');
  return (body) => {
    const other = wanted.find(({ path, value }) => !equals(readPath(body, path), value));
    return other && `where ${other.text} is ${JSON.stringify(other.value)} does not hold`;
  };
}

function expressionId(
  where: WhereRule,
  sandbox: () => Sandbox,
  issues: Issues,
  place: Place,
): number | undefined {
  const id = sandbox().add(String(where['expr']));
  if (typeof id === 'number') return id;
  issues.error([...place, 'expr'], id.reason);
  return undefined;
}

/** Compiles what a source and a context have in common. */
export function compileMessageFilter(
  input: MessageFilterInput,
  devices: ReadonlyMap<string, DeviceRow>,
  sandbox: () => Sandbox,
  issues: Issues,
  place: Place,
): MessageFilter {
  const parsed = parseTopic(input.topic);
  const filter = 'levels' in parsed ? parsed : undefined;
  if (!('levels' in parsed)) for (const problem of parsed) issues.error([...place, 'topic'], problem);
  const encoding = ENCODINGS.find((e) => e === (input.encoding ?? 'utf-8'));
  if (encoding === undefined) {
    issues.error(
      [...place, 'encoding'],
      `no encoding ${quoted(input.encoding ?? '')}: ${ENCODINGS.join(', ')}`,
    );
  }
  const { where } = input;
  const at = [...place, 'where'];
  const byExpression = where !== undefined && Object.hasOwn(where, 'expr');
  if (byExpression && Object.keys(where).length > 1) {
    issues.error(at, 'either paths with their values or one expr, not both');
  }
  const whereId = byExpression ? expressionId(where, sandbox, issues, at) : undefined;
  const test = where !== undefined && !byExpression ? pathTest(where, issues, at) : undefined;
  const scope: Scope = { topic: filter, devices, sandbox, expressions: [] };
  return {
    name: input.name,
    filter,
    where,
    scope,
    admit(message, levels) {
      const found = message.body(encoding ?? 'utf-8');
      if (found instanceof Unreadable) return found;
      const { json, body } = found;
      const ignored = test?.(body);
      if (ignored !== undefined) return { ignored };
      if (whereId === undefined && scope.expressions.length === 0)
        return { body, levels, results: [], deviceId: '' };
      const { held, results } = sandbox().run({ where: whereId, ids: scope.expressions }, json, levels);
      if (held instanceof Unreadable)
        return new Unreadable(`the expressions over the payload: ${held.reason}`);
      return held ? { body, levels, results, deviceId: '' } : { ignored: 'the where expression is not true' };
    },
  };
}
