/** A look at the wall clock at least this often, milliseconds: it may have jumped. */
const LOOK_MS = 3_600_000;

/** The one timer for deferred records: fires when the earliest of them falls due by the wall clock. */
export class Deferral {
  readonly #now: () => number;
  readonly #due: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param now the wall clock, epoch milliseconds, @param due called when the time has come, or to look again */
  constructor(now: () => number, due: () => void) {
    this.#now = now;
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
    if (at === undefined) return;
    const wait = Math.min(Math.max(0, at - this.#now()), LOOK_MS);
    this.#timer = setTimeout(() => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#due();
    }, wait);
  }
}
