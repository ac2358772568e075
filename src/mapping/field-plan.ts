import { fieldNamed, publicName, RECORD_FIELDS, type RecordField, STATION_FIELDS } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { quoted, Unreadable } from '../domain/unreadable.ts';
import type { Issues, Place } from './issues.ts';
import type { FieldRule, RuleObject } from './rules.ts';
import {
  alternatives,
  compileReader,
  compileReaders,
  type Input,
  KEY_WAYS,
  type Reader,
  type Scope,
  topicReader,
  wayOf,
} from './value-source.ts';
import { type Format, fieldKind, formatOf, plainFormat, type Value } from './values.ts';

/** A value from the message itself or the config, and how to read it. */
export interface OwnWay {
  readonly reader: Reader;
  readonly format: Format;
}

/** A value that an own way found (`''` where none did), and whether the message itself says it. */
export interface Found {
  readonly value: Value;
  readonly own: boolean;
}

const NOTHING: Found = { value: '', own: false };

/** The first value that own ways find. */
export function readWays(ways: readonly OwnWay[], input: Input): Found | Unreadable {
  for (const { reader, format } of ways) {
    const text = reader.read(input);
    if (text instanceof Unreadable) return text;
    if (text === '') continue;
    const value = format(text);
    if (value instanceof Unreadable) return value;
    if (value !== '') return { value, own: reader.own };
  }
  return NOTHING;
}

/** A value from a context, and how to read it. */
export interface ContextWay {
  readonly context: string;
  readonly contextField: string;
  readonly keepMs: number;
  readonly late: boolean;
  readonly key: readonly Reader[];
  readonly format: Format;
}

/** How one field of the record comes about: the first own way that finds a value, else the first context. */
export interface FieldPlan {
  readonly field: RecordField;
  /** Whether a record cannot do without it. */
  readonly required: boolean;
  readonly own: readonly OwnWay[];
  readonly contexts: readonly ContextWay[];
}

/** What a source's rules may know of a context. */
export interface ContextFacts {
  readonly fields: readonly string[];
  readonly keepMs: number;
  readonly late: boolean;
  /** Set where a rule uses it. */
  used: boolean;
}

/** What field rules are compiled against. */
export interface PlanTools {
  readonly scope: Scope;
  readonly zone: StationZone;
  readonly contexts: ReadonlyMap<string, ContextFacts>;
  readonly issues: Issues;
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

function compileContext(
  field: RecordField,
  rule: RuleObject,
  tools: PlanTools,
  place: Place,
): ContextWay | undefined {
  const { issues, scope, zone, contexts } = tools;
  const name = rule.context ?? '';
  const context = contexts.get(name);
  if (context === undefined) {
    const known = contexts.size === 0 ? 'there are none' : `there are ${[...contexts.keys()].join(', ')}`;
    issues.error([...place, 'context'], `no context ${quoted(name)} under contexts: ${known}`);
    return undefined;
  }
  context.used = true;
  const contextField = rule.field ?? publicName(field);
  if (!context.fields.includes(contextField)) {
    const at = rule.field === undefined ? place : [...place, 'field'];
    issues.error(at, `the context ${name} has no field ${contextField}: ${context.fields.join(', ')}`);
  }
  if (rule.key === undefined) {
    issues.error(place, 'a context rule needs a key, such as { device: spaceNo } or { topic: deviceId }');
    return undefined;
  }
  const key = compileReaders(rule.key, KEY_WAYS, scope, issues, [...place, 'key']).map(
    ({ reader }) => reader,
  );
  const format = formatOf(rule, fieldKind(field), zone, issues, place);
  return { context: name, contextField, keepMs: context.keepMs, late: context.late, key, format };
}

/** Mistakes about how the parts of one rule go together. */
function checkRule(field: RecordField, rule: RuleObject, way: string, issues: Issues, place: Place): void {
  for (const name of ['key', 'field'] as const) {
    if (way !== 'context' && rule[name] !== undefined) {
      issues.error([...place, name], `only a context rule has a ${name}`);
    }
  }
  if (way === 'device' && (field === 'deviceId' || field === 'orderNo')) {
    issues.error([...place, 'device'], `the devices table cannot give ${field}: it is read by the deviceId`);
  }
}

function compileField(field: RecordField, rule: FieldRule, tools: PlanTools, place: Place): FieldPlan {
  const { issues, scope, zone } = tools;
  const own: OwnWay[] = [];
  const contexts: ContextWay[] = [];
  let contextSeen = false;
  const rules = alternatives(rule, place);
  if (rules.length === 0) issues.error(place, 'an empty list of rules: leave the field out');
  for (const { rule: one, place: at } of rules) {
    const way = wayOf(one, issues, at);
    if (way === undefined) continue;
    checkRule(field, one, way, issues, at);
    if (way === 'context') {
      contextSeen = true;
      const context = compileContext(field, one, tools, at);
      if (context !== undefined) contexts.push(context);
      continue;
    }
    if (contextSeen) issues.error(at, 'rules with a context come last: nothing waits for them otherwise');
    const reader = compileReader(one, scope, issues, at);
    const format = formatOf(one, fieldKind(field), zone, issues, at);
    if (reader !== undefined) own.push({ reader, format });
  }
  return { field, required: REQUIRED.has(field), own, contexts };
}

/** The topic's {deviceId} stands in where no rule finds the device. */
function withTopicDevice(plan: FieldPlan, tools: PlanTools): FieldPlan {
  const named = tools.scope.topic?.names.includes('deviceId') === true;
  if (!named || plan.contexts.length > 0) return plan;
  const way = { reader: topicReader('deviceId'), format: plainFormat('text', tools.zone) };
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
  tools: PlanTools,
  place: Place,
): readonly FieldPlan[] {
  const { issues } = tools;
  for (const name of rules.keys()) {
    const meant = fieldNamed(name);
    if (meant !== undefined && publicName(meant) === name) continue;
    const hint = meant === undefined ? '' : ` (the interface spells it ${publicName(meant)})`;
    const names = RECORD_FIELDS.map(publicName).join(', ');
    issues.error([...place, name], `no field ${quoted(name)} in a record${hint}: ${names}`);
  }
  for (const field of RULES_NEEDED) {
    if (!rules.has(field)) issues.error(place, `no rule for ${field}, which every record must have`);
  }
  const plans = ORDER.flatMap((field) => {
    const name = publicName(field);
    const rule = rules.get(name);
    if (rule === undefined && field !== 'deviceId') return [];
    const none = { field, required: REQUIRED.has(field), own: [], contexts: [] };
    const plan = rule === undefined ? none : compileField(field, rule, tools, [...place, name]);
    return field === 'deviceId' ? withTopicDevice(plan, tools) : plan;
  });
  const device = plans.find((plan) => plan.field === 'deviceId');
  if (!rules.has('deviceId') && device?.own.length === 0 && tools.scope.topic !== undefined) {
    issues.error(
      place,
      'no rule for deviceId, which every record must have, and no {deviceId} level in the topic',
    );
  }
  return plans;
}
