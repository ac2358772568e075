import type { Lookup } from '../domain/draft.ts';
import type { ContextValue, Need } from '../domain/event.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { quoted, Unreadable } from '../domain/unreadable.ts';
import type { Issues, Place } from './issues.ts';
import type { FieldRule, RuleObject } from './rules.ts';
import {
  alternatives,
  compileReaders,
  type Input,
  KEY_WAYS,
  type Reader,
  readFirst,
  type Scope,
  whyMissing,
} from './value-source.ts';
import type { FieldKind } from './values.ts';

/** What a source's rules may know of a context. */
export interface ContextFacts {
  /** Its fields, and how each is written. */
  readonly fields: ReadonlyMap<string, FieldKind>;
  readonly keepMs: number;
  readonly late: boolean;
  /** Set where a rule uses it. */
  used: boolean;
  /** The fields that rules for plateNo read. */
  readonly plates: Set<string>;
}

/** What keys are compiled with. */
export interface KeyTools {
  readonly scope: Scope;
  readonly contexts: ReadonlyMap<string, ContextFacts>;
  readonly issues: Issues;
}

/** The longest key of a context, characters. */
export const MAX_KEY = 200;

/** A key, compiled: what the event says of it itself, and the context that supplies it where the event says nothing. */
export interface Key {
  readonly own: readonly Reader[];
  readonly asked: Asked | undefined;
}

/** A context that supplies a key. */
interface Asked {
  readonly context: string;
  readonly contextField: string;
  readonly keepMs: number;
  readonly late: boolean;
  readonly key: Key;
}

/** A need whose key is still to be found. */
export type Target = Omit<Need, 'key'>;

/** How far a lookup came: the last need whose key is known, its value, and whether it is the one that was meant. */
export interface Reached {
  readonly need: Need;
  readonly value: ContextValue | undefined;
  readonly isTarget: boolean;
}

/** Looks a value up, through the contexts that supply its key where there are such. */
export type Walk = (lookup: Lookup) => Reached;

/** The context of that name, marked as used; an issue where there is none. */
export function contextNamed(name: string, tools: KeyTools, place: Place): ContextFacts | undefined {
  const context = tools.contexts.get(name);
  if (context === undefined) {
    const known = [...tools.contexts.keys()].join(', ');
    tools.issues.error(place, 'rules.context-unknown', { found: quoted(name), known });
  } else context.used = true;
  return context;
}

/** A context must have the field that a rule reads. */
export function checkField(
  name: string,
  context: ContextFacts,
  field: string,
  issues: Issues,
  place: Place,
): void {
  if (context.fields.has(field)) return;
  issues.error(place, 'rules.context-field', {
    context: name,
    field,
    allowed: [...context.fields.keys()].join(', '),
  });
}

/** Compiles the rules of a key. One rule may be a context's field, as the last alternative. */
export function compileKey(rule: FieldRule, tools: KeyTools, place: Place): Key {
  const { scope, issues } = tools;
  const own: Reader[] = [];
  let asked: Asked | undefined;
  const rules = alternatives(rule, place);
  if (rules.length === 0) issues.error(place, 'rules.list-empty', { of: 'key' });
  for (const { rule: one, place: at } of rules) {
    if (asked !== undefined) issues.error(at, 'rules.context-last', {});
    if (one.context === undefined)
      own.push(...compileReaders(one, KEY_WAYS, scope, issues, at).map(({ reader }) => reader));
    else asked = compileAsked(one, tools, at);
  }
  return { own, asked };
}

function compileAsked(rule: RuleObject, tools: KeyTools, place: Place): Asked | undefined {
  const { context: name = '', field, key } = rule;
  const context = contextNamed(name, tools, [...place, 'context']);
  if (context === undefined) return undefined;
  if (field === undefined || key === undefined) {
    tools.issues.error(place, 'rules.context-chain', {});
    return undefined;
  }
  checkField(name, context, field, tools.issues, [...place, 'field']);
  const { keepMs, late } = context;
  return { context: name, contextField: field, keepMs, late, key: compileKey(key, tools, [...place, 'key']) };
}

/** The way to a context's value for this event, or why there is none. */
export function walkTo(target: Target, key: Key, input: Input): Walk | Reason {
  const text = readFirst(key.own, input);
  if (typeof text === 'string' && text.length > MAX_KEY)
    return reason('context.key-long', { length: text.length, max: MAX_KEY });
  if (typeof text === 'string' && text !== '') {
    const need = { ...target, key: text };
    return (lookup) => ({ need, value: lookup(need), isTarget: true });
  }
  const { context } = target;
  if (text instanceof Unreadable) return reason('context.no-key', { context, why: text.reason });
  const { asked } = key;
  if (asked === undefined) return reason('context.no-key', { context, why: whyMissing(key.own, input) });
  const { key: before, ...other } = asked;
  const walk = walkTo({ field: target.field, ...other }, before, input);
  if (typeof walk !== 'function') return walk;
  return (lookup) => {
    const reached = walk(lookup);
    const found = String(reached.value ?? '').trim();
    if (!reached.isTarget || found === '' || found.length > MAX_KEY)
      return { ...reached, value: undefined, isTarget: false };
    const need = { ...target, key: found };
    return { need, value: lookup(need), isTarget: true };
  };
}

/** What is asked of a context, for a person. */
export function asking(target: Target, walk: Walk | Reason): Reason {
  if (typeof walk !== 'function') return walk;
  const { need, isTarget } = walk(() => undefined);
  const key = quoted(need.key);
  return isTarget
    ? reason('way.asks', { context: target.context, key })
    : reason('way.asks-through', { context: target.context, by: need.context, key });
}
