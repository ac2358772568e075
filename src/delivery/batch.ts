/** A write that takes less is not worth waiting for company, milliseconds. */
const WORTH_MS = 0.15;
/** Nobody waits longer, milliseconds. */
const LONGEST_MS = 20;
/** After this many waits in vain in a row the share of outcomes that try again shrinks no further: one in 2 to the 10th. */
const RARELY = 10;

/**
 * Lets an outcome wait for those about to follow it, so that one write to disk takes them all. It pays only where
 * the gate answers faster than the disk writes: so nobody waits longer than two writes take, and while waits are
 * in vain ever fewer try.
 */
export class OutcomeBatch {
  readonly #monotonic: () => number;
  readonly #complete: () => boolean;
  /** How long the last write took, milliseconds. */
  #writeMs = 0;
  #inVain = 0;
  /** How many outcomes go at once until the next one tries to wait. */
  #toGo = 0;
  /** Set while outcomes wait. */
  #leaving: Promise<void> | undefined;

  /**
   * @param monotonic milliseconds that only go forward
   * @param complete whether all the answers are there that could be waited for
   */
  constructor(monotonic: () => number, complete: () => boolean) {
    this.#monotonic = monotonic;
    this.#complete = complete;
  }

  /** Resolves when an outcome is to be written; undefined: at once. */
  join(): Promise<void> | undefined {
    if (this.#leaving !== undefined) return this.#leaving;
    if (this.#writeMs < WORTH_MS || this.#complete()) return undefined;
    if (this.#toGo > 0) {
      this.#toGo -= 1;
      return undefined;
    }
    this.#leaving = this.#gather();
    return this.#leaving;
  }

  /** A write took so long, milliseconds. */
  wrote(ms: number): void {
    this.#writeMs = ms;
  }

  async #gather(): Promise<void> {
    const until = this.#monotonic() + Math.min(2 * this.#writeMs, LONGEST_MS);
    // Turns of the event loop, since no timer is so short.
    do await new Promise((resolve) => setImmediate(resolve));
    while (!this.#complete() && this.#monotonic() < until);
    this.#inVain = this.#complete() ? 0 : Math.min(this.#inVain + 1, RARELY);
    this.#toGo = this.#inVain === 0 ? 0 : 2 ** this.#inVain;
    this.#leaving = undefined;
  }
}
