import type { Mapped } from '../domain/draft.ts';
import { STATION_FIELDS } from '../domain/record.ts';
import { quoted, Unreadable } from '../domain/unreadable.ts';
import type { Tools } from './compiler-context.ts';
import { compilePlans } from './field-plan.ts';
import type { Place } from './issues.ts';
import { compileMessageFilter, type Message, type MessageFilter } from './message-filter.ts';
import { PROFILES } from './profiles.ts';
import type { SourceInput } from './rules.ts';
import { readSession } from './session.ts';
import type { Source, Supplied } from './session-draft.ts';
import type { TopicLevels } from './topic.ts';

/** How long an event waits for its contexts where the config does not say: ten minutes. */
const DEFAULT_WAIT_MS = 600_000;

/** A source, compiled. */
export interface CompiledSource extends Source {
  readonly taker: MessageFilter;
}

/** Compiles a source; its mistakes go to the tools' issues. */
export function compileSource(input: SourceInput, tools: Tools, place: Place): CompiledSource {
  const { zone, identity, devices, contexts, sandbox, issues } = tools;
  const profile = input.profile === undefined ? undefined : PROFILES.get(input.profile);
  if (input.profile !== undefined && profile === undefined) {
    const known = [...PROFILES.keys()].join(', ');
    issues.error([...place, 'profile'], `no profile ${quoted(input.profile)}: ${known}`);
  }
  if (input.profile === undefined && input.fields === undefined) {
    issues.error(
      place,
      'a source has a profile, or fields, or both (fields then replace single rules of the profile)',
    );
  }
  const where = input.where ?? profile?.where;
  const taker = compileMessageFilter({ ...input, where }, devices, sandbox, issues, place);
  const rules = new Map([...Object.entries(profile?.fields ?? {}), ...Object.entries(input.fields ?? {})]);
  const at = input.fields === undefined ? place : [...place, 'fields'];
  // Without any rules the one mistake is told already.
  const plans =
    rules.size > 0 || input.fields !== undefined
      ? compilePlans(rules, { scope: taker.scope, zone, contexts, issues }, at)
      : [];
  const ruled = STATION_FIELDS.filter((field) => rules.has(field));
  return {
    name: input.name,
    waitMs: input.wait ?? DEFAULT_WAIT_MS,
    taker,
    plans,
    zone,
    identity,
    devices,
    ruled,
  };
}

/** What a source makes of a message that its topic takes. */
export function mapBySource(
  source: CompiledSource,
  message: Message,
  levels: TopicLevels,
  supplied?: Supplied,
): Mapped {
  const admitted = source.taker.admit(message, levels);
  if (admitted instanceof Unreadable) {
    return { kind: 'wrong', source: source.name, fault: { field: '', reason: admitted.reason } };
  }
  if ('ignored' in admitted) return { kind: 'ignored', source: source.name, reason: admitted.ignored };
  const read = readSession(source, admitted, supplied);
  if (!('fault' in read)) return { kind: 'draft', draft: read };
  const { fault, orderNo } = read;
  return { kind: 'wrong', source: source.name, fault, ...(orderNo === undefined ? {} : { orderNo }) };
}
