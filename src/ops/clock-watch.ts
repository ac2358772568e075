import type { Clock } from '../domain/clock.ts';

/** Smaller differences are drift that NTP corrects, milliseconds. */
const JUMP_MS = 5_000;

/** The wall clock has jumped. */
export interface ClockJump {
  /** By so many milliseconds; negative: back. */
  readonly by: number;
  /** What it would have said without the jump, epoch milliseconds. */
  readonly from: number;
  /** What it says, epoch milliseconds. */
  readonly to: number;
}

/** Sees jumps of the wall clock by holding it against the monotonic one. */
export class ClockWatch {
  readonly #clock: Clock;
  #offset: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonic();
  }

  /** The jump since the last look, if there was one. Call it about once a second. */
  look(): ClockJump | undefined {
    const to = this.#clock.now();
    const offset = to - this.#clock.monotonic();
    const by = offset - this.#offset;
    this.#offset = offset;
    return Math.abs(by) < JUMP_MS ? undefined : { by: Math.round(by), from: Math.round(to - by), to };
  }
}
