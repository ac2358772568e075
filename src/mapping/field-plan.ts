import { fieldNamed, publicName, RECORD_FIELDS, type RecordField, STATION_FIELDS } from '../domain/record.ts';
import { quoted, Unreadable } from '../domain/unreadable.ts';
import {
  type ContextTools,
  compileContextExpression,
  compileContextRule,
  type LaterWay,
} from './context-way.ts';
import type { Issues, Place } from './issues.ts';
import type { FieldRule, RuleObject } from './rules.ts';
import {
  alternatives,
  asObject,
  compileReader,
  compileReaders,
  type Input,
  MESSAGE_WAYS,
  type Reader,
  topicReader,
  wayOf,
} from './value-source.ts';
import { durationFormat, type Format, fieldKind, formatOf, plainFormat, type Value } from './values.ts';

/** A value from the message itself or the config, and how to read it. */
export interface OwnWay {
  readonly reader: Reader;
  readonly format: Format;
  /** Whether the value is a duration in milliseconds, to be added to the start. */
  readonly plus?: boolean;
}

/** A value that an own way found (`''` where none did), and whether the message itself says it. */
export interface Found {
  readonly value: Value;
  readonly own: boolean;
  readonly plus: boolean;
}

const NOTHING: Found = { value: '', own: false, plus: false };

/** The first value that own ways find. */
export function readWays(ways: readonly OwnWay[], input: Input): Found | Unreadable {
  for (const { reader, format, plus = false } of ways) {
    const text = reader.read(input);
    if (text instanceof Unreadable) return text;
    if (text === '') continue;
    const value = format(text);
    if (value instanceof Unreadable) return value;
    if (value !== '') return { value, own: reader.own, plus };
  }
  return NOTHING;
}

/** How one field of the record comes about: the first own way that finds a value, else the first other way. */
export interface FieldPlan {
  readonly field: RecordField;
  /** Its public name. */
  readonly name: string;
  /** Whether a record cannot do without it. */
  readonly required: boolean;
  readonly own: readonly OwnWay[];
  /** What contexts are to supply. */
  readonly later: readonly LaterWay[];
}

/**
 * Fields that must come to something by the rules or a context. deviceName is not among them: the devices table
 * or the device's id stand in for it.
 */
export const REQUIRED: ReadonlySet<RecordField> = new Set([
  'orderNo',
  'plateNo',
  'startTime',
  'endTime',
  'deviceId',
  ...STATION_FIELDS,
]);

/** Required fields for which nothing but a rule can speak. */
const RULES_NEEDED = ['orderNo', 'plateNo', 'startTime', 'endTime'] as const;

/** The device first, since the devices table is read by it; the order number next, to name what fails after it. */
const ORDER: readonly RecordField[] = [
  'deviceId',
  'orderNo',
  ...RECORD_FIELDS.filter((f) => f !== 'deviceId' && f !== 'orderNo'),
];

/** Mistakes about how the parts of one rule go together. */
function checkRule(field: RecordField, rule: RuleObject, way: string, issues: Issues, place: Place): void {
  for (const name of ['key', 'field'] as const) {
    if (way !== 'context' && rule[name] !== undefined) {
      issues.error([...place, name], 'rules.only-context', { key: name });
    }
  }
  if (way !== 'start' && rule.plus !== undefined) issues.error([...place, 'plus'], 'rules.plus-alone', {});
  if (way === 'device' && (field === 'deviceId' || field === 'orderNo')) {
    issues.error([...place, 'device'], 'rules.device-column', { field });
  }
}

function compileField(field: RecordField, rule: FieldRule, tools: ContextTools, place: Place): FieldPlan {
  const { issues, scope } = tools;
  const own: OwnWay[] = [];
  const later: LaterWay[] = [];
  let contextSeen = false;
  const rules = alternatives(rule, place);
  if (rules.length === 0) issues.error(place, 'rules.list-empty', { of: 'field' });
  for (const { rule: one, place: at } of rules) {
    const way = wayOf(one, issues, at);
    if (way === undefined) continue;
    checkRule(field, one, way, issues, at);
    const compiled = way === 'context' ? compileContextRule(field, one, tools, at) : undefined;
    const expression =
      way === 'expr' && /\$context\b/.test(one.expr ?? '') ? scope.sandbox().add(one.expr ?? '') : undefined;
    const readsContexts = expression !== undefined && 'id' in expression && expression.contexts.length > 0;
    if (way === 'context' || readsContexts) {
      contextSeen = true;
      const format = formatOf(one, fieldKind(field), tools.format, issues, at);
      const found = readsContexts
        ? compileContextExpression(field, one.expr ?? '', expression, format, tools, [...at, 'expr'])
        : compiled;
      if (found !== undefined) later.push(found);
      continue;
    }
    if (contextSeen) issues.error(at, 'rules.context-last', {});
    own.push(...(way === 'start' ? durations(field, one, tools, at) : values(field, one, tools, at)));
  }
  return { field, name: publicName(field), required: REQUIRED.has(field), own, later };
}

function values(field: RecordField, rule: RuleObject, tools: ContextTools, place: Place): OwnWay[] {
  const { issues, scope } = tools;
  const reader = compileReader(rule, scope, issues, place);
  const format = formatOf(rule, fieldKind(field), tools.format, issues, place);
  return reader === undefined ? [] : [{ reader, format }];
}

/** `{ start: startTime, plus: rule }`: the end as the start and a duration. */
function durations(field: RecordField, rule: RuleObject, tools: ContextTools, place: Place): OwnWay[] {
  const { issues, scope } = tools;
  if (field !== 'endTime' || rule.start !== 'startTime')
    issues.error([...place, 'start'], 'rules.start-elsewhere', {});
  if (rule.plus === undefined) {
    issues.error(place, 'rules.start-alone', {});
    return [];
  }
  const at = [...place, 'plus'];
  const outer = rule.unit;
  return compileReaders(rule.plus, MESSAGE_WAYS, scope, issues, at).map((one) => ({
    reader: one.reader,
    format: durationFormat(asObject(one.rule).unit ?? outer, issues, one.place),
    plus: true,
  }));
}

/** The topic's {deviceId} stands in where no rule finds the device. */
function withTopicDevice(plan: FieldPlan, tools: ContextTools): FieldPlan {
  const named = tools.scope.topic?.names.includes('deviceId') === true;
  if (!named || plan.later.length > 0) return plan;
  const way = { reader: topicReader('deviceId'), format: plainFormat('text', tools.format) };
  return { ...plan, own: [...plan.own, way] };
}

/**
 * Compiles the rules of a source, in the order in which they are read.
 *
 * @param rules by field name, the profile's and the config's together
 * @param place where `fields` is in the config
 */
export function compilePlans(
  rules: ReadonlyMap<string, FieldRule>,
  tools: ContextTools,
  place: Place,
): readonly FieldPlan[] {
  const { issues } = tools;
  const named = new Map<RecordField, { rule: FieldRule; place: Place }>();
  for (const [name, rule] of rules) {
    const field = fieldNamed(name);
    if (field !== undefined) named.set(field, { rule, place: [...place, name] });
    else
      issues.error([...place, name], 'rules.field-unknown', {
        found: quoted(name),
        allowed: RECORD_FIELDS.map(publicName).join(', '),
      });
  }
  for (const field of RULES_NEEDED) {
    if (!named.has(field)) issues.error(place, 'rules.field-missing', { field });
  }
  const plans = ORDER.flatMap((field) => {
    const rule = named.get(field);
    if (rule === undefined && field !== 'deviceId') return [];
    const none = { field, name: publicName(field), required: REQUIRED.has(field), own: [], later: [] };
    const plan = rule === undefined ? none : compileField(field, rule.rule, tools, rule.place);
    return field === 'deviceId' ? withTopicDevice(plan, tools) : plan;
  });
  const device = plans.find((plan) => plan.field === 'deviceId');
  if (!named.has('deviceId') && device?.own.length === 0 && tools.scope.topic !== undefined) {
    issues.error(place, 'rules.device-id-missing', {});
  }
  return plans;
}
