import { setTimeout as sleep } from 'node:timers/promises';

/** How long anything is waited for unless told otherwise, milliseconds: far more than it takes on a busy machine. */
export const PATIENCE_MS = 25_000;

/**
 * Polls until `condition` gives something truthy and returns that. Only where no signal can be waited for.
 * @param what what is waited for, for the message when `limitMs` passes without it
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  limitMs = PATIENCE_MS,
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (truthy(value)) return value;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(10);
  }
}

function truthy<T>(value: T): value is Exclude<T, false | 0 | '' | null | undefined> {
  return Boolean(value);
}

/** `promise`, or an error after `limitMs` that says what was waited for (and what `seen` tells). */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  limitMs = PATIENCE_MS,
  seen: () => string = () => '',
): Promise<T> {
  const limit = new AbortController();
  const late = sleep(limitMs, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`not within ${limitMs} ms: ${what}${seen()}`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    limit.abort();
  }
}
