import { type Reason, reason } from '../domain/reason.ts';
import { quoted, type Unreadable, unreadable } from '../domain/unreadable.ts';
import { scalar } from './body.ts';
import type { Body } from './decoders/body.ts';
import type { Each } from './elements.ts';
import type { Issues, Place } from './issues.ts';
import { parsePath, readPath } from './path.ts';
import type { DeviceRow, FieldRule, Rule, RuleObject } from './rules.ts';
import type { Result, Sandbox } from './sandbox.ts';
import type { TopicFilter, TopicLevels } from './topic.ts';

/** What rules read from: one message, taken apart. */
export interface Input {
  readonly decoded: Body;
  /** The whole decoded body, where `decoded` is an element of its list (`each`). */
  readonly message: unknown;
  readonly levels: TopicLevels;
  /** What the expressions gave, in the order they were added to the {@link Scope}. */
  readonly results: readonly Result[];
  /** The event's device, by which the devices table is read; `''` until it is known. */
  deviceId: string;
}

/** What rules of one source or context may refer to. */
export interface Scope {
  /** Undefined where the filter itself is wrong: then levels are not judged. */
  readonly topic: TopicFilter | undefined;
  readonly devices: ReadonlyMap<string, DeviceRow>;
  readonly sandbox: () => Sandbox;
  /** The sandbox's ids of this scope's expressions. */
  readonly expressions: number[];
  /** Where the list is of which the rules read one element each. */
  readonly each: Each | undefined;
}

/** A rule that needs no context, compiled. */
export interface Reader {
  /** The rule: a path, a const or an expr as it is written, else in words. */
  readonly label: string | Reason;
  /** Whether the event itself says it, rather than the config. */
  readonly own: boolean;
  /** The trimmed text, `''` where there is none. */
  read(input: Input): string | Unreadable;
  /** Why there was none, for a person. */
  missing(input: Input): Reason;
  /** Whether the value is a number that a double holds to the digit. */
  isNumber?(input: Input): boolean;
}

/** The ways a value may come, of which a rule has exactly one. */
const WAYS = ['path', 'topic', 'const', 'device', 'context', 'expr', 'start'] as const;

type Way = (typeof WAYS)[number];

/** The columns of the devices table. */
const COLUMNS = ['name', 'spaceNo'] as const;

/** A rule as an object; a text is a path. */
export function asObject(rule: Rule): RuleObject {
  return typeof rule === 'string' ? { path: rule } : rule;
}

/** The rules of a field, each with its place in the config. */
export function alternatives(rule: FieldRule, place: Place): readonly { rule: RuleObject; place: Place }[] {
  // Array.isArray does not narrow a readonly array away from the other kinds of rule.
  if (typeof rule === 'string' || !isList(rule)) return [{ rule: asObject(rule), place }];
  return rule.map((one, i) => ({ rule: asObject(one), place: [...place, i] }));
}

function isList(rule: FieldRule): rule is readonly Rule[] {
  return Array.isArray(rule);
}

/** The one way a rule has, or undefined and an issue. */
export function wayOf(rule: RuleObject, issues: Issues, place: Place): Way | undefined {
  const ways = WAYS.filter((way) => rule[way] !== undefined);
  const [way] = ways;
  if (way !== undefined && ways.length === 1) return way;
  issues.error(place, 'rules.way', { ways: WAYS.join(', '), found: ways });
  return undefined;
}

/** Reads what is at a path of a body; in an element's rules `message` begins a path in the whole message. */
type ReadBody = (body: unknown, message: unknown) => unknown;

/** What a path of the config reads, or undefined where it is no path. An element's own key is `["message"]`. */
export function bodyPath(text: string, each: Each | undefined): ReadBody | undefined {
  const path = parsePath(text);
  if (path === undefined) return undefined;
  if (each === undefined || !/^message(?![^.[])/.test(text)) return (body) => readPath(body, path);
  each.keepsMessage = true;
  const rest = path.slice(1);
  return (_, message) => readPath(message, rest);
}

/** The JSON that a scope's expressions read. */
export function jsonFor({ each }: Scope, decoded: Body, message: unknown): string {
  const { body } = decoded;
  if (each?.keepsMessage !== true || typeof body !== 'object' || body === null || Array.isArray(body))
    return decoded.json;
  return JSON.stringify({ ...body, message });
}

function pathReader(text: string, scope: Scope, issues: Issues, place: Place): Reader | undefined {
  const read = bodyPath(text, scope.each);
  if (read === undefined) {
    issues.error(place, 'rules.path', { found: quoted(text) });
    return undefined;
  }
  return {
    label: text,
    own: true,
    read: (input) => scalar(read(input.decoded.body, input.message)),
    missing: () => reason('rule.nothing-at', { path: text }),
    isNumber: (input) => isExact(read(exactly(input), input.message)),
  };
}

/** A body in which odd numbers are numbers still. */
function exactly({ decoded }: Input): unknown {
  const body: unknown = JSON.parse(decoded.json);
  return body;
}

function isExact(value: unknown): boolean {
  return typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Reads a `{name}` level of the topic. */
export function topicReader(name: string): Reader {
  return {
    label: reason('way.topic-level', { name }),
    own: true,
    read: (input) => scalar(input.levels[name]),
    missing: () => reason('rule.level-empty', { name }),
  };
}

function checkedTopicReader(name: string, scope: Scope, issues: Issues, place: Place): Reader | undefined {
  const names = scope.topic?.names;
  if (names === undefined || names.includes(name)) return topicReader(name);
  issues.error([...place, 'topic'], 'rules.topic-no-level', { name, levels: levelList(names) });
  return undefined;
}

function deviceReader(name: string, scope: Scope, issues: Issues, place: Place): Reader | undefined {
  const column = COLUMNS.find((c) => c === name);
  if (column === undefined) {
    issues.error([...place, 'device'], 'rules.device-column-unknown', {
      found: quoted(name),
      allowed: COLUMNS.join(', '),
    });
    return undefined;
  }
  if (![...scope.devices.values()].some((row) => row[column])) {
    issues.warning([...place, 'device'], 'rules.device-column-empty', { column });
  }
  return {
    label: reason('way.device-column', { column }),
    own: false,
    read: (input) => scope.devices.get(input.deviceId)?.[column]?.trim() ?? '',
    missing: ({ deviceId }) => {
      if (deviceId === '') return reason('rule.device-unknown', { column });
      const device = quoted(deviceId);
      return reason(scope.devices.has(deviceId) ? 'rule.device-lacks' : 'rule.device-unlisted', {
        device,
        column,
      });
    },
  };
}

function expressionReader(text: string, scope: Scope, issues: Issues, place: Place): Reader | undefined {
  const added = scope.sandbox().add(text);
  if ('error' in added) {
    issues.errorFor([...place, 'expr'], added.error);
    return undefined;
  }
  if (added.contexts.length > 0) {
    issues.error([...place, 'expr'], 'rules.context-elsewhere', {});
    return undefined;
  }
  checkLevels(added.levels, scope, issues, [...place, 'expr']);
  if (added.usesMessage && scope.each !== undefined) scope.each.keepsMessage = true;
  const index = scope.expressions.push(added.id) - 1;
  const result = (input: Input) => input.results[index] ?? { text: '' };
  return {
    label: `expr ${quoted(text)}`,
    own: true,
    read: (input) => readResult(result(input)),
    missing: () => reason('expression.nothing', { expression: quoted(text) }),
    isNumber: (input) => {
      const found = result(input);
      return 'number' in found && found.number === true;
    },
  };
}

/** The text that an expression gave, or why it gave none. */
export function readResult(result: Result): string | Unreadable {
  if (!('text' in result)) return unreadable('expression.failed', { why: result.reason });
  return result.number === true && result.text.length > 10 ? asDecimal(result.text) : scalar(result.text);
}

/** A double computed from decimals is off its own decimal by less than this, up to meters of a million kWh. */
const DUST = 5e-10;

/**
 * A computed number as the decimal that is meant: `1.115 * 3` is `3.345`, though the double nearest to the product
 * prints 3.3449999999999998 and would round to another cent.
 */
function asDecimal(text: string): string {
  const number = Number(text);
  if (Number.isInteger(number)) return text;
  const plain = Number(number.toPrecision(15));
  const short = Number(plain.toFixed(8));
  return String(Math.abs(plain - short) < DUST ? short : plain);
}

/** `$topic.NAME` where the topic has no such level. */
export function checkLevels(levels: readonly string[], scope: Scope, issues: Issues, place: Place): void {
  const names = scope.topic?.names;
  for (const level of levels)
    if (names !== undefined && !names.includes(level))
      issues.error(place, 'rules.topic-no-level', { name: level, levels: levelList(names) });
}

function levelList(names: readonly string[]): string {
  return names.map((n) => `{${n}}`).join(', ');
}

/** Compiles a rule that is no `context` rule; undefined where it is wrong, and the issues say why. */
export function compileReader(
  rule: RuleObject,
  scope: Scope,
  issues: Issues,
  place: Place,
): Reader | undefined {
  if (rule.path !== undefined) return pathReader(rule.path, scope, issues, place);
  if (rule.topic !== undefined) return checkedTopicReader(rule.topic, scope, issues, place);
  if (rule.device !== undefined) return deviceReader(rule.device, scope, issues, place);
  if (rule.expr !== undefined) return expressionReader(rule.expr, scope, issues, place);
  const text = (rule.const ?? '').trim();
  if (text === '') issues.error([...place, 'const'], 'rules.const-empty', {});
  return {
    label: `const ${quoted(text)}`,
    own: false,
    read: () => text,
    missing: () => reason('rule.const-empty', {}),
  };
}

/** What a message can say by itself, without the devices table and contexts. */
export const MESSAGE_WAYS: readonly Way[] = ['path', 'topic', 'const', 'expr'];

/** What a key of a source's context rule may be made of. */
export const KEY_WAYS: readonly Way[] = [...MESSAGE_WAYS, 'device'];

/** Compiles rules of which only some ways are allowed; what is wrong is left out and becomes an issue. */
export function compileReaders(
  rule: FieldRule,
  allowed: readonly Way[],
  scope: Scope,
  issues: Issues,
  place: Place,
): readonly { readonly rule: RuleObject; readonly place: Place; readonly reader: Reader }[] {
  const rules = alternatives(rule, place);
  if (rules.length === 0) issues.error(place, 'rules.list-empty', { of: 'key' });
  return rules.flatMap((one) => {
    const way = wayOf(one.rule, issues, one.place);
    if (way === undefined) return [];
    if (!allowed.includes(way)) {
      issues.error([...one.place, way], 'rules.way-here', { way, allowed: allowed.join(', ') });
      return [];
    }
    const reader = compileReader(one.rule, scope, issues, one.place);
    return reader === undefined ? [] : [{ ...one, reader }];
  });
}

/** Why none of the readers found anything. */
export function whyMissing(readers: readonly Reader[], input: Input): Reason {
  const whys = readers.map((reader) => reader.missing(input));
  const [only] = whys;
  if (only === undefined) return reason('rule.none', {});
  return whys.length === 1 ? only : reason('rule.all', { whys });
}

/** The first text that readers find, `''` where none does. */
export function readFirst(readers: readonly Reader[], input: Input): string | Unreadable {
  for (const reader of readers) {
    const text = reader.read(input);
    if (text !== '') return text;
  }
  return '';
}
