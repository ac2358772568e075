/** Time as the rules see it; a parameter wherever a rule depends on time. */
export interface Clock {
  /** The wall clock in epoch milliseconds. It may jump by years when a box without a battery meets NTP. */
  now(): number;
  /** Milliseconds that only ever go forward, from an arbitrary start: for waits and durations. */
  monotonic(): number;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A source of randomness: a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;
