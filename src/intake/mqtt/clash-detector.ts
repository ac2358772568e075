import { TAKEN_OVER, type Trouble } from './connection-errors.ts';

/** Losses in a row that are no chance any more. */
const LOSSES = 4;
/** Within so long, milliseconds. */
const WINDOW_MS = 120_000;
/** A connection that stood longer was not taken away by a client that keeps coming back, milliseconds. */
const SOON_MS = 30_000;

/**
 * Notices that another client uses our client id. A broker then ends the older connection each time one of the two
 * connects; only MQTT 5 has a reason code for it, and Debian's mosquitto closes without a word. So it is told from
 * connections that were accepted and then closed soon by the other side, again and again, while every new one is
 * accepted at once: a broker that is down or restarts would refuse some between.
 */
export class ClashDetector {
  #losses: number[] = [];

  /**
   * A connection ended.
   * @param stoodMs how long it stood since the broker accepted it; undefined where it did not
   * @param trouble why
   * @param now milliseconds of a clock that only goes forward
   * @returns how many connections were lost to the other client; 0 where there is none
   */
  ended(stoodMs: number | undefined, { cut, code }: Trouble, now: number): number {
    const taken = code === TAKEN_OVER;
    if (!taken && (stoodMs === undefined || stoodMs > SOON_MS || !cut)) {
      this.#losses = [];
      return 0;
    }
    this.#losses = [...this.#losses.filter((at) => now - at <= WINDOW_MS), now];
    return taken || this.#losses.length >= LOSSES ? this.#losses.length : 0;
  }
}
