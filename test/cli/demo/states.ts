import fc from 'fast-check';
import type { Look } from '../../../src/cli/demo/state.ts';
import { type Journey, Tally } from '../../../src/cli/demo/tally.ts';
import { makeEvents } from '../../support/events.ts';
import { prose } from '../../support/prose.ts';

/** A moment of a demo with `ended` sessions, of which the first `arrived` are at the gate. */
export function makeLook(ended: number, arrived: number, over: Partial<Look> = {}): Look {
  const tally = new Tally();
  for (const [index, event] of makeEvents({ count: ended }).entries()) {
    tally.ended(event, false, 1000 + index * 100);
    if (index < arrived) tally.arrived(event.orderNo, 1004 + index * 100);
  }
  const journeys: readonly Journey[] = tally.journeys;
  return {
    now: 1000 + ended * 100,
    startedAt: 900,
    phase: 'normal',
    phaseEndsAt: undefined,
    outage: undefined,
    piles: Array.from({ length: 10 }, (_, index) => `D${String(index + 1).padStart(3, '0')}`),
    journeys,
    summary: tally.summary(),
    daemon: {
      mqtt: { connected: true },
      gate: { state: 'up', reason: undefined },
      records: { waiting: 0, pending: ended - arrived, delivered: arrived, parked: 0 },
      quarantine: 0,
    },
    ...over,
  };
}

/** Any moment of any demo. */
export const anyLook: fc.Arbitrary<Look> = fc
  .record({
    ended: fc.nat(400),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    phase: fc.constantFrom('normal', 'outage', 'recovery', 'drain', 'over'),
    leftMs: fc.option(fc.nat(9000), { nil: undefined }),
    away: fc.option(fc.nat(20_000), { nil: undefined }),
    reason: fc.string(),
    state: fc.constantFrom('up', 'down', 'held'),
  })
  .map(({ ended, share, phase, leftMs, away, reason, state }) => {
    const look = makeLook(ended, Math.floor(ended * share), { phase });
    return {
      ...look,
      phaseEndsAt: leftMs === undefined ? undefined : look.now + leftMs,
      outage:
        away === undefined ? undefined : { from: look.now - Math.min(away, look.now - 900), to: undefined },
      daemon: { ...look.daemon, gate: { state, reason: prose(reason) } },
    };
  });
