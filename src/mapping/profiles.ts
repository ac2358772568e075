import { OCPP_PROFILES } from './profiles/ocpp.ts';
import { PILE_PROFILES } from './profiles/pile.ts';
import { PLATFORM_PROFILES } from './profiles/platforms.ts';
import type { Profile } from './profiles/profile.ts';
import type { ContextInput, SourceInput } from './rules.ts';

/**
 * The profiles by name. No controller, gateway or roaming platform knows a plate: with such a profile a source says
 * under `fields` where plateNo comes from.
 */
export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  Object.entries({ ...PILE_PROFILES, ...OCPP_PROFILES, ...PLATFORM_PROFILES }),
);

/** A context that a source's profile brings along, and which source that is. */
export interface Brought {
  readonly source: number;
  readonly context: ContextInput;
}

/**
 * The contexts that the profiles of sources bring along. They take the topic, decoding and encoding of their source;
 * where the config has a context of that name, that one is meant (the starts come on another topic).
 */
export function broughtContexts(
  sources: readonly SourceInput[],
  contexts: readonly ContextInput[],
): readonly Brought[] {
  return sources.flatMap(({ profile: name, topic, decode, encoding }, source) => {
    const profile = name === undefined ? undefined : PROFILES.get(name);
    return Object.entries(profile?.brings ?? {})
      .filter(([own]) => !contexts.some((context) => context.name === own))
      .map(([own, context]) => ({
        source,
        context: { ...context, name: own, topic, decode: decode ?? profile?.decode, encoding },
      }));
  });
}
