import type { InboundEvent } from '../domain/event.ts';
import type { RecordField } from '../domain/record.ts';
import { inputOf } from './explain.ts';
import { Message } from './message-filter.ts';
import type { CompiledSource } from './source.ts';
import type { TopicLevels } from './topic.ts';
import type { Input } from './value-source.ts';

/** A rule of the config that found nothing in any sample: a path that is misspelt, most likely. */
export interface UnseenRule {
  /** Where it is in the config. */
  readonly path: (string | number)[];
  /** The rule in words: its paths and expressions. */
  readonly rule: string;
  /** How many samples of its source there were. */
  readonly events: number;
}

/** What the samples of one source showed. */
interface Tally {
  events: number;
  readonly found: Set<RecordField>;
}

/**
 * The rules that the config itself gives (those of a profile name fields that not every device has) and that found
 * nothing in any of the samples. A source without samples has none.
 *
 * @param routesOf the sources that take a topic
 */
export function unseenRules(
  sources: readonly CompiledSource[],
  routesOf: (topic: string) => readonly { readonly to: CompiledSource; readonly levels: TopicLevels }[],
  samples: Iterable<InboundEvent>,
): UnseenRule[] {
  const tallies = new Map<CompiledSource, Tally>();
  for (const event of samples) {
    for (const { to, levels } of routesOf(event.topic)) {
      const input = sampleOf(to, levels, event);
      if (input === undefined) continue;
      const tally: Tally = tallies.get(to) ?? { events: 0, found: new Set() };
      tallies.set(to, tally);
      tally.events += 1;
      for (const { field, own } of to.plans)
        if (own.some(({ reader }) => reader.read(input) !== '')) tally.found.add(field);
    }
  }
  return sources.flatMap((source, at) => {
    const tally = tallies.get(source);
    if (tally === undefined) return [];
    return [...source.written].flatMap(([field, key]): UnseenRule[] => {
      const own = source.plans.find((plan) => plan.field === field)?.own ?? [];
      const rule = own.flatMap(({ reader }) => (reader.own ? reader.label : [])).join(', ');
      if (rule === '' || tally.found.has(field)) return [];
      return [{ path: ['sources', at, 'fields', key], rule, events: tally.events }];
    });
  });
}

/** What rules read of a sample; of one that may be an element which was kept alone, that. */
function sampleOf(source: CompiledSource, levels: TopicLevels, event: InboundEvent): Input | undefined {
  const input = inputOf(source, levels, new Message(event));
  if (input !== undefined || source.each === undefined) return input;
  return inputOf(source, levels, new Message({ ...event, element: 0 }));
}
