import { describe, expect, it } from 'vitest';
import { type Cast, play } from '../../../src/cli/demo/scenario.ts';
import type { Screen } from '../../../src/cli/demo/screen.ts';
import type { Look, Phase } from '../../../src/cli/demo/state.ts';
import { Tally } from '../../../src/cli/demo/tally.ts';
import { makeEvents } from '../../support/events.ts';
import { makeLook } from './states.ts';

const PACE = { normalMs: 150, outageMs: 150, recoveryMs: 150, drainMs: 5000 };
const never = new Promise<never>(() => {});

/** Two sessions, which reach a gate that is there; nothing is real but the order of things. */
function makeCast(gateWorks = true): { cast: Cast; story: string[]; screen: Screen; looks: Look[] } {
  const tally = new Tally();
  const story: string[] = [];
  const looks: Look[] = [];
  const events = makeEvents({ count: 2 });
  for (const event of events) tally.ended(event, false, performance.now());
  const cast: Cast = {
    tally,
    piles: ['D001'],
    stopPiles: async () => {
      story.push('piles stop');
      if (gateWorks) for (const event of events) tally.arrived(event.orderNo, performance.now());
    },
    gateAway: async (away) => void story.push(away ? 'gate away' : 'gate back'),
    daemon: () => makeLook(2, tally.summary().delivered).daemon,
  };
  const screen: Screen = {
    draw: (look) => looks.push(look),
    tell: () => {},
    close: () => story.push('screen closed'),
  };
  return { cast, story, screen, looks };
}

function phases(looks: readonly Look[]): Phase[] {
  return [...new Set(looks.map((look) => look.phase))];
}

describe('the story', () => {
  it('goes through the outage and ends when the gate has every record', async () => {
    const { cast, story, screen, looks } = makeCast();
    const summary = await play(cast, PACE, screen, performance.now(), never);
    expect(summary).toMatchObject({ events: 2, delivered: 2, lost: 0 });
    expect(story).toEqual(['gate away', 'gate back', 'piles stop', 'screen closed']);
    expect(phases(looks)).toEqual(['normal', 'outage', 'recovery', 'over']);
  });

  it('says what was lost where the gate never gets it', async () => {
    const { cast, screen } = makeCast(false);
    const summary = await play(cast, { ...PACE, drainMs: 50 }, screen, performance.now(), never);
    expect(summary).toMatchObject({ events: 2, delivered: 0, lost: 2 });
  });

  it('goes to its end at once when interrupted, without an outage', async () => {
    const { cast, story, screen } = makeCast();
    const summary = await play(
      cast,
      { ...PACE, normalMs: 60_000 },
      screen,
      performance.now(),
      Promise.resolve(),
    );
    expect(summary.lost).toBe(0);
    expect(story).toEqual(['piles stop', 'screen closed']);
  });

  it('brings the gate back when interrupted during the outage', async () => {
    const { cast, story, screen } = makeCast();
    const interrupted = Promise.withResolvers<void>();
    const away = cast.gateAway;
    const gateAway = async (is: boolean): Promise<void> => {
      await away(is);
      if (is) interrupted.resolve();
    };
    await play(
      { ...cast, gateAway },
      { ...PACE, outageMs: 60_000 },
      screen,
      performance.now(),
      interrupted.promise,
    );
    expect(story).toEqual(['gate away', 'gate back', 'piles stop', 'screen closed']);
  });

  it('gives the terminal back when something throws', async () => {
    const { cast, story, screen } = makeCast();
    const gateAway = async (): Promise<void> => {
      throw new Error('no gate');
    };
    await expect(play({ ...cast, gateAway }, PACE, screen, performance.now(), never)).rejects.toThrow(
      'no gate',
    );
    expect(story).toEqual(['screen closed']);
  });
});
