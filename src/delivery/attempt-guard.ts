/** What the guard needs from around it. */
export interface AttemptGuardDeps {
  /** An attempt that has not ended after so long is given up, milliseconds (`gate.timeout` + 1 s). */
  readonly limitMs: number;
  /** Milliseconds that only go forward. */
  monotonic(): number;
}

/** An attempt under way. */
interface Watched {
  readonly began: number;
  /** Ends the wait for it. */
  giveUp(): void;
}

/**
 * Every attempt ends: the gate's client promises an outcome within `gate.timeout`, and this guard does not rely on it.
 * Whatever a reply, a socket or our own code does, the wait for an attempt is over after the limit, and delivery goes on.
 *
 * All attempts have the same limit, so they fall due in the order in which they began, and one timer serves them all.
 */
export class AttemptGuard {
  readonly #deps: AttemptGuardDeps;
  /** In the order in which they began. */
  readonly #watched = new Set<Watched>();
  /** Those given up that have still not ended, by when they were given up (monotonic). */
  readonly #stuck = new Map<Watched, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: AttemptGuardDeps) {
    this.#deps = deps;
  }

  /** How many attempts were given up and have still not ended. */
  get stuck(): number {
    return this.#stuck.size;
  }

  /** For how long the first of them has been given up, milliseconds; 0 where there is none. */
  get stuckForMs(): number {
    const [since] = this.#stuck.values();
    return since === undefined ? 0 : this.#deps.monotonic() - since;
  }

  /**
   * Waits for an attempt, but not longer than the limit.
   * @param late makes the outcome of one that is given up; its own end is then of no account
   * @returns what the attempt, or `late`, came to; rejects as the attempt does
   */
  async watch<T>(attempt: Promise<T>, late: () => T): Promise<T> {
    const { promise: tooLate, resolve } = Promise.withResolvers<T>();
    const watched: Watched = { began: this.#deps.monotonic(), giveUp: () => resolve(late()) };
    this.#watched.add(watched);
    this.#arm();
    const ended = attempt.finally(() => {
      this.#watched.delete(watched);
      this.#stuck.delete(watched);
    });
    return Promise.race([ended, tooLate]);
  }

  /** No attempt begins any more, and none is under way that is still waited for. */
  close(): void {
    clearTimeout(this.#timer);
  }

  /** The timer is left to run out: at the next attempt it is still there. */
  #arm(): void {
    const [first] = this.#watched;
    if (this.#timer !== undefined || first === undefined) return;
    const left = first.began + this.#deps.limitMs - this.#deps.monotonic();
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, left));
    this.#timer.unref();
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#deps.monotonic();
    for (const watched of this.#watched) {
      if (watched.began + this.#deps.limitMs > now) break;
      this.#watched.delete(watched);
      this.#stuck.set(watched, now);
      watched.giveUp();
    }
    this.#arm();
  }
}
