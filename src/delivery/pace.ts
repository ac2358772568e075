/** A limit that was met is gone at to this share of it, and no slower. */
const DECREASE = 0.2;
/**
 * So long, milliseconds, or for so many posts, the pace stays at or below a limit that was met; but not longer than it
 * took to meet it, since a limit met at once is a guess.
 */
const WARY = { ms: 10_000, posts: 100, leastMs: 1_000, mostMs: 100_000 };
/** The slowest pace, posts a second: a fresh event waits no longer for it; beyond are the waits between probes. */
const SLOWEST = 0.5;
/** A pace above this is none, posts a second. */
const FASTEST = 10_000;
/** What timers that fire late may make up for, milliseconds. */
const SLACK_MS = 10;

/** What is known of a limit that the gate has. */
interface Limit {
  /** The posts a second at which it said stop. */
  readonly ceiling: number;
  /** Since when it takes posts again, monotonic milliseconds. */
  readonly since: number;
  /** From then on it takes so long until the pace is at the ceiling, milliseconds. */
  readonly span: number;
}

/** The gate said stop, and nothing has got through since. */
interface Stop {
  readonly at: number;
  /** Posts a second before it, as far as they got through. */
  readonly rate: number;
  /** Posts that were under way. */
  readonly underWay: number;
  /** How often it has said so since, to posts begun after the one before. */
  readonly times: number;
  /** Whether it named the time to wait. */
  readonly asked: boolean;
}

/**
 * How fast a gate that limits posts gets them (408, 425, 429, 503): below the limit it was seen to have, nearer and
 * nearer to it, and past it once it was not met for long. Additive increase, multiplicative decrease, with the curve of
 * CUBIC (RFC 9438, section 4.2): slow where the limit is expected, fast far from it, so that few posts are in vain and a
 * limit that is lifted is soon forgotten. Without I/O; times are monotonic milliseconds.
 *
 * A limit may be on posts at once, on posts a second, or on posts in a window of time. The first is tried first: where
 * several were under way, there are fewer. Where it says stop to a single one, or longer than a moment, it is a rate.
 */
export class Pace {
  #limit: Limit | undefined;
  #stop: Stop | undefined;
  /** Posts at once since the last stop, and since when; undefined where no stop spoke of them. */
  #abreast: { readonly most: number; readonly since: number } | undefined;
  /** No post before. */
  #next = Number.NEGATIVE_INFINITY;
  /** Since when posts have gone without a pause for want of records, and how many of them got through. */
  #cycle: { readonly since: number; through: number } | undefined;

  /** Posts that may start now. */
  room(at: number): number {
    const rate = this.#rate(at);
    if (rate === undefined) return Number.POSITIVE_INFINITY;
    const from = Math.max(this.#next, at - SLACK_MS);
    return at < from ? 0 : Math.floor(((at - from) * rate) / 1_000) + 1;
  }

  /** How long until the next post may start, milliseconds. */
  wait(at: number): number {
    return Math.max(0, this.#next - at);
  }

  /** The most posts at once. */
  abreast(at: number): number {
    if (this.#abreast === undefined) return Number.POSITIVE_INFINITY;
    const { most, since } = this.#abreast;
    return most + Math.floor((at - since) / WARY.ms);
  }

  /** A post begins. */
  begin(at: number): void {
    this.#cycle ??= { since: at, through: 0 };
    const rate = this.#rate(at);
    if (rate !== undefined) this.#next = Math.max(this.#next, at - SLACK_MS) + 1_000 / rate;
  }

  /** There was nothing more to post: what got through until now says little of what might have. */
  idle(): void {
    if (this.#stop === undefined) this.#cycle = undefined;
  }

  /**
   * The gate said stop to a post begun after the last stop.
   * @param underWay posts under way, this one among them
   * @param asked whether it named the time to wait
   */
  stop(at: number, underWay: number, asked: boolean): void {
    const before = this.#stop;
    if (before !== undefined) {
      this.#stop = { ...before, times: before.times + 1, asked: asked || before.asked };
      return;
    }
    const { since = at, through = 0 } = this.#cycle ?? {};
    const rate = this.#rate(at) ?? (through * 1_000) / Math.max(1, at - since);
    this.#stop = { at, rate, underWay, times: 1, asked };
  }

  /** A record got through. @param resumed whether it was posted after the stop, if there was one */
  through(at: number, resumed: boolean): void {
    if (this.#cycle !== undefined) this.#cycle.through += 1;
    if (this.#stop === undefined || !resumed) return;
    this.#resume(at, this.#stop);
    this.#stop = undefined;
    this.#cycle = { since: at, through: 0 };
  }

  #resume(at: number, stop: Stop): void {
    const isMoment = stop.times === 1;
    if (stop.underWay > 1) this.#abreast = { most: stop.underWay - 1, since: at };
    if (this.#limit === undefined && isMoment && !stop.asked && stop.underWay > 1) return;
    const { since, through } = this.#cycle ?? { since: stop.at, through: 1 };
    const mean = (through * 1_000) / Math.max(1, at - since);
    const stood = at - stop.at;
    let ceiling = stop.rate;
    // It stood longer than it went: a window of time, or a rate far below what was tried.
    if (stood * 2 > at - since) ceiling = isMoment ? Math.sqrt(mean * stop.rate) : mean;
    ceiling = Math.max(SLOWEST, ceiling);
    const span = Math.min(WARY.mostMs, Math.max(WARY.ms, (WARY.posts / ceiling) * 1_000));
    this.#limit = { ceiling, since: at, span: Math.max(WARY.leastMs, Math.min(span, 2 * (at - since))) };
    this.#next = at + 1_000 / (this.#rate(at) ?? FASTEST);
  }

  /** Posts a second; undefined where nothing limits them. */
  #rate(at: number): number | undefined {
    if (this.#limit === undefined) return undefined;
    const { ceiling, since, span } = this.#limit;
    const rate = ceiling * (1 + DECREASE * ((at - since) / span - 1) ** 3);
    if (rate < FASTEST) return rate;
    this.#limit = undefined;
    return undefined;
  }
}
