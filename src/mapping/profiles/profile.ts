import type { DecodeStep } from '../decoders/decoding.ts';
import type { ContextInput, FieldRule, Rule, WhereRule } from '../rules.ts';

/** A context that a profile brings along: its messages come on the topic of the source that has the profile. */
export type BroughtContext = Pick<ContextInput, 'where' | 'key' | 'fields' | 'keep'>;

/** Ready rules for one kind of message; written in the same language as the config's. */
export interface Profile {
  readonly fields: Readonly<Record<string, FieldRule>>;
  readonly where?: WhereRule;
  readonly decode?: readonly DecodeStep[];
  readonly each?: string;
  readonly contexts?: Readonly<Record<string, FieldRule>>;
  /** Where a start is another message: by name. A context of that name in the config stands in for it. */
  readonly brings?: Readonly<Record<string, BroughtContext>>;
  /** Whether its publishers send a session for each start that failed: without energy and amount it is then ignored. */
  readonly failedStarts?: boolean;
}

/** How long the start of a session is kept for its end: longer than any session, milliseconds. */
export const SESSION_KEEP_MS = 7 * 86_400_000;

/** The same member at several places: the first place that has it counts. */
export function at(places: readonly string[], rule: Rule): readonly Rule[] {
  const { path, ...how } = typeof rule === 'string' ? { path: rule } : rule;
  return places.map((place) => ({ path: `${place}${path ?? ''}`, ...how }));
}
