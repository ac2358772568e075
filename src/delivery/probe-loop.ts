import pRetry from 'p-retry';
import { type Backoff, outageWait } from '../domain/backoff.ts';
import type { Clock, Random } from '../domain/clock.ts';
import type { Pending } from '../domain/delivery.ts';
import { CancellableWait } from './wait.ts';

/** A fresh event brings the next probe forward, but probes are then never closer than this, milliseconds. */
const FRESH_PROBE_MS = 5_000;
/** A deadline that has always passed. */
const PASSED = Number.NEGATIVE_INFINITY;

/** What the outage loop needs from around it. */
export interface ProbeLoopDeps {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly random: Random;
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
  /** Whether a fresh event waits for the next probe, and whether that is to wait for nothing. */
  #hurry = false;
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
      const probe = await this.#nextProbe();
      if (probe !== undefined) await this.#deps.post(probe);
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

  /** A fresh event's car is about to leave: the probe goes soon, but not in a storm, and not before the gate wants it. */
  bringForward(): void {
    this.#hurry = true;
    this.poke();
  }

  /** The set-up may have been mended: probes at once. */
  probeNow(): void {
    this.#atOnce = this.#running;
    this.poke();
  }

  /** A post failed. @param began monotonic milliseconds, @param retryAfterMs what the gate asked for */
  failed(began: number, retryAfterMs: number | undefined): void {
    this.#failedAt = Math.max(this.#failedAt, began);
    if (retryAfterMs === undefined) return;
    const { backoff, clock } = this.#deps;
    this.#leaveAloneUntil = clock.monotonic() + Math.min(retryAfterMs, backoff.max);
  }

  /** The gate takes records again. */
  mended(): void {
    this.#leaveAloneUntil = PASSED;
    this.#hurry = false;
    this.#atOnce = false;
  }

  async #wait(tries: number): Promise<void> {
    const { backoff, clock, random, over } = this.#deps;
    const due = clock.monotonic() + outageWait(backoff, tries, random);
    await this.#nap.until(() => {
      if (over() || this.#atOnce) return PASSED;
      const soonest = this.#hurry ? Math.min(due, this.#failedAt + FRESH_PROBE_MS) : due;
      return Math.max(soonest, this.#leaveAloneUntil);
    });
  }

  async #nextProbe(): Promise<Pending | undefined> {
    const { over, probe } = this.#deps;
    let found: Pending | undefined;
    await this.#nap.until(() => {
      found = over() ? undefined : probe();
      return over() || found !== undefined ? PASSED : undefined;
    });
    // It serves all who have asked for it by now; who asks while it is under way asks for another one.
    this.#hurry = false;
    this.#atOnce = false;
    return found;
  }
}

/** Thrown to p-retry: the gate is still away. */
class StillAway extends Error {}
