import type { Random } from './clock.ts';

/** An exponential schedule, in milliseconds. */
export interface Backoff {
  /** The first wait. */
  readonly min: number;
  /** The longest wait. */
  readonly max: number;
  /** By how much each wait grows, above 1. */
  readonly factor: number;
}

/** A backoff that ends: after so many refusals the record is parked. */
export interface RefusalPolicy extends Backoff {
  readonly attempts: number;
}

/**
 * The wait before a probe of the gate: full jitter, anything from 0 to the step, so that a fleet of boxes that
 * lost the gate together does not come back together.
 * @param failures how many came before, from 1
 * @returns milliseconds, below `backoff.max`
 */
export function outageWait(backoff: Backoff, failures: number, random: Random): number {
  return random() * step(backoff, failures);
}

/**
 * The wait before a refused record is tried again: its step, less up to a tenth so that records refused
 * together do not come back together.
 * @param refusals how many it has had, from 1
 * @returns milliseconds, at most `backoff.max`
 */
export function refusalWait(backoff: Backoff, refusals: number, random: Random): number {
  return step(backoff, refusals) * (1 - random() / 10);
}

/** The nth step, from 1: grows by `factor` up to `max`. */
function step({ min, max, factor }: Backoff, n: number): number {
  return Math.min(max, min * factor ** (n - 1));
}
