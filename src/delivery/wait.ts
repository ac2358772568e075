/** The longest a timer can hold, milliseconds; a longer wait is slept in pieces. */
const LONGEST_MS = 2_147_483_647;

/** A wait whose end may move: sleeps until its deadline has passed, and looks again whenever it is poked. */
export class CancellableWait {
  readonly #monotonic: () => number;
  #wake: (() => void) | undefined;

  /** @param monotonic milliseconds that only go forward */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** The deadline may have moved, or the wait be over. */
  poke(): void {
    this.#wake?.();
  }

  /**
   * Sleeps until `deadline()` (monotonic milliseconds; undefined: until poked) has passed, asking again at every
   * poke. `-Infinity` ends it.
   */
  async until(deadline: () => number | undefined): Promise<void> {
    for (;;) {
      const at = deadline();
      const left = at === undefined ? LONGEST_MS : at - this.#monotonic();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, LONGEST_MS));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
  }
}
