import { readTime } from '../domain/read-time.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { publicName, type RecordField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { quoted, Unreadable, unreadable } from '../domain/unreadable.ts';
import {
  asking,
  type ContextFacts,
  checkField,
  compileKey,
  contextNamed,
  type Key,
  type Target,
  type Walk,
  walkTo,
} from './context-key.ts';
import type { Issues, Place } from './issues.ts';
import type { Offer } from './known.ts';
import type { RuleObject } from './rules.ts';
import type { ContextInputs, Expression } from './sandbox.ts';
import { checkLevels, type Input, jsonFor, readResult, type Scope } from './value-source.ts';
import { type FieldKind, type Format, type FormatTools, fieldKind, formatOf } from './values.ts';

/** A way to a value that the event itself does not have. */
export interface LaterWay {
  /** The rule: an expr as it is written, else in words. */
  readonly label: string | Reason;
  /** What is asked for, for a person. */
  asks(input: Input): string | Reason;
  /** What is asked of whom, or why nobody can be asked. */
  offer(input: Input): Offer | Reason;
}

/** What ways to contexts are compiled with. */
export interface ContextTools {
  readonly scope: Scope;
  readonly format: FormatTools;
  readonly contexts: ReadonlyMap<string, ContextFacts>;
  readonly issues: Issues;
  /** The keys by which expressions read contexts (`contexts` of the source). */
  readonly keys: ReadonlyMap<string, Key>;
}

/** Compiles a `context` rule; undefined where it is wrong, and the issues say why. */
export function compileContextRule(
  field: RecordField,
  rule: RuleObject,
  tools: ContextTools,
  place: Place,
): LaterWay | undefined {
  const { issues } = tools;
  const name = rule.context ?? '';
  const context = contextNamed(name, tools, [...place, 'context']);
  if (context === undefined) return undefined;
  const contextField = rule.field ?? publicName(field);
  checkField(name, context, contextField, issues, rule.field === undefined ? place : [...place, 'field']);
  if (field === 'plateNo') context.plates.add(contextField);
  if (rule.key === undefined) {
    issues.error(place, 'rules.context-key', {});
    return undefined;
  }
  const key = compileKey(rule.key, tools, [...place, 'key']);
  const format = formatOf(rule, fieldKind(field), { ...tools.format, shiftMs: 0 }, issues, place);
  const { keepMs, late } = context;
  const target: Target = { field, context: name, contextField, keepMs, late };
  return {
    label: reason('way.context-field', { context: name, field: contextField }),
    asks: (input) => asking(target, walkTo(target, key, input)),
    offer: (input) => {
      const walk = walkTo(target, key, input);
      return typeof walk === 'function' ? plainOffer(walk, format) : walk;
    },
  };
}

function plainOffer(walk: Walk, format: Format): Offer {
  return {
    needs: (lookup) => [walk(lookup).need],
    waits: false,
    take(lookup) {
      const { need, value: found } = walk(lookup);
      const text = String(found ?? '').trim();
      if (text === '') return undefined;
      const value = format(text);
      if (value === '') return undefined;
      return value instanceof Unreadable
        ? unreadable('context.value', { context: need.context, key: need.key, why: value.reason })
        : value;
    },
  };
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
    const context = contextNamed(name, tools, place);
    const key = keys.get(name);
    if (context === undefined) return [];
    checkField(name, context, contextField, issues, place);
    if (key === undefined) {
      issues.error(place, 'rules.context-no-key', { context: name });
      return [];
    }
    const { keepMs, late } = context;
    const target: Target = { field, context: name, contextField, keepMs, late };
    return [{ target, key, kind: context.fields.get(contextField) ?? 'text' }];
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
      return first === undefined ? '' : asking(first.target, walkTo(first.target, first.key, input));
    },
    offer: (input) => {
      const walks: Walk[] = [];
      for (const { target, key } of refs) {
        const walk = walkTo(target, key, input);
        if (typeof walk !== 'function') return walk;
        walks.push(walk);
      }
      return {
        needs: (lookup) => walks.map((walk) => walk(lookup).need),
        waits: true,
        take(lookup, _known, last) {
          const contexts: Record<string, Record<string, string | number>> = {};
          for (const [i, { target, kind }] of refs.entries()) {
            const { value } = walks[i]?.(lookup) ?? {};
            if (value === undefined) continue;
            const fields = contexts[target.context] ?? {};
            fields[target.contextField] = inExpression(value, kind, zone);
            contexts[target.context] = fields;
          }
          const lacks = refs.some(({ target }) => contexts[target.context] === undefined);
          return lacks && !last ? undefined : run(input, contexts);
        },
      };
    },
  };
}

/** A stored value as expressions have it: numbers and amounts are numbers, times epoch milliseconds, the rest text. */
function inExpression(value: string | number, kind: FieldKind, zone: StationZone): string | number {
  if (typeof value === 'number') return value;
  if (kind === 'energy' || kind === 'money') return Number(value);
  if (kind !== 'time') return value;
  const at = readTime(value, 'auto', zone);
  return typeof at === 'number' ? at : value;
}
