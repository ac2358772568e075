import type { Mapped } from '../domain/draft.ts';
import type { ContextValue } from '../domain/event.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { Unreadable } from '../domain/unreadable.ts';
import type { Tools } from './compiler-context.ts';
import { MAX_KEY } from './context-key.ts';
import { type OwnWay, readWays } from './field-plan.ts';
import type { Place } from './issues.ts';
import { compileMessageFilter, type Message, type MessageFilter } from './message-filter.ts';
import type { ContextInput, FieldRule, RuleObject } from './rules.ts';
import type { TopicLevels } from './topic.ts';
import {
  alternatives,
  compileReaders,
  type Input,
  MESSAGE_WAYS,
  type Reader,
  readFirst,
  whyMissing,
} from './value-source.ts';
import { type FieldKind, fieldKind, formatOf, wireText } from './values.ts';

/** A context, compiled. */
export interface CompiledContext {
  readonly name: string;
  readonly taker: MessageFilter;
  readonly keepMs: number;
  readonly key: readonly Reader[];
  readonly fields: readonly {
    readonly name: string;
    readonly isPlate: boolean;
    readonly ways: readonly OwnWay[];
  }[];
  readonly zone: Tools['zone'];
}

/** A context's field bears a wire name and is read as that, or its rule shows what it is, or it is text. */
function kindOf(name: string, rule: RuleObject): FieldKind {
  const kind = fieldKind(name);
  if (kind !== 'text') return kind;
  if (rule.time !== undefined) return 'time';
  if (rule.unit === 'kWh' || rule.unit === 'Wh') return 'energy';
  return rule.unit !== undefined || rule.scale !== undefined ? 'money' : 'text';
}

/** How a context's field is written, by its first rule. */
export function contextFieldKind(name: string, rule: FieldRule): FieldKind {
  const [first] = alternatives(rule, []);
  return first === undefined ? 'text' : kindOf(name, first.rule);
}

/** Compiles a context; its mistakes go to the tools' issues. */
export function compileContext(input: ContextInput, tools: Tools, place: Place): CompiledContext {
  const { zone, issues } = tools;
  const taker = compileMessageFilter(input, undefined, tools, place);
  const { scope } = taker;
  const none = input.ignore?.map((text) => text.trim().toLowerCase());
  const plates = tools.contexts.get(input.name)?.plates;
  const key = compileReaders(input.key, MESSAGE_WAYS, scope, issues, [...place, 'key']);
  const fields = Object.entries(input.fields).map(([name, rule]) => {
    const at = [...place, 'fields', name];
    const isPlate = plates?.has(name) === true || fieldKind(name) === 'plate';
    const ways = compileReaders(rule, MESSAGE_WAYS, scope, issues, at).map((way): OwnWay => {
      const kind = isPlate ? 'plate' : kindOf(name, way.rule);
      const format = formatOf(way.rule, kind, { zone, shiftMs: 0, none }, issues, way.place);
      if (none === undefined) return { reader: way.reader, format };
      return {
        reader: way.reader,
        format: (text) => (none.includes(text.toLowerCase()) ? '' : format(text)),
      };
    });
    return { name, isPlate, ways };
  });
  if (fields.length === 0) issues.error([...place, 'fields'], 'rules.context-no-fields', {});
  return { name: input.name, taker, keepMs: input.keep, key: key.map(({ reader }) => reader), fields, zone };
}

/** What a context makes of a message that its topic takes. */
export function mapByContext(context: CompiledContext, message: Message, levels: TopicLevels): Mapped {
  const { name, taker, keepMs, key: readers, fields, zone } = context;
  const wrong = (field: string, why: Reason): Mapped => ({
    kind: 'wrong',
    source: name,
    fault: { field, reason: why },
  });
  const body = message.body(taker.decoding);
  const input = body instanceof Unreadable ? body : taker.admit(body, levels);
  if (input instanceof Unreadable) return wrong('', input.reason);
  if ('ignored' in input) return { kind: 'ignored', source: name, reason: input.ignored };
  const key = readFirst(readers, input);
  if (key instanceof Unreadable) return wrong('key', key.reason);
  if (key === '') return wrong('key', reason('context.fact-keyless', { why: whyMissing(readers, input) }));
  if (key.length > MAX_KEY)
    return wrong('key', reason('context.key-long', { length: key.length, max: MAX_KEY }));
  const values: Record<string, ContextValue> = {};
  for (const field of fields) {
    const found = readWays(field.ways, input);
    if (found instanceof Unreadable) return wrong(field.name, found.reason);
    if (found.value !== '') values[field.name] = stored(found.value, field.ways, input, zone);
  }
  // A camera that sees nobody says so; that takes nothing away from what it saw before.
  if (Object.keys(values).length === 0)
    return { kind: 'ignored', source: name, reason: reason('context.fact-empty', {}) };
  // Nor does a placeholder beside other values: the empty text leaves the plate before it in force.
  for (const field of fields) if (field.isPlate) values[field.name] ??= '';
  return { kind: 'context', fact: { context: name, key, values, keepMs } };
}

const NUMBER = /^-?\d[\d.eE+-]*$/;

/** A value as it is kept: times local to the millisecond, numbers of the message as numbers, all else as text. */
function stored(
  value: string | number,
  ways: readonly OwnWay[],
  input: Input,
  zone: Tools['zone'],
): ContextValue {
  if (typeof value === 'number') {
    const ms = ((value % 1000) + 1000) % 1000;
    return ms === 0 ? wireText(value, zone) : `${wireText(value, zone)}.${String(ms).padStart(3, '0')}`;
  }
  if (!NUMBER.test(value)) return value;
  const [way] = ways.filter(({ reader }) => reader.read(input) === value);
  return way?.reader.isNumber?.(input) === true ? Number(value) : value;
}
