/** Never more often than this, milliseconds. */
const INTERVAL_MS = 10_000;

/**
 * Tells the site how we are: a retained message, on change, at most every ten seconds. The first one of a
 * connection goes at once.
 */
export class StatusPublisher {
  readonly #state: () => string;
  readonly #monotonic: () => number;
  #publish: ((payload: string) => void) | undefined;
  #last = '';
  #lastAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param state makes the payload, @param monotonic milliseconds that only go forward */
  constructor(state: () => string, monotonic: () => number) {
    this.#state = state;
    this.#monotonic = monotonic;
  }

  /** A connection is there; `publish` sends a retained payload on it. */
  attach(publish: (payload: string) => void): void {
    this.#publish = publish;
    this.#last = '';
    this.#say();
  }

  /** The connection is gone. */
  detach(): void {
    this.#publish = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Something may have changed. Cheap. */
  changed(): void {
    if (this.#publish === undefined || this.#timer !== undefined) return;
    const wait = this.#lastAt + INTERVAL_MS - this.#monotonic();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#say();
      },
      Math.max(0, wait),
    );
  }

  #say(): void {
    const payload = this.#state();
    if (payload === this.#last) return;
    this.#last = payload;
    this.#lastAt = this.#monotonic();
    this.#publish?.(payload);
  }
}
