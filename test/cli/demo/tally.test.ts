import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryLine } from '../../../src/cli/demo/summary.ts';
import { Tally } from '../../../src/cli/demo/tally.ts';
import { makeEvent, makeEvents } from '../../support/events.ts';

describe('the tally', () => {
  it('knows what was delivered, lost, sent twice and published again, whatever came in what order', () => {
    const fates = fc.array(fc.record({ repeats: fc.nat(3), arrivals: fc.nat(3), ms: fc.nat(10_000) }));
    fc.assert(
      fc.property(fates, (sessions) => {
        const tally = new Tally();
        const events = makeEvents({ count: sessions.length });
        for (const [index, { repeats, arrivals, ms }] of sessions.entries()) {
          const event = events[index] ?? makeEvent();
          tally.ended(event, false, index);
          for (let count = 0; count < repeats; count += 1) tally.ended(event, true, index + 5);
          for (let count = 0; count < arrivals; count += 1) {
            if (count === 0) tally.arrived(event.orderNo, index + ms);
            else tally.repeated();
          }
        }
        const arrived = sessions.filter(({ arrivals }) => arrivals > 0).map(({ ms }) => ms);
        const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
        expect(tally.summary()).toEqual({
          events: sessions.length,
          delivered: arrived.length,
          lost: sessions.length - arrived.length,
          sentTwice: sum(sessions.map(({ arrivals }) => Math.max(0, arrivals - 1))),
          publishedAgain: sum(sessions.map(({ repeats }) => repeats)),
          medianMs: arrived.toSorted((a, b) => a - b)[Math.floor((arrived.length - 1) / 2)] ?? null,
          longestMs: arrived.length > 0 ? Math.max(...arrived) : null,
        });
      }),
    );
  });

  it('counts no record that no pile published', () => {
    const tally = new Tally();
    tally.arrived('stranger', 1);
    expect(tally.summary()).toMatchObject({ events: 0, delivered: 0, sentTwice: 0 });
  });

  it('says it in one line', () => {
    const none = {
      events: 2,
      delivered: 0,
      lost: 2,
      sentTwice: 0,
      publishedAgain: 0,
      medianMs: null,
      longestMs: null,
    };
    expect(summaryLine(none)).toBe('2 events, 0 delivered, 2 lost, 0 sent twice');
    expect(summaryLine({ ...none, delivered: 2, lost: 0, medianMs: 6.4, longestMs: 8123 })).toBe(
      '2 events, 2 delivered, 0 lost, 0 sent twice, median 6 ms from event to gate',
    );
  });
});
