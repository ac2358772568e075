import type { Clock } from '../domain/clock.ts';

/** What a costly read gave, for so many milliseconds: the first call after that reads again. */
export function remembered<T>(read: () => T, ms: number, clock: Clock): () => T {
  let known: { readonly value: T; readonly until: number } | undefined;
  return () => {
    const now = clock.monotonic();
    if (known === undefined || now >= known.until) known = { value: read(), until: now + ms };
    return known.value;
  };
}
