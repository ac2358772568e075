import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { reason } from '../../src/domain/reason.ts';
import {
  asking,
  busy,
  delivered,
  notFound,
  refused,
  tooMany,
  unanswered,
  unreachable,
  wrongKey,
} from './outcomes.ts';
import { fakeTime, Rig } from './worker-fixture.ts';

fakeTime();

describe('while the gate is up', () => {
  it('posts a backlog as fast as the gate answers, never more at once than allowed', async () => {
    const rig = new Rig();
    const orders = rig.backlog(100);
    rig.delivery.start();
    await rig.advance(2_000);
    expect(rig.store.orders('delivered')).toHaveLength(100);
    expect(new Set(rig.posted)).toEqual(new Set(orders));
    expect(mostAtOnce(rig)).toBe(4);
  });

  it('starts with one post and adds one with every answer, so that no box floods the gate', async () => {
    const rig = new Rig({ settings: { concurrency: 16 } });
    rig.backlog(100);
    rig.delivery.start();
    await rig.advance(9);
    expect(rig.posts).toHaveLength(1);
    await rig.advance(10);
    expect(rig.posts).toHaveLength(3);
    await rig.advance(10);
    expect(rig.posts).toHaveLength(7);
  });

  it('keeps a slot until the outcome is on disk: a crash can repeat no more than what was under way', async () => {
    const rig = new Rig();
    rig.backlog(20);
    rig.delivery.start();
    await rig.advance(35);
    rig.store.fail(true);
    await rig.advance(60_000);
    const unsettled = rig.posts.filter(({ orderNo }) => !rig.store.orders('delivered').includes(orderNo));
    expect(unsettled.length).toBeLessThanOrEqual(4);
    rig.store.fail(false);
    rig.delivery.refresh();
    await rig.advance(1_000);
    expect(rig.store.orders('delivered')).toHaveLength(20);
    expect(rig.posts).toHaveLength(20);
  });
});

describe('while the gate is away', () => {
  it('sends one probe at a time, at growing distances up to the longest, for ever', async () => {
    const rig = new Rig();
    rig.backlog(3, 600_000);
    rig.gate = () => ({ outcome: unreachable, ms: 20 });
    rig.delivery.start();
    await rig.advance(6 * 3_600_000);
    expect(mostAtOnce(rig)).toBe(1);
    const waits = rig.posts.slice(1).map(({ at }, n) => at - (rig.posts[n]?.endedAt ?? 0));
    const [first, second, third, ...later] = waits;
    expect([first, second, third].map((wait) => Math.round((wait ?? 0) / 100))).toEqual([5, 10, 20]);
    expect(later.length).toBeGreaterThan(350);
    expect(Math.max(...waits)).toBeLessThan(60_100);
  });

  it('waits for the answers under way before it probes: they tell as well as a probe would', async () => {
    const rig = new Rig();
    rig.backlog(20);
    rig.delivery.start();
    await rig.advance(35);
    let n = 0;
    rig.gate = () => {
      n += 1;
      return { outcome: unanswered, ms: n % 2 === 0 ? 9_000 : 3_000 };
    };
    await rig.advance(600_000);
    const sinceDown = rig.posts.filter(
      ({ at }) => at >= Number(rig.views[0]?.since) - Date.now() + performance.now(),
    );
    expect(sinceDown.length).toBeGreaterThan(5);
    expect(mostAtOnce(rig, sinceDown)).toBe(1);
  });

  it('says gate.down once and gate.up once with its length, whatever the probes meet meanwhile', async () => {
    const rig = new Rig();
    rig.backlog(5);
    const meets = [unreachable, unanswered, unreachable, asking(unanswered, 5_000), unreachable];
    rig.gate = () => ({ outcome: meets[rig.posts.length % 5] ?? unreachable, ms: 10 });
    rig.delivery.start();
    await rig.advance(3_600_000);
    expect(rig.said('gate.down')).toHaveLength(1);
    expect(rig.delivery.gate.state).toBe('down');
    rig.gate = () => delivered;
    await rig.advance(120_000);
    expect(rig.said('gate.down')).toHaveLength(1);
    expect(rig.said('gate.up')).toHaveLength(1);
    const lasted = Number(rig.said('gate.up')[0]?.['lastedMs']);
    expect(lasted).toBeGreaterThanOrEqual(3_600_000 - 1_000);
    expect(lasted).toBeLessThanOrEqual(3_720_000);
    expect(rig.delivery.gate).toMatchObject({ state: 'up', reason: undefined });
  });

  it('tells a set-up fault met during an outage once, and the whole length when the gate is back', async () => {
    const rig = new Rig();
    rig.backlog(50);
    rig.gate = () => (rig.posts.length % 2 === 0 ? notFound : unreachable);
    rig.delivery.start();
    await rig.advance(3_600_000);
    expect(rig.said('gate.down')).toHaveLength(1);
    expect(rig.said('gate.held')).toHaveLength(1);
    rig.gate = () => delivered;
    await rig.advance(120_000);
    expect(rig.said('gate.up')).toHaveLength(1);
    expect(Number(rig.said('gate.up')[0]?.['lastedMs'])).toBeGreaterThan(3_590_000);
  });

  it('charges no record for it, however long it lasts', async () => {
    const rig = new Rig();
    rig.backlog(3);
    rig.gate = () => unanswered;
    rig.delivery.start();
    await rig.advance(2 * 86_400_000);
    expect(rig.store.orders('pending')).toHaveLength(3);
    for (const row of rig.store.rows.values()) expect(row).toMatchObject({ refusals: 0, strikes: 0 });
    rig.gate = () => delivered;
    await rig.advance(121_000);
    expect(rig.store.orders('delivered')).toHaveLength(3);
  });

  it('never takes a request that did not leave for the fault of its record', async () => {
    const rig = new Rig();
    rig.backlog(6);
    rig.gate = () => unreachable;
    rig.delivery.start();
    await rig.advance(60_000);
    rig.gate = () => delivered;
    await rig.advance(121_000);
    for (const row of rig.store.rows.values()) expect(row).toMatchObject({ state: 'delivered', strikes: 0 });
  });

  it('waits as long as Retry-After says, up to outage.max', async () => {
    const rig = new Rig();
    rig.backlog(2);
    rig.gate = () => asking(unanswered, 30_000);
    rig.delivery.start();
    await rig.advance(100);
    expect(rig.posts).toHaveLength(1);
    await rig.advance(29_800);
    expect(rig.posts).toHaveLength(1);
    rig.gate = () => asking(unanswered, 3_600_000);
    await rig.advance(200);
    expect(rig.posts).toHaveLength(2);
    await rig.advance(119_000);
    expect(rig.posts).toHaveLength(2);
    await rig.advance(1_100);
    expect(rig.posts).toHaveLength(3);
  });

  it('honours Retry-After though a post sent before it succeeds after it', async () => {
    const rig = new Rig();
    rig.backlog(40);
    let asked = false;
    rig.gate = () => {
      if (rig.posts.length !== 10) return { outcome: delivered, ms: asked ? 5 : 50 };
      asked = true;
      return { outcome: asking(unanswered, 20_000), ms: 1 };
    };
    rig.delivery.start();
    await rig.advance(200);
    const before = rig.posts.length;
    expect(asked).toBe(true);
    await rig.advance(19_000);
    expect(rig.posts).toHaveLength(before);
    await rig.advance(3_000);
    expect(rig.store.orders('delivered')).toHaveLength(40);
    expect(rig.said('gate.down')).toHaveLength(1);
    expect(rig.said('gate.up')).toHaveLength(1);
  });

  it('brings the next probe forward for a fresh event, at most one in 5 s', async () => {
    const rig = new Rig();
    rig.backlog(3);
    rig.gate = () => ({ outcome: unanswered, ms: 2_000 });
    rig.delivery.start();
    await rig.advance(600_000);
    const before = rig.posts.length;
    for (let n = 0; n < 60; n += 1) {
      rig.event();
      await rig.advance(500);
    }
    const forward = rig.posts.slice(before).map(({ at }) => at);
    expect(forward.length).toBeGreaterThanOrEqual(6);
    const gaps = forward.slice(1).map((at, n) => at - (forward[n] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...gaps)).toBeLessThan(5_600);
  });

  const caused = (code: 'net.refused' | 'net.no-route' | 'net.timeout' | 'gate.timeout'): Outcome => {
    const cause =
      code === 'gate.timeout' ? reason(code, { seconds: 10 }) : reason(code, { address: '', tls: '' });
    return { kind: 'unreachable', reason: reason('gate.unreachable', { target: '', proxy: false, cause }) };
  };
  it.each<[string, Outcome, number]>([
    ['a refused connection', caused('net.refused'), 1_000],
    ['a lost network', caused('net.no-route'), 1_000],
    ['a connection that timed out', caused('net.timeout'), 5_000],
    ['the attempt’s time-out', caused('gate.timeout'), 5_000],
    ['no answer', unanswered, 5_000],
    ['503', tooMany(503), 5_000],
    ['429', busy, 5_000],
  ])(
    'probes soon after %s while a fresh event waits, for 10 minutes, and no sooner',
    async (_, outcome, ms) => {
      const rig = new Rig();
      rig.backlog(2, 3_600_000);
      rig.gate = () => outcome;
      rig.delivery.start();
      await rig.advance(1_200_000);
      const scheduled = rig.posts.length;
      rig.event();
      await rig.advance(599_000);
      const gaps = gapsOf(rig.posts.slice(scheduled).map(({ at }) => at));
      expect(Math.max(...gaps)).toBeLessThan(ms * 1.1);
      if (ms < 5_000) expect(Math.min(...gaps)).toBeGreaterThanOrEqual(ms);
      await rig.advance(121_000);
      const later = rig.posts.length;
      await rig.advance(600_000);
      expect(rig.posts.length - later).toBeLessThan(15);
      const came = rig.event();
      rig.gate = () => ({ outcome: delivered, ms: 20 });
      const began = performance.now();
      await rig.advance(ms + 200);
      const [post] = rig.postsOf(came);
      expect((post?.endedAt ?? Number.POSITIVE_INFINITY) - began).toBeLessThanOrEqual(ms + 200);
    },
  );

  it('probes soon also for an event that had come before the gate went away', async () => {
    const rig = new Rig();
    rig.delivery.start();
    rig.gate = () => ({ outcome: unreachable, ms: 20 });
    const fresh = rig.event();
    await rig.advance(300_000);
    rig.gate = () => ({ outcome: delivered, ms: 20 });
    await rig.advance(1_100);
    expect(rig.store.orders('delivered')).toEqual([fresh]);
  });

  it('does not probe every second for what no new event has come for: a wrong key', async () => {
    const rig = new Rig();
    rig.gate = () => wrongKey;
    rig.delivery.start();
    rig.event();
    await rig.advance(600_000);
    expect(rig.posts.length).toBeLessThan(30);
  });

  it('probes with the fresh record at once where the last probe is 5 s ago', async () => {
    const rig = new Rig({ settings: { order: 'oldest-first' } });
    rig.backlog(3);
    rig.gate = () => unreachable;
    rig.delivery.start();
    await rig.advance(3_600_000);
    const [wait] = [rig.posts.at(-1)?.at ?? 0];
    await rig.advance(Math.max(0, 6_000 - (performance.now() - wait)));
    const before = rig.posts.length;
    const fresh = rig.event();
    await rig.advance(5);
    expect(rig.posted.slice(before)).toEqual([fresh]);
  });

  it('does not let a fresh event shorten what Retry-After asked for', async () => {
    const rig = new Rig();
    rig.backlog(1);
    rig.gate = () => asking(unanswered, 60_000);
    rig.delivery.start();
    await rig.advance(20_000);
    rig.event();
    await rig.advance(39_000);
    expect(rig.posts).toHaveLength(1);
    await rig.advance(1_100);
    expect(rig.posts).toHaveLength(2);
  });

  it('probes again for a record that comes back by hand after there was nothing left to probe with', async () => {
    const rig = new Rig();
    const [only = ''] = rig.backlog(1);
    rig.gate = () => unreachable;
    rig.delivery.start();
    await rig.advance(10_000);
    rig.store.park(1);
    rig.delivery.refresh();
    await rig.advance(600_000);
    const before = rig.posts.length;
    rig.store.retry(1);
    rig.gate = () => delivered;
    rig.delivery.refresh();
    await rig.advance(1_000);
    expect(rig.posted.slice(before)).toEqual([only]);
    expect(rig.store.orders('delivered')).toEqual([only]);
  });

  it('probes again for a deferred record that falls due after there was nothing left to probe with', async () => {
    const rig = new Rig();
    rig.store.add(rig.now(), { nextAt: rig.now() + 600_000 });
    const [other = ''] = rig.backlog(1);
    rig.gate = () => unreachable;
    rig.delivery.start();
    await rig.advance(10_000);
    rig.store.park(2);
    rig.delivery.refresh();
    await rig.advance(500_000);
    rig.gate = () => delivered;
    await rig.advance(100_000);
    expect(rig.store.orders('delivered')).toEqual(['O1']);
    expect(rig.store.orders('parked')).toEqual([other]);
  });

  it('goes on newest first when the gate is back, and ramps up by answers', async () => {
    const rig = new Rig({ settings: { concurrency: 16 } });
    const orders = rig.backlog(60);
    rig.gate = () => ({ outcome: unanswered, ms: 10 });
    rig.delivery.start();
    await rig.advance(20_000);
    const before = rig.posts.length;
    rig.gate = () => ({ outcome: delivered, ms: 100 });
    await rig.advance(120_000);
    const [probe, ...rest] = rig.posts.slice(before);
    expect(rest.map(({ orderNo }) => orderNo)).toEqual(orders.filter((order) => order !== probe?.orderNo));
    const atOnce = [1, 2, 3, 4, 5].map(
      (rounds) => rig.posts.slice(before).filter(({ at }) => at < (probe?.at ?? 0) + rounds * 101).length,
    );
    expect(atOnce.slice(0, 4)).toEqual([1, 3, 7, 15]);
  });
});

describe('a refused record', () => {
  it('keeps its own schedule while the others pass by, and is parked with the reason at the limit', async () => {
    const rig = new Rig();
    rig.backlog(20);
    rig.gate = (order) => (order === 'O3' ? refused('车辆已离场') : delivered);
    rig.delivery.start();
    await rig.advance(1_000);
    expect(rig.store.orders('delivered')).toHaveLength(19);
    await rig.advance(40 * 3_600_000);
    const posts = rig.postsOf('O3');
    const minutes = posts.slice(1).map(({ at }, n) => Math.round((at - (posts[n]?.at ?? 0)) / 60_000));
    expect(minutes).toEqual([1, 3, 9, 26, 77, 231, 342]);
    expect(rig.store.row(3)).toMatchObject({ state: 'parked', why: 'refused: 车辆已离场', attempts: 8 });
    expect(rig.said('record.parked')).toHaveLength(1);
    expect(rig.said('gate.down')).toHaveLength(0);
  });

  it('is left alone for as long as Retry-After asks, where its own wait is shorter', async () => {
    const rig = new Rig({ settings: { refusal: { min: 1_000, max: 10_000, factor: 2, attempts: 3 } } });
    rig.backlog(1);
    rig.gate = () => asking(refused(), 30_000);
    rig.delivery.start();
    await rig.advance(29_900);
    expect(rig.posts).toHaveLength(1);
    await rig.advance(200);
    expect(rig.posts).toHaveLength(2);
  });
});

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((at, n) => at - (times[n] ?? 0));
}

/** The most posts that were under way at the same time. */
function mostAtOnce(rig: Rig, posts = rig.posts): number {
  return Math.max(
    ...posts.map(
      ({ at }) =>
        posts.filter((other) => other.at <= at && (other.endedAt ?? Number.POSITIVE_INFINITY) > at).length,
    ),
  );
}
