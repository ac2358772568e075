import type { PileSession } from '../../simulator/piles-session.ts';

/** A session on its way: times on the monotonic clock, milliseconds. */
export interface Journey {
  readonly session: PileSession;
  readonly endedAt: number;
  /** When the gate first had it; undefined while it has not. */
  readonly arrivedAt: number | undefined;
}

/** What came of all sessions. */
export interface DemoSummary {
  /** Sessions that ended at a pile. */
  readonly events: number;
  /** Of these, how many the gate has. */
  readonly delivered: number;
  /** Of these, how many the gate has not. */
  readonly lost: number;
  /** How often the gate got a record that it already had. */
  readonly sentTwice: number;
  /** Bills that piles published again: each is one record all the same. */
  readonly publishedAgain: number;
  /** Time from a session's end to its record at the gate, milliseconds; null where none arrived. */
  readonly medianMs: number | null;
  readonly longestMs: number | null;
}

/** Follows each session from its pile to the gate, outside of the product: what the demo is judged by. */
export class Tally {
  readonly #journeys = new Map<string, Journey>();
  #sentTwice = 0;
  #publishedAgain = 0;

  /** A pile published a session; `repeat` where it had published it before. */
  ended(session: PileSession, repeat: boolean, at: number): void {
    if (repeat) this.#publishedAgain += 1;
    else this.#journeys.set(session.orderNo, { session, endedAt: at, arrivedAt: undefined });
  }

  /** The gate took a record that it did not have. */
  arrived(orderNo: string, at: number): void {
    const journey = this.#journeys.get(orderNo);
    if (journey) this.#journeys.set(orderNo, { ...journey, arrivedAt: at });
  }

  /** The gate got a record that it had. */
  repeated(): void {
    this.#sentTwice += 1;
  }

  /** All journeys in the order of the sessions' ends. */
  get journeys(): readonly Journey[] {
    return [...this.#journeys.values()];
  }

  summary(): DemoSummary {
    const times = this.journeys.flatMap(({ endedAt, arrivedAt }) =>
      arrivedAt === undefined ? [] : [arrivedAt - endedAt],
    );
    times.sort((a, b) => a - b);
    const events = this.#journeys.size;
    return {
      events,
      delivered: times.length,
      lost: events - times.length,
      sentTwice: this.#sentTwice,
      publishedAgain: this.#publishedAgain,
      medianMs: rounded(times[Math.floor((times.length - 1) / 2)]),
      longestMs: rounded(times.at(-1)),
    };
  }
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}
