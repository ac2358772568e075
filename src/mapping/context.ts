import type { Mapped } from '../domain/draft.ts';
import { Unreadable } from '../domain/unreadable.ts';
import type { Tools } from './compiler-context.ts';
import { type OwnWay, readWays } from './field-plan.ts';
import type { Place } from './issues.ts';
import { compileMessageFilter, type Message, type MessageFilter } from './message-filter.ts';
import type { ContextInput, RuleObject } from './rules.ts';
import type { TopicLevels } from './topic.ts';
import { compileReaders, MESSAGE_WAYS, type Reader, readFirst } from './value-source.ts';
import { type FieldKind, fieldKind, formatOf, wireText } from './values.ts';

/** Characters of a key: what tells a space, a pile or a transaction apart is shorter. */
const LONGEST_KEY = 200;

/** A context, compiled. */
export interface CompiledContext {
  readonly name: string;
  readonly taker: MessageFilter;
  readonly keepMs: number;
  readonly key: readonly Reader[];
  readonly fields: readonly { readonly name: string; readonly ways: readonly OwnWay[] }[];
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

/** Compiles a context; its mistakes go to the tools' issues. */
export function compileContext(input: ContextInput, tools: Tools, place: Place): CompiledContext {
  const { zone, devices, sandbox, issues } = tools;
  const taker = compileMessageFilter(input, devices, sandbox, issues, place);
  const { scope } = taker;
  const key = compileReaders(input.key, MESSAGE_WAYS, scope, issues, [...place, 'key']);
  const fields = Object.entries(input.fields).map(([name, rule]) => {
    const at = [...place, 'fields', name];
    const ways = compileReaders(rule, MESSAGE_WAYS, scope, issues, at).map((way) => ({
      reader: way.reader,
      format: formatOf(way.rule, kindOf(name, way.rule), zone, issues, way.place),
    }));
    return { name, ways };
  });
  if (fields.length === 0) issues.error([...place, 'fields'], 'a context without fields supplies nothing');
  return { name: input.name, taker, keepMs: input.keep, key: key.map(({ reader }) => reader), fields, zone };
}

/** What a context makes of a message that its topic takes. */
export function mapByContext(context: CompiledContext, message: Message, levels: TopicLevels): Mapped {
  const { name, taker, keepMs, key: readers, fields, zone } = context;
  const wrong = (field: string, reason: string): Mapped => ({
    kind: 'wrong',
    source: name,
    fault: { field, reason },
  });
  const input = taker.admit(message, levels);
  if (input instanceof Unreadable) return wrong('', input.reason);
  if ('ignored' in input) return { kind: 'ignored', source: name, reason: input.ignored };
  const key = readFirst(readers, input);
  if (key instanceof Unreadable) return wrong('key', key.reason);
  if (key === '') return wrong('key', `it has no key: ${readers.map((r) => r.missing(input)).join('; ')}`);
  if (key.length > LONGEST_KEY) return wrong('key', `the key is longer than ${LONGEST_KEY} characters`);
  const values: Record<string, string> = {};
  for (const field of fields) {
    const found = readWays(field.ways, input);
    if (found instanceof Unreadable) return wrong(field.name, found.reason);
    if (found.value !== '') values[field.name] = wireText(found.value, zone);
  }
  // A camera that sees nobody says so; that takes nothing away from what it saw before.
  if (Object.keys(values).length === 0)
    return { kind: 'ignored', source: name, reason: 'it has none of the fields' };
  return { kind: 'context', fact: { context: name, key, values, keepMs } };
}
