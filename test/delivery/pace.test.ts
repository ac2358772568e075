import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { asking, busy, delivered, refused, tooMany } from './outcomes.ts';
import { fakeTime, Rig } from './worker-fixture.ts';

fakeTime();

/** How a gate limits: whether it takes a post that comes now, while so many others are under way. */
type Limiter = (at: number, underWay: number) => boolean;

/** Takes so many a second on average, and so many at once after a rest. */
function bucket(perSecond: number, burst: number): Limiter {
  let tokens = burst;
  let last = 0;
  return (at) => {
    tokens = Math.min(burst, tokens + ((at - last) * perSecond) / 1_000);
    last = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Takes so many in each window of time. */
function windowed(most: number, ms: number): Limiter {
  let window = -1;
  let taken = 0;
  return (at) => {
    const now = Math.floor(at / ms);
    if (now !== window) taken = 0;
    window = now;
    taken += 1;
    return taken <= most;
  };
}

const abreast =
  (most: number): Limiter =>
  (_, underWay) =>
    underWay < most;

/** A gate that limits, with more records waiting than it takes; its answers take so long, milliseconds. */
function limited(limiter: Limiter, beyond: Outcome, latency: number): Rig {
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const rig = new Rig({ random });
  let underWay = 0;
  rig.gate = async () => {
    if (!limiter(performance.now(), underWay)) return { outcome: beyond, ms: 2 };
    underWay += 1;
    await new Promise((resolve) => setTimeout(resolve, latency));
    underWay -= 1;
    return delivered;
  };
  return rig;
}

function expectNobodyCharged(rig: Rig): void {
  for (const { state, refusals, strikes, nextAt } of rig.store.rows.values())
    if (state !== 'delivered') expect({ state, refusals, strikes, nextAt }).toEqual(UNTOUCHED);
}

const UNTOUCHED = { state: 'pending', refusals: 0, strikes: 0, nextAt: undefined };

describe('a gate that limits posts', () => {
  // Posts a second that it allows; least share of them that is used, and the most useless posts, in 45 s and in 3 minutes.
  it.each<[string, () => Limiter, number, number, Outcome, [number, number], [number, number]]>([
    ['10 a second', () => bucket(10, 10), 10, 5, busy, [0.85, 20], [0.95, 60]],
    ['10 a second, as 503', () => bucket(10, 10), 10, 50, tooMany(503), [0.85, 20], [0.95, 60]],
    ['10 a second, as 408', () => bucket(10, 10), 10, 50, tooMany(408), [0.85, 20], [0.95, 60]],
    ['10 a second, as 425', () => bucket(10, 10), 10, 50, tooMany(425), [0.85, 20], [0.95, 60]],
    ['10 a second, slowly', () => bucket(10, 10), 10, 300, busy, [0.9, 20], [0.95, 60]],
    ['10 a second, never two in 100 ms', () => bucket(10, 1), 10, 5, busy, [0.5, 20], [0.8, 60]],
    ['10 a second after 100 at once', () => bucket(10, 100), 10, 5, busy, [1, 25], [0.95, 60]],
    ['10 a second, asking for 1 s', () => bucket(10, 10), 10, 5, asking(busy, 1_000), [0.85, 20], [0.95, 60]],
    ['10 a second, asking for 0 s', () => bucket(10, 10), 10, 5, asking(busy, 0), [0.75, 20], [0.9, 60]],
    ['1 a second', () => bucket(1, 1), 1, 5, busy, [0.7, 15], [0.85, 25]],
    ['30 a second', () => bucket(30, 30), 30, 5, busy, [0.9, 30], [0.95, 60]],
    ['10 in each second', () => windowed(10, 1_000), 10, 5, busy, [0.45, 20], [0.75, 60]],
    ['60 in each minute', () => windowed(60, 60_000), 1, 5, busy, [1, 15], [0.7, 25]],
    ['600 in each minute', () => windowed(600, 60_000), 10, 5, busy, [1, 20], [0.9, 75]],
    ['2 at once', () => abreast(2), 40, 50, tooMany(503), [0.8, 15], [0.8, 45]],
    ['1 at once', () => abreast(1), 20, 50, tooMany(503), [0.8, 15], [0.8, 45]],
    ['3 at once, slowly', () => abreast(3), 6, 500, busy, [0.8, 15], [0.85, 45]],
  ])(
    'to %s is used well, with few posts in vain, and is not down',
    async (...[, limiter, allowed, latency, beyond, short, long]) => {
      for (const [seconds, [share, useless]] of [
        [45, short],
        [300, long],
      ] as const) {
        const rig = limited(limiter(), beyond, latency);
        rig.backlog(Math.ceil(allowed * seconds * 1.5) + 100);
        rig.delivery.start();
        await rig.advance(seconds * 1_000);
        const taken = rig.store.orders('delivered').length;
        expect(taken / (allowed * seconds)).toBeGreaterThan(share);
        expect(rig.posts.filter(({ outcome }) => outcome === beyond).length).toBeLessThan(useless);
        expect(rig.said('gate.down')).toEqual([]);
        expectNobodyCharged(rig);
      }
    },
  );

  it('gets a fresh event first, whatever waits', async () => {
    const rig = limited(bucket(10, 10), busy, 5);
    rig.backlog(500);
    rig.delivery.start();
    await rig.advance(20_000);
    const late: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const began = performance.now();
      const fresh = rig.event();
      await rig.advance(1_500);
      const post = rig.postsOf(fresh).find(({ outcome }) => outcome === delivered);
      late.push((post?.endedAt ?? Number.POSITIVE_INFINITY) - began);
    }
    expect(Math.max(...late)).toBeLessThan(1_200);
    expect(late.toSorted((a, b) => a - b)[10]).toBeLessThan(150);
  });

  it('is soon posted to as fast as it answers once the limit is gone', async () => {
    let isLimited = true;
    const slow = bucket(10, 10);
    const rig = limited((at) => !isLimited || slow(at, 0), busy, 5);
    rig.backlog(12_000);
    rig.delivery.start();
    await rig.advance(60_000);
    isLimited = false;
    await rig.advance(90_000);
    expect(rig.store.orders('delivered')).toHaveLength(12_000);
  });

  it('is down once nothing has got through for long, and up again with the first record', async () => {
    for (const [beyond, ms] of [
      [tooMany(503), 2_000],
      [busy, 90_000],
      [asking(tooMany(503), 10_000), 90_000],
    ] as const) {
      let open = true;
      const rig = limited(() => open, beyond, 5);
      rig.backlog(2_000);
      rig.delivery.start();
      await rig.advance(100);
      open = false;
      await rig.advance(ms - 500);
      expect(rig.delivery.gate.state).toBe('up');
      await rig.advance(150_000);
      expect(rig.delivery.gate).toMatchObject({ state: 'down', reason: beyond.reason });
      open = true;
      await rig.advance(130_000);
      expect(rig.delivery.gate.state).toBe('up');
      expect([rig.said('gate.down').length, rig.said('gate.up').length]).toEqual([1, 1]);
      expectNobodyCharged(rig);
    }
  });

  it('is left alone for as long as it asks, however long, up to outage.max', async () => {
    for (const [asked, waits] of [
      [30_000, 30_000],
      [3_600_000, 120_000],
      [Number.POSITIVE_INFINITY, 120_000],
    ] as const) {
      const rig = new Rig();
      rig.backlog(40);
      rig.gate = () => (rig.posts.length === 10 ? asking(busy, asked) : { outcome: delivered, ms: 10 });
      rig.delivery.start();
      await rig.advance(waits - 1_000);
      const before = rig.posts.length;
      expect(before).toBeLessThan(14);
      rig.event();
      await rig.advance(900);
      expect(rig.posts).toHaveLength(before);
      await rig.advance(20_000);
      expect(rig.store.orders('delivered')).toHaveLength(41);
      expect(rig.said('gate.down')).toEqual([]);
    }
  });

  it('does not make the others wait for a single record to which it always says so, and charges that one nothing', async () => {
    for (const beyond of [tooMany(503), { ...refused('处理失败'), status: 503 }]) {
      const rig = new Rig();
      const [poison] = rig.backlog(300);
      rig.gate = (order) => ({ outcome: order === poison ? beyond : delivered, ms: 5 });
      rig.delivery.start();
      await rig.advance(60_000);
      expect(rig.store.orders('delivered')).toHaveLength(299);
      expect(rig.store.row(1)).toMatchObject({ state: 'pending', refusals: 0, strikes: 0 });
      await rig.advance(3_600_000);
      expect(rig.store.row(1)).toMatchObject({ state: 'pending', refusals: 0, strikes: 0 });
      rig.gate = () => delivered;
      await rig.advance(121_000);
      expect(rig.store.orders('delivered')).toHaveLength(300);
    }
  });

  it('keeps its limit over a reload of the config', async () => {
    const rig = limited(bucket(10, 10), busy, 5);
    rig.backlog(1_000);
    rig.delivery.start();
    await rig.advance(45_000);
    const before = rig.delivery;
    const stopped = before.stop();
    await rig.advance(1_000);
    await stopped;
    const useless = () => rig.posts.filter(({ outcome }) => outcome === busy).length;
    const soFar = useless();
    rig.open().start(before);
    await rig.advance(10_000);
    expect(useless() - soFar).toBeLessThan(3);
  });
});
