import type { Need } from '../domain/event.ts';
import { readTime } from '../domain/read-time.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { publicName, type RecordField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { quoted, Unreadable, unreadable } from '../domain/unreadable.ts';
import type { Issues, Place } from './issues.ts';
import type { Offer } from './known.ts';
import type { FieldRule, RuleObject } from './rules.ts';
import type { ContextInputs, Expression } from './sandbox.ts';
import {
  checkLevels,
  compileReaders,
  type Input,
  jsonFor,
  KEY_WAYS,
  type Reader,
  readFirst,
  readResult,
  type Scope,
  whyMissing,
} from './value-source.ts';
import { type FieldKind, type Format, type FormatTools, fieldKind, formatOf } from './values.ts';

/** A way to a value that the event itself does not have. */
export interface LaterWay {
  /** The rule in words. */
  readonly label: string;
  /** What is asked for, for a person. */
  asks(input: Input): string | Reason;
  /** What is asked of whom, or why nobody can be asked. */
  offer(input: Input): Offer | Reason;
}

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

/** What ways to contexts are compiled with. */
export interface ContextTools {
  readonly scope: Scope;
  readonly format: FormatTools;
  readonly contexts: ReadonlyMap<string, ContextFacts>;
  readonly issues: Issues;
  /** The keys by which expressions read contexts (`contexts` of the source). */
  readonly keys: ReadonlyMap<string, readonly Reader[]>;
}

/** The longest key of a context, characters. */
export const MAX_KEY = 200;

/** The key of a context in an event, or why there is none. */
function keyOf(context: string, readers: readonly Reader[], input: Input): string | Reason {
  const key = readFirst(readers, input);
  if (typeof key === 'string' && key.length > MAX_KEY)
    return reason('context.key-long', { length: key.length, max: MAX_KEY });
  if (typeof key === 'string' && key !== '') return key;
  const why = key instanceof Unreadable ? key.reason : whyMissing(readers, input);
  return reason('context.no-key', { context, why });
}

function known(name: string, tools: ContextTools, place: Place): ContextFacts | undefined {
  const context = tools.contexts.get(name);
  if (context === undefined) {
    const names = [...tools.contexts.keys()];
    const there = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
    tools.issues.error(place, `no context ${quoted(name)} under contexts: ${there}`);
  } else context.used = true;
  return context;
}

/** A context must have the field that a rule reads. */
function checkField(name: string, context: ContextFacts, field: string, issues: Issues, place: Place): void {
  if (context.fields.has(field)) return;
  issues.error(place, `the context ${name} has no field ${field}: ${[...context.fields.keys()].join(', ')}`);
}

/** Compiles a `context` rule; undefined where it is wrong, and the issues say why. */
export function compileContextRule(
  field: RecordField,
  rule: RuleObject,
  tools: ContextTools,
  place: Place,
): LaterWay | undefined {
  const { issues, scope } = tools;
  const name = rule.context ?? '';
  const context = known(name, tools, [...place, 'context']);
  if (context === undefined) return undefined;
  const contextField = rule.field ?? publicName(field);
  checkField(name, context, contextField, issues, rule.field === undefined ? place : [...place, 'field']);
  if (field === 'plateNo') context.plates.add(contextField);
  if (rule.key === undefined) {
    issues.error(place, 'a context rule needs a key, such as { device: spaceNo } or { topic: deviceId }');
    return undefined;
  }
  const key = compileKey(rule.key, scope, issues, [...place, 'key']);
  const format = formatOf(rule, fieldKind(field), { ...tools.format, shiftMs: 0 }, issues, place);
  const { keepMs, late } = context;
  return {
    label: `${contextField} of the context ${name}`,
    asks: (input) => asked(name, keyOf(name, key, input)),
    offer: (input) => {
      const found = keyOf(name, key, input);
      return typeof found === 'string'
        ? plainOffer({ field, context: name, key: found, contextField, keepMs, late }, format)
        : found;
    },
  };
}

function asked(context: string, key: string | Reason): string | Reason {
  return typeof key === 'string' ? `asks the context ${context} for ${quoted(key)}` : key;
}

function plainOffer(need: Need, format: Format): Offer {
  return {
    needs: [need],
    waits: false,
    take(lookup) {
      const text = String(lookup(need) ?? '').trim();
      if (text === '') return undefined;
      const value = format(text);
      if (value === '') return undefined;
      return value instanceof Unreadable
        ? unreadable('context.value', { context: need.context, key: need.key, why: value.reason })
        : value;
    },
  };
}

/** Compiles the rules of a key. */
export function compileKey(rule: FieldRule, scope: Scope, issues: Issues, place: Place): readonly Reader[] {
  return compileReaders(rule, KEY_WAYS, scope, issues, place).map(({ reader }) => reader);
}

/** Compiles an expression that reads contexts; undefined where it is wrong, and the issues say why. */
export function compileContextExpression(
  field: RecordField,
  text: string,
  expression: Expression,
  format: Format,
  tools: ContextTools,
  place: Place,
): LaterWay | undefined {
  const { issues, scope, keys } = tools;
  checkLevels(expression.levels, scope, issues, place);
  if (expression.usesMessage && scope.each !== undefined) scope.each.keepsMessage = true;
  const refs = expression.contexts.flatMap(({ context: name, field: contextField }) => {
    const context = known(name, tools, place);
    const key = keys.get(name);
    if (context === undefined) return [];
    checkField(name, context, contextField, issues, place);
    if (key === undefined) {
      issues.error(place, `$context.${name} has no key: add contexts: { ${name}: … } to the source`);
      return [];
    }
    return [{ name, contextField, context, key, kind: context.fields.get(contextField) ?? 'text' }];
  });
  if (refs.length < expression.contexts.length) return undefined;
  const { zone } = tools.format;
  const run = (input: Input, contexts: ContextInputs) => {
    const json = jsonFor(scope, input.decoded, input.message);
    const what = { where: undefined, ids: [expression.id] };
    const { held, results } = scope.sandbox().run(what, json, input.levels, contexts);
    if (held instanceof Unreadable) return held;
    const found = readResult(results[0] ?? { text: '' });
    return typeof found === 'string' && found !== '' ? format(found) : found;
  };
  return {
    label: `expr ${quoted(text)}`,
    asks: (input) => {
      const [first] = refs;
      return first === undefined ? '' : asked(first.name, keyOf(first.name, first.key, input));
    },
    offer: (input) => {
      const needs: Need[] = [];
      for (const { name, contextField, context, key } of refs) {
        const found = keyOf(name, key, input);
        if (typeof found !== 'string') return found;
        const { keepMs, late } = context;
        needs.push({ field, context: name, key: found, contextField, keepMs, late });
      }
      return {
        needs,
        waits: true,
        take(lookup, _known, last) {
          const contexts = valuesOf(needs, (need, i) => {
            const value = lookup(need);
            return value === undefined ? undefined : inExpression(value, refs[i]?.kind ?? 'text', zone);
          });
          const lacks = needs.some(({ context }) => contexts[context] === undefined);
          return lacks && !last ? undefined : run(input, contexts);
        },
      };
    },
  };
}

function valuesOf(
  needs: readonly Need[],
  value: (need: Need, index: number) => string | number | undefined,
): ContextInputs {
  const contexts: Record<string, Record<string, string | number>> = {};
  for (const [i, need] of needs.entries()) {
    const found = value(need, i);
    if (found === undefined) continue;
    const fields = contexts[need.context] ?? {};
    fields[need.contextField] = found;
    contexts[need.context] = fields;
  }
  return contexts;
}

/** A stored value as expressions have it: numbers and amounts are numbers, times epoch milliseconds, the rest text. */
function inExpression(value: string | number, kind: FieldKind, zone: StationZone): string | number {
  if (typeof value === 'number') return value;
  if (kind === 'energy' || kind === 'money') return Number(value);
  if (kind !== 'time') return value;
  const at = readTime(value, 'auto', zone);
  return typeof at === 'number' ? at : value;
}
