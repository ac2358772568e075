import type { Clock } from '../domain/clock.ts';

/** A look at the wall clock at least this often, milliseconds: clocks drift apart. */
const LOOK_MS = 3_600_000;
/** The wall clock differs from the monotonic one by more than drift, milliseconds. */
const JUMP_MS = 5_000;
/** So long whoever keeps the rows has to see the jump and move what is planned, milliseconds. */
const NOTICE_MS = 1_000;

/** The one timer for deferred records: fires when the earliest of them falls due by the wall clock. */
export class DueTimer {
  readonly #clock: Clock;
  readonly #due: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param due called when the time has come, or to look again */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** A record is deferred until then (epoch milliseconds); undefined: it is not. */
  add(at: number | undefined): void {
    if (at !== undefined && at < this.#at) this.set(at);
  }

  /** The earliest deferred record falls due then; undefined: none is deferred. */
  set(at: number | undefined): void {
    clearTimeout(this.#timer);
    this.#at = at ?? Number.POSITIVE_INFINITY;
    if (at !== undefined) this.#wait(Math.min(Math.max(0, at - this.#clock.now()), LOOK_MS));
  }

  #wait(ms: number): void {
    const offset = this.#offset();
    this.#timer = setTimeout(() => {
      // By a clock that has just jumped ahead everything would be due, in a storm: first let the plans be moved.
      if (Math.abs(this.#offset() - offset) >= JUMP_MS) return this.#wait(NOTICE_MS);
      this.#at = Number.POSITIVE_INFINITY;
      this.#due();
    }, ms);
  }

  /** The wall clock over the monotonic one. */
  #offset(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
