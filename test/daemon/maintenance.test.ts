import { expect, it } from 'vitest';
import { Maintenance } from '../../src/daemon/maintenance.ts';
import { LogThrottle } from '../../src/ops/log-throttle.ts';
import { attempt, BUILD_DATE, DAY, fill, HOUR, MINUTE, openRig, refused, START } from '../outbox/fixture.ts';
import { atEnd } from '../support/cleanup.ts';
import { silent } from '../support/log.ts';
import { within } from '../support/wait.ts';

it.each([
  ['ahead by 50 years', 50 * 365 * DAY],
  ['back by 50 years', -50 * 365 * DAY],
])(
  'puts nothing off beyond its longest wait when the clock is set %s, not even what was planned before it was seen',
  async (_, by) => {
    const rig = openRig();
    const [early = 0, late = 0] = await fill(rig, 2);
    const planned = (nextAt: number) => ({ state: 'pending', nextAt, refusals: 1, strikes: 0 }) as const;
    const seen = Promise.withResolvers<void>();
    const asked: string[] = [];
    const rounds = new Maintenance({
      outbox: rig.outbox,
      clockJumped: () => {},
      line: () => ({
        refresh: () => asked.push('refresh'),
        endWaits: async () => {},
        judgeAgain: async () => void asked.push('judge again'),
        probeNow: () => {
          asked.push('probe');
          seen.resolve();
        },
      }),
      longestPlans: () => ({ retry: 6 * HOUR, wait: 10 * MINUTE }),
      keepDelivered: () => 30 * DAY,
      buildDate: BUILD_DATE,
      repeats: new LogThrottle(silent),
      log: silent,
      clock: rig.clock,
    });
    atEnd(() => rounds.stop());
    await rig.outbox.settle(early, attempt(rig.clock, refused()), planned(START + 5 * MINUTE));
    rig.clock.set(START + by);
    await rig.outbox.settle(late, attempt(rig.clock, refused()), planned(START + by + 5 * MINUTE));
    await within(seen.promise, 'the jump to be seen');
    const plans = rig.column('SELECT next_at FROM records ORDER BY id').map((at) => Number(at) - START - by);
    // This wall clock stands still while the jump is looked for, so the distance is a little shorter.
    expect(plans[0]).toBeGreaterThan(4 * MINUTE);
    expect(plans[0]).toBeLessThanOrEqual(5 * MINUTE);
    expect(plans[1]).toBeLessThanOrEqual(6 * HOUR);
    expect(asked).toEqual(['refresh', 'judge again', 'probe']);
  },
);
