import type { Mapped } from '../domain/draft.ts';
import type { InboundEvent } from '../domain/event.ts';
import { reason } from '../domain/reason.ts';
import type { StationIdentity } from '../domain/record.ts';
import { isTimeZone, StationZone } from '../domain/station-time.ts';
import { quoted } from '../domain/unreadable.ts';
import type { Tools } from './compiler-context.ts';
import { type CompiledContext, compileContext, contextFieldKind, mapByContext } from './context.ts';
import type { ContextFacts } from './context-key.ts';
import { checkMapping, type GateNeeds } from './cross-checks.ts';
import { type Explanation, explainMessage } from './explain.ts';
import { type Issue, Issues } from './issues.ts';
import type { Supplied } from './known.ts';
import { Message } from './message-filter.ts';
import { broughtContexts } from './profiles.ts';
import type { ContextInput, DeviceRow, SourceInput } from './rules.ts';
import { Sandbox } from './sandbox.ts';
import { type CompiledSource, compileSource, mapBySource } from './source.ts';
import { matchTopic, type TopicLevels } from './topic.ts';
import { type UnseenRule, unseenRules } from './unseen-rules.ts';

/** What a mapping is made of; durations in milliseconds. */
export interface MappingInput {
  readonly sources: readonly SourceInput[];
  readonly contexts: readonly ContextInput[];
  /** By device id. */
  readonly devices: Readonly<Record<string, DeviceRow>>;
  /** An IANA name. */
  readonly timeZone: string;
  readonly identity: StationIdentity;
  /** What the gate platform requires although a record may lack it; nothing by default. */
  readonly required?: GateNeeds;
}

/** Topics whose way through the filters is remembered; a site has one or two for each pile. */
const REMEMBERED = 4096;

/** A source or context that takes a topic, with the topic's levels. */
interface Route<T> {
  readonly to: T;
  readonly levels: TopicLevels;
}

interface Routes {
  readonly sources: readonly Route<CompiledSource>[];
  readonly contexts: readonly Route<CompiledContext>[];
}

/** Makes records of events, by rules compiled once. Pure: the same event always gives the same. */
export class Mapping {
  /** The MQTT filters to subscribe to, each once; contexts apart because they are never shared. */
  readonly filters: { readonly sources: readonly string[]; readonly contexts: readonly string[] };
  readonly #sources: readonly CompiledSource[];
  readonly #contexts: readonly CompiledContext[];
  readonly #routes = new Map<string, Routes>();

  /** Use {@link compileMapping}. */
  constructor(sources: readonly CompiledSource[], contexts: readonly CompiledContext[]) {
    this.#sources = sources;
    this.#contexts = contexts;
    const filters = (takers: readonly { taker: CompiledSource['taker'] }[]) => [
      ...new Set(takers.flatMap(({ taker }) => taker.filter?.subscription ?? [])),
    ];
    this.filters = { sources: filters(sources), contexts: filters(contexts) };
  }

  /**
   * What an event is: a draft for each session in it (of the first source that takes it: topic and `where`), and
   * what each context of its topic makes of it. Never empty: an event of a topic that nothing takes, as an old
   * subscription may bring it, is `wrong` with an empty source, so that it is kept.
   *
   * @param supplied values that a person supplies, in place of the rules for those fields
   */
  map(event: InboundEvent, supplied?: Supplied): readonly Mapped[] {
    const { sources, contexts } = this.#route(event.topic);
    const message = new Message(event);
    const mapped = mapByFirst(sources, message, supplied);
    for (const { to, levels } of contexts) mapped.push(mapByContext(to, message, levels));
    if (mapped.length > 0) return mapped;
    return [{ kind: 'wrong', source: '', fault: { field: '', reason: reason('event.untaken', {}) } }];
  }

  /** What {@link map} makes of an event, and the way of each field: for a person. */
  explain(event: InboundEvent, supplied?: Supplied): Explanation {
    const mapped = this.map(event, supplied);
    const route = this.#route(event.topic).sources.find(({ to }) =>
      mapped.some(
        (m) => (m.kind === 'draft' ? m.draft.source : m.kind === 'wrong' ? m.source : '') === to.name,
      ),
    );
    return explainMessage(mapped, route?.to, route?.levels ?? {}, new Message(event), supplied);
  }

  /** The name of the first source, or else context, that takes this topic; '' where none does. */
  takerOf(topic: string): string {
    const { sources, contexts } = this.#route(topic);
    return sources[0]?.to.name ?? contexts[0]?.to.name ?? '';
  }

  /** The rules of the config that find nothing in any of the samples. */
  unseen(samples: Iterable<InboundEvent>): UnseenRule[] {
    return unseenRules(this.#sources, (topic) => this.#route(topic).sources, samples);
  }

  #route(topic: string): Routes {
    const known = this.#routes.get(topic);
    if (known !== undefined) return known;
    const parts = topic.split('/');
    const routes = <T extends { taker: CompiledSource['taker'] }>(takers: readonly T[]) =>
      takers.flatMap((to): Route<T>[] => {
        const levels = to.taker.filter && matchTopic(to.taker.filter, parts);
        return levels === undefined ? [] : [{ to, levels }];
      });
    const found = { sources: routes(this.#sources), contexts: routes(this.#contexts) };
    if (this.#routes.size >= REMEMBERED) this.#routes.clear();
    this.#routes.set(topic, found);
    return found;
  }
}

/** By the first source that does not ignore it; where all do, what the first says. */
function mapByFirst(
  routes: readonly Route<CompiledSource>[],
  message: Message,
  supplied: Supplied | undefined,
): Mapped[] {
  let ignored: Mapped[] = [];
  for (const { to, levels } of routes) {
    const mapped = mapBySource(to, message, levels, supplied);
    if ('kind' in mapped) {
      if (mapped.kind !== 'ignored') return [mapped];
      if (ignored.length === 0) ignored = [mapped];
      continue;
    }
    const all = [...mapped];
    if (all.some(({ kind }) => kind !== 'ignored')) return all;
    if (ignored.length === 0) ignored = all;
  }
  return ignored;
}

/**
 * Compiles the rules of a config. Every mistake is told at once; where one is an error, the mapping leaves out
 * what it concerns and is not meant to be used.
 */
export function compileMapping(input: MappingInput): { mapping: Mapping; issues: Issue[] } {
  const issues = new Issues();
  const zoneIsKnown = isTimeZone(input.timeZone);
  if (!zoneIsKnown)
    issues.error(['station', 'timeZone'], 'rules.time-zone', { found: quoted(input.timeZone) });
  let sandbox: Sandbox | undefined;
  const brought = broughtContexts(input.sources, input.contexts);
  const facts = new Map<string, ContextFacts>(
    [...input.contexts, ...brought.map(({ context }) => context)].map(({ name, fields, keep, late }) => [
      name,
      {
        fields: new Map(
          Object.entries(fields).map(([field, rule]) => [field, contextFieldKind(field, rule)]),
        ),
        keepMs: keep,
        late: late ?? false,
        used: false,
        plates: new Set<string>(),
      },
    ]),
  );
  const tools: Tools = {
    zone: new StationZone(zoneIsKnown ? input.timeZone : 'UTC'),
    identity: input.identity,
    devices: new Map(Object.entries(input.devices)),
    contexts: facts,
    sandbox: () => (sandbox ??= new Sandbox()),
    issues,
  };
  const sources = input.sources.map((source, i) => compileSource(source, tools, ['sources', i]));
  const contexts = [
    ...input.contexts.map((context, i) => compileContext(context, tools, ['contexts', i])),
    ...brought.map(({ context, source }) => compileContext(context, tools, ['sources', source, 'profile'])),
  ];
  checkMapping(input, sources, facts, issues);
  return { mapping: new Mapping(sources, contexts), issues: issues.list };
}
