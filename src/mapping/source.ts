import type { Draft, Mapped } from '../domain/draft.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { fieldNamed, type RecordField, STATION_FIELDS } from '../domain/record.ts';
import { quoted, Unreadable } from '../domain/unreadable.ts';
import type { Tools } from './compiler-context.ts';
import { compileKey } from './context-key.ts';
import { type Each, type Unit, unitsOf } from './elements.ts';
import { compilePlans } from './field-plan.ts';
import type { Place } from './issues.ts';
import type { Supplied } from './known.ts';
import { compileEach, compileMessageFilter, type Message, type MessageFilter } from './message-filter.ts';
import { PROFILES } from './profiles.ts';
import type { SourceInput } from './rules.ts';
import { type Faulty, listOfSessions, readSession, suppliedSession, withRemedy } from './session.ts';
import type { IgnorePlan, Source } from './session-draft.ts';
import type { TopicLevels } from './topic.ts';

/** How long an event waits for its contexts where the config does not say: ten minutes. */
const DEFAULT_WAIT_MS = 600_000;

/** A source, compiled. */
export interface CompiledSource extends Source {
  readonly taker: MessageFilter;
  readonly each: Each | undefined;
  /** The fields whose rules the config itself gives, as they are written there. */
  readonly written: ReadonlyMap<RecordField, string>;
  /** Whether messages that the broker had kept are left alone. */
  readonly ignoresRetained: boolean;
}

/** Compiles a source; its mistakes go to the tools' issues. */
export function compileSource(input: SourceInput, tools: Tools, place: Place): CompiledSource {
  const { zone, identity, devices, contexts, issues } = tools;
  const profile = input.profile === undefined ? undefined : PROFILES.get(input.profile);
  if (input.profile !== undefined && profile === undefined) {
    const known = [...PROFILES.keys()].join(', ');
    issues.error([...place, 'profile'], 'rules.profile-unknown', {
      found: quoted(input.profile),
      allowed: known,
    });
  }
  if (input.profile === undefined && input.fields === undefined) {
    issues.error(place, 'rules.no-fields', {});
  }
  const where = input.where ?? profile?.where;
  const decode = input.decode ?? profile?.decode;
  // The frames of a payload are a list by their nature.
  const listed = input.each ?? profile?.each ?? (decode?.at(-1) === 'ykc' ? '.' : undefined);
  const each = compileEach(listed, issues, [...place, 'each']);
  const taker = compileMessageFilter({ ...input, where, decode }, each, tools, place);
  const rules = new Map([...Object.entries(profile?.fields ?? {}), ...Object.entries(input.fields ?? {})]);
  const at = input.fields === undefined ? place : [...place, 'fields'];
  const format = { zone, shiftMs: input.shift ?? 0 };
  const keys = new Map(
    Object.entries({ ...profile?.contexts, ...input.contexts }).map(([name, rule]) => {
      const there = [...place, 'contexts', name];
      if (!contexts.has(name))
        issues.error(there, 'rules.context-unknown', {
          found: quoted(name),
          known: [...contexts.keys()].join(', '),
        });
      return [name, compileKey(rule, { scope: taker.scope, contexts, issues }, there)];
    }),
  );
  // Without any rules the one mistake is told already.
  const plans =
    rules.size > 0 || input.fields !== undefined
      ? compilePlans(rules, { scope: taker.scope, format, contexts, issues, keys }, at)
      : [];
  const ruled = STATION_FIELDS.filter((field) => rules.has(field));
  return {
    name: input.name,
    waitMs: input.wait ?? DEFAULT_WAIT_MS,
    taker,
    each,
    plans,
    zone,
    identity,
    devices,
    ruled,
    written: new Map(
      Object.keys(input.fields ?? {}).flatMap((name): [RecordField, string][] => {
        const field = fieldNamed(name);
        return field === undefined ? [] : [[field, name]];
      }),
    ),
    ignore: ignorePlan(input.ignore, profile?.failedStarts ?? false),
    ignoresRetained: input.retained === 'ignore',
  };
}

/** The profile's default stays beside the config's own bounds; `ignore: {}` takes it away. */
function ignorePlan(ignore: SourceInput['ignore'], failedStarts: boolean): IgnorePlan | undefined {
  const { energyBelow = 0, shorterThan = 0 } = ignore ?? {};
  const none = ignore !== undefined && energyBelow === 0 && shorterThan === 0;
  if (none || (ignore === undefined && !failedStarts)) return undefined;
  return { energyBelow, shorterThanMs: shorterThan, failedStarts };
}

/** The sessions in a message, readable or not; none where its list is empty. */
export function unitsIn(source: CompiledSource, message: Message): readonly Unit[] {
  if (message.kept !== undefined) return [message.kept];
  const body = message.body(source.taker.decoding);
  if (source.each === undefined || body instanceof Unreadable) return [{ body }];
  const units = unitsOf(body, source.each);
  return units instanceof Unreadable ? [{ body: units }] : (units ?? []);
}

/** What a source makes of a message that its topic takes: one thing, or one for each element of its list. */
export function mapBySource(
  source: CompiledSource,
  message: Message,
  levels: TopicLevels,
  supplied?: Supplied,
): Mapped | readonly Mapped[] {
  if (source.ignoresRetained && message.retained) return ignored(source, reason('event.retained', {}));
  // What most messages are costs no list.
  if (source.each === undefined && message.kept === undefined)
    return mapUnit(source, { body: message.body(source.taker.decoding) }, levels, supplied);
  const units = unitsIn(source, message);
  const [only] = units;
  if (only === undefined) return ignored(source, reason('list.empty', {}));
  if (only.part === undefined) return mapUnit(source, only, levels, supplied);
  if (supplied !== undefined && Object.keys(supplied).length > 0 && units.length > 1) {
    const fault = { field: '', reason: reason('list.supplied', { count: units.length }) };
    return { kind: 'wrong', source: source.name, fault };
  }
  return units.map((unit) => {
    const mapped = mapUnit(source, unit, levels, supplied);
    const { part, element } = unit;
    if (mapped.kind === 'ignored' || part === undefined || element === undefined) return mapped;
    return { ...mapped, part: { payload: part, element } };
  });
}

function mapUnit(source: CompiledSource, unit: Unit, levels: TopicLevels, supplied?: Supplied): Mapped {
  const read = readUnit(source, unit, levels, supplied);
  if ('ignored' in read) return ignored(source, read.ignored);
  if ('complete' in read) return { kind: 'draft', draft: read };
  const { fault, orderNo } = read;
  const { element } = unit;
  const why =
    element === undefined ? fault.reason : reason('list.element', { index: element, why: fault.reason });
  return {
    kind: 'wrong',
    source: source.name,
    fault: { field: fault.field, reason: why },
    ...(orderNo === undefined ? {} : { orderNo }),
  };
}

function readUnit(
  source: CompiledSource,
  { body, message, element }: Unit,
  levels: TopicLevels,
  supplied: Supplied | undefined,
): Draft | Faulty | { readonly ignored: Reason } {
  const admitted = body instanceof Unreadable ? body : source.taker.admit(body, levels, message);
  if (admitted instanceof Unreadable)
    return (
      (supplied && suppliedSession(source, levels, supplied)) ?? {
        fault: { field: '', reason: admitted.reason },
        orderNo: undefined,
      }
    );
  if ('ignored' in admitted) return admitted;
  const isSupplied = supplied !== undefined && Object.keys(supplied).length > 0;
  const list = isSupplied && source.each === undefined ? listOfSessions(source, admitted) : undefined;
  if (list !== undefined && element === undefined)
    return { fault: { field: '', reason: reason('list.supplied-no-each', list) }, orderNo: undefined };
  const read = readSession(source, admitted, supplied);
  if ('code' in read) return { ignored: read };
  if ('complete' in read || element !== undefined) return read;
  return { ...read, fault: withRemedy(read.fault, admitted) };
}

function ignored(source: CompiledSource, why: Reason): Mapped {
  return { kind: 'ignored', source: source.name, reason: why };
}
