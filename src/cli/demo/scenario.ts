import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen } from './screen.ts';
import type { DaemonLook, Look, Phase } from './state.ts';
import type { DemoSummary, Tally } from './tally.ts';

/** How long each part of the story takes, milliseconds; `drainMs` is the longest that the last one may. */
export interface Pace {
  readonly normalMs: number;
  readonly outageMs: number;
  readonly recoveryMs: number;
  readonly drainMs: number;
}

/** The story of `npm run demo`: over within 40 s, also where the drain takes as long as it may. */
export const DEMO_PACE: Pace = { normalMs: 9000, outageMs: 8000, recoveryMs: 8000, drainMs: 8000 };

/** Who plays. All are at work already. */
export interface Cast {
  /** Told of every end and arrival by the piles and the gate. */
  readonly tally: Tally;
  readonly piles: readonly string[];
  /** No more sessions; resolves when the broker has all that were published. */
  stopPiles(): Promise<void>;
  /** The gate goes away, or comes back. */
  gateAway(away: boolean): Promise<void>;
  daemon(): DaemonLook;
}

/** How often the screen is drawn, milliseconds. */
const FRAME = 100;

/**
 * Plays the story: all is well, the gate is away, it is back, the last records arrive. An interruption goes on
 * to the end of the story at once, with the gate back.
 * @param startedAt when the demo began, on the clock of `performance.now`, like all times here
 * @param interrupted resolves when a person wants it to end
 */
export async function play(
  cast: Cast,
  pace: Pace,
  screen: Screen,
  startedAt: number,
  interrupted: Promise<unknown>,
): Promise<DemoSummary> {
  let phase: Phase = 'normal';
  let phaseEndsAt: number | undefined;
  let outage: Look['outage'];
  const draw = (): void => {
    const { tally, piles } = cast;
    const { journeys } = tally;
    const [summary, daemon, now] = [tally.summary(), cast.daemon(), performance.now()];
    screen.draw({ now, startedAt, phase, phaseEndsAt, outage, piles, journeys, summary, daemon });
  };
  const tell = (words: string): void => screen.tell(performance.now() - startedAt, words);
  const pass = async (next: Phase, time: number): Promise<void> => {
    phase = next;
    phaseEndsAt = performance.now() + time;
    const over = new AbortController();
    await Promise.race([sleep(time, undefined, { signal: over.signal }).catch(() => {}), interrupted]);
    over.abort();
  };

  const timer = setInterval(draw, FRAME);
  try {
    let ended = false;
    void interrupted.then(() => {
      ended = true;
    });
    await pass('normal', pace.normalMs);
    if (!ended) {
      const from = performance.now();
      outage = { from, to: undefined };
      tell('the gate goes away');
      await cast.gateAway(true);
      await pass('outage', pace.outageMs);
      await cast.gateAway(false);
      outage = { from, to: performance.now() };
      tell('the gate is back');
    }
    if (!ended) await pass('recovery', pace.recoveryMs);
    phase = 'drain';
    phaseEndsAt = undefined;
    tell('no more sessions');
    await drain(cast, pace.drainMs);
    phase = 'over';
    draw();
    return cast.tally.summary();
  } finally {
    clearInterval(timer);
    screen.close();
  }
}

/** Waits until the gate has every record and the outbox knows it, at most `limitMs`. */
async function drain(cast: Cast, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  await cast.stopPiles();
  // The gate tells when a record arrives, but only the outbox when that is on disk: so it is asked.
  while (cast.tally.summary().lost > 0 || cast.daemon().records.pending > 0) {
    if (performance.now() > deadline) return;
    await sleep(20);
  }
}
