import pRetry from 'p-retry';
import { type Backoff, outageWait } from '../domain/backoff.ts';
import type { Clock, Random } from '../domain/clock.ts';
import type { Pending } from '../domain/delivery.ts';
import { type Outcome, saysBusy } from '../domain/outcome.ts';
import { isReason } from '../domain/reason.ts';
import { CancellableWait } from './wait.ts';

/** An event is fresh for so long after its arrival, milliseconds: its car may still stand at the gate. */
const FRESH_MS = 600_000;
/**
 * While a fresh event waits, the next probe begins at most so long after the last one did, milliseconds: soon where the
 * last one never left this side, which costs the gate nothing; later where it had work with it, or may not answer.
 */
const FRESH_PROBE_MS = { unreached: 1_000, other: 5_000 };
/** Boxes that lost the gate together do not all come at the same moment: up to so much later, as a share. */
const SPREAD = 0.05;
/** A probe that had to wait for its time-out: the next one may wait as long. */
const TIME_OUTS: readonly unknown[] = ['gate.timeout', 'net.timeout', 'net.proxy-timeout'];
/** A deadline that has always passed. */
const PASSED = Number.NEGATIVE_INFINITY;

/** What the outage loop needs from around it. */
export interface ProbeLoopDeps {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Asks the gate without a record, where that comes first.
   * @returns whether that is all for this time: no record is to be posted
   */
  ask?(): Promise<boolean>;
  /** Whether the trouble is over, or delivery is. */
  over(): boolean;
  /** The record to probe with; undefined while none may or can be posted. Asked again after every `poke`. */
  probe(): Pending | undefined;
  /** Posts it; resolves when its outcome is on disk. */
  post(record: Pending): Promise<void>;
}

/**
 * One loop for the one fact that the gate is away or the set-up wrong: a probe at a time, for ever, exponential
 * with full jitter. Waits are on the monotonic clock.
 */
export class ProbeLoop {
  readonly #deps: ProbeLoopDeps;
  readonly #nap: CancellableWait;
  #running = false;
  /** Monotonic milliseconds: when the last post began that failed, and until when the gate asked to be left alone. */
  #failedAt = PASSED;
  #leaveAloneUntil = PASSED;
  /** What the last failure was: none of it left this side, the gate is away, or it refuses. */
  #failure: 'unreached' | 'away' | 'refused' = 'away';
  /** Until when a fresh event waits; and whether one has come since the last probe began. */
  #freshUntil = PASSED;
  #hurry = false;
  /** Whether the next probe is to wait for nothing. */
  #atOnce = false;

  constructor(deps: ProbeLoopDeps) {
    this.#deps = deps;
    this.#nap = new CancellableWait(() => deps.clock.monotonic());
  }

  /** Whether the gate asked to be left alone. */
  get leftAlone(): boolean {
    return this.#leaveAloneUntil > this.#deps.clock.monotonic();
  }

  /** Runs the loop until the trouble is over; calls while it runs do nothing. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    const probeUntilOver = async (tries: number): Promise<void> => {
      await this.#wait(tries);
      if (!this.#deps.over() && (await this.#deps.ask?.()) !== true) {
        const probe = await this.#nextProbe();
        if (probe !== undefined) await this.#deps.post(probe);
      } else this.#served();
      if (!this.#deps.over()) throw new StillAway();
    };
    // It counts and stops; the wait is ours, since it can be brought forward.
    void pRetry(probeUntilOver, { retries: Number.POSITIVE_INFINITY, minTimeout: 0, factor: 1 }).then(() => {
      this.#running = false;
      if (!this.#deps.over()) this.run();
    });
  }

  /** Something changed: whether it is over and what to probe with are asked again. */
  poke(): void {
    this.#nap.poke();
  }

  /** A fresh event's car is about to leave: probes go soon, but not in a storm, and not before the gate wants one. */
  arrived(): void {
    this.#freshUntil = this.#deps.clock.monotonic() + FRESH_MS;
    this.#hurry = true;
    this.poke();
  }

  /** The set-up may have been mended: probes at once. */
  probeNow(): void {
    this.#atOnce = this.#running;
    this.poke();
  }

  /**
   * A post failed.
   * @param began monotonic milliseconds
   * @param age for how long its event has been here by the wall clock, milliseconds; negative where that was set back
   */
  failed(began: number, outcome: Outcome, age: number): void {
    const { retryAfterMs } = outcome;
    this.#failedAt = Math.max(this.#failedAt, began);
    this.#failure = failureOf(outcome);
    if (age >= 0)
      this.#freshUntil = Math.max(this.#freshUntil, this.#deps.clock.monotonic() + FRESH_MS - age);
    if (retryAfterMs === undefined) return;
    const { backoff, clock } = this.#deps;
    this.#leaveAloneUntil = clock.monotonic() + Math.min(retryAfterMs, backoff.max);
  }

  /** The gate takes records again. */
  mended(): void {
    this.#leaveAloneUntil = PASSED;
    this.#freshUntil = PASSED;
    this.#hurry = false;
    this.#atOnce = false;
  }

  async #wait(tries: number): Promise<void> {
    const { backoff, clock, random, over } = this.#deps;
    const due = clock.monotonic() + outageWait(backoff, tries, random);
    const spread = 1 + SPREAD * random();
    await this.#nap.until(() => {
      if (over() || this.#atOnce) return PASSED;
      return Math.max(this.#soonest(due, spread), this.#leaveAloneUntil);
    });
  }

  /** When the next probe begins, as far as the gate has not asked for a time. @param due by the schedule */
  #soonest(due: number, spread: number): number {
    const isFresh = this.#freshUntil > this.#deps.clock.monotonic();
    if (isFresh && this.#failure === 'unreached') return this.#failedAt + FRESH_PROBE_MS.unreached * spread;
    // Who refuses has been reached: only a new event asks again.
    const asks = this.#failure === 'refused' ? this.#hurry : isFresh;
    return asks ? Math.min(due, this.#failedAt + FRESH_PROBE_MS.other) : due;
  }

  async #nextProbe(): Promise<Pending | undefined> {
    const { over, probe } = this.#deps;
    let found: Pending | undefined;
    await this.#nap.until(() => {
      found = over() ? undefined : probe();
      return over() || found !== undefined ? PASSED : undefined;
    });
    this.#served();
    return found;
  }

  /** A probe serves all who have asked for it by now; who asks while it is under way asks for another one. */
  #served(): void {
    this.#hurry = false;
    this.#atOnce = false;
  }
}

function failureOf(outcome: Outcome): 'unreached' | 'away' | 'refused' {
  const { kind, reason } = outcome;
  if (saysBusy(outcome) || kind === 'unanswered') return 'away';
  if (kind !== 'unreachable') return 'refused';
  const { cause } = reason.params;
  return TIME_OUTS.includes(isReason(cause) ? cause.code : reason.code) ? 'away' : 'unreached';
}

/** Thrown to p-retry: the gate is still away. */
class StillAway extends Error {}
