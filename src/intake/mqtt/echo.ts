import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for our own messages to come back from the broker: the one proof that it took and delivers them. */
export class Echo {
  readonly #expected = new Set<{ readonly payload: string; came(): void }>();

  /** A message came on a topic that only we publish on. */
  arrived(payload: Uint8Array): void {
    const text = Buffer.from(payload).toString();
    for (const expected of this.#expected) if (expected.payload === text) expected.came();
  }

  /** Resolves to whether this payload comes back within the limit, milliseconds. */
  async comesBack(payload: string, limitMs: number): Promise<boolean> {
    const back = Promise.withResolvers<boolean>();
    const expected = { payload, came: () => back.resolve(true) };
    this.#expected.add(expected);
    const limit = new AbortController();
    try {
      const late = sleep(limitMs, false, { signal: limit.signal, ref: false });
      return await Promise.race([back.promise, late]);
    } finally {
      limit.abort();
      this.#expected.delete(expected);
    }
  }
}
