import { describe, expect, it, vi } from 'vitest';
import { FakeStore } from './fake-store.ts';
import { delivered, refused, unanswered, unreachable, wrongKey } from './outcomes.ts';
import { fakeTime, Rig, SETTINGS } from './worker-fixture.ts';

fakeTime();

describe('the order of records', () => {
  it('drains a backlog newest first whatever the order of arrival was', async () => {
    const rig = new Rig({ settings: { concurrency: 1 } });
    const now = rig.now();
    // The oldest sessions arrived last, and the clock has been set back since.
    const rows = Array.from({ length: 100 }, (_, n) =>
      rig.store.add(now - n * 1_000, { receivedAt: now + n }),
    );
    rig.jump(-86_400_000);
    rig.delivery.start();
    await rig.advance(2_000);
    expect(rig.posted).toEqual(rows.map(({ orderNo }) => orderNo));
  });

  it('drains oldest first where that is set', async () => {
    const rig = new Rig({ settings: { concurrency: 1, order: 'oldest-first' } });
    const orders = rig.backlog(100);
    rig.delivery.start();
    await rig.advance(2_000);
    expect(rig.posted).toEqual(orders.toReversed());
  });

  it('posts a session that ends now next, whatever the backlog', async () => {
    const rig = new Rig({ settings: { concurrency: 1 } });
    rig.backlog(200);
    rig.delivery.start();
    await rig.advance(105);
    const before = rig.posts.length;
    const fresh = rig.event();
    await rig.advance(20);
    expect(rig.posted.slice(before, before + 1)).toEqual([fresh]);
  });

  it('starves nobody: while fresh events take all there is, the oldest get a share', async () => {
    const rig = new Rig({ settings: { concurrency: 1 } });
    const [...orders] = rig.backlog(10);
    rig.delivery.start();
    for (let n = 0; n < 400; n += 1) {
      rig.event();
      await rig.advance(11);
    }
    for (const order of orders.slice(1)) expect(rig.postsOf(order)).toHaveLength(1);
  });
});

describe('hands', () => {
  it('leaves a record parked that was parked while it was under way, unless the gate took it', async () => {
    const rig = new Rig();
    rig.backlog(2);
    rig.gate = (order) => ({ outcome: order === 'O1' ? refused() : delivered, ms: 1_000 });
    rig.delivery.start();
    rig.event();
    await rig.advance(500);
    for (const id of [1, 2, 3]) rig.store.park(id);
    rig.delivery.refresh();
    await rig.advance(600_000);
    expect(rig.store.orders('delivered')).toEqual(rig.posted.filter((order) => order !== 'O1'));
    expect(rig.store.orders('parked')).toContain('O1');
    expect(rig.posts.length).toBeLessThanOrEqual(3);
  });

  it('tries a record again at once that a person retries', async () => {
    const rig = new Rig();
    rig.backlog(1);
    rig.gate = () => refused();
    rig.delivery.start();
    await rig.advance(1_000);
    rig.store.retry(1);
    rig.delivery.refresh();
    await rig.advance(5);
    expect(rig.posts).toHaveLength(2);
  });

  it('gives a record that a person retries during its last attempt all its attempts again', async () => {
    const rig = new Rig();
    rig.backlog(1);
    const { attempts, max } = SETTINGS.refusal;
    rig.gate = () => {
      if (rig.posts.length === attempts) rig.store.retry(1);
      return { outcome: refused(), ms: 1_000 };
    };
    rig.delivery.start();
    await rig.advance(2 * attempts * max);
    expect(rig.store.row(1)).toMatchObject({ state: 'parked', refusals: attempts });
    expect(rig.posts).toHaveLength(2 * attempts);
  });
});

describe('storage that fails', () => {
  it('starts no post while nothing can be written, and goes on where it left off', async () => {
    const rig = new Rig();
    rig.backlog(50);
    rig.delivery.start();
    await rig.advance(35);
    rig.store.fail(true);
    await rig.advance(3_600_000);
    const before = rig.posts.length;
    expect(before).toBeLessThan(50);
    rig.store.fail(false);
    rig.delivery.refresh();
    await rig.advance(3_000);
    expect(rig.store.orders('delivered')).toHaveLength(50);
    expect(rig.posts).toHaveLength(50);
  });

  it('does not probe meanwhile, and probes when it is back', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => unreachable;
    rig.delivery.start();
    await rig.advance(60_000);
    rig.store.fail(true);
    await rig.advance(600_000);
    const before = rig.posts.length;
    await rig.advance(600_000);
    expect(rig.posts).toHaveLength(before);
    rig.store.fail(false);
    rig.gate = () => delivered;
    rig.delivery.refresh();
    await rig.advance(121_000);
    expect(rig.store.orders('delivered')).toHaveLength(5);
  });

  it('never posts a record again whose outcome could not be written, and goes on with the others', async () => {
    const rig = new Rig();
    rig.backlog(20);
    const { settle } = FakeStore.prototype;
    rig.store.settle = (id, ...how) =>
      id === 7 ? Promise.reject(new TypeError('a defect')) : settle.call(rig.store, id, ...how);
    rig.delivery.start();
    await rig.advance(60_000);
    expect(rig.posts).toHaveLength(20);
    expect(rig.store.orders('delivered')).toHaveLength(19);
    expect(rig.lines).toContainEqual(expect.objectContaining({ level: 'error', orderNo: 'O7' }));
    await Promise.all([rig.delivery.stop(), rig.advance(1_000)]);
  });

  it('tries again after a while where rows cannot be read, and says so', async () => {
    const rig = new Rig();
    rig.backlog(5);
    const { ready } = rig.store;
    rig.store.ready = () => {
      throw new Error('disk I/O error');
    };
    rig.delivery.start();
    await rig.advance(1_000);
    expect(rig.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    rig.store.ready = ready;
    await rig.advance(10_000);
    expect(rig.store.orders('delivered')).toHaveLength(5);
  });
});

describe('the end', () => {
  it('waits for the answers under way and their rows, and starts nothing more', async () => {
    const rig = new Rig();
    rig.backlog(50);
    rig.gate = () => ({ outcome: delivered, ms: 3_000 });
    rig.delivery.start();
    await rig.advance(13_000);
    const underWay = rig.posts.filter(({ endedAt }) => endedAt === undefined).length;
    expect(underWay).toBeGreaterThan(0);
    let ended = false;
    void rig.delivery.stop().then(() => {
      ended = true;
    });
    const before = rig.posts.length;
    await rig.advance(1_500);
    expect(ended).toBe(false);
    await rig.advance(2_000);
    expect(ended).toBe(true);
    expect(rig.posts).toHaveLength(before);
    expect(rig.store.orders('delivered')).toHaveLength(before);
  });

  it.each([
    ['up', delivered],
    ['down', unreachable],
  ])('comes at once where nothing is under way and the gate is %s', async (_, outcome) => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => outcome;
    rig.delivery.start();
    await rig.advance(3_600_000);
    const before = rig.posts.length;
    const [ended] = await Promise.all([rig.delivery.stop().then(() => true), rig.advance(1)]);
    expect(ended).toBe(true);
    await rig.advance(3_600_000);
    expect(rig.posts).toHaveLength(before);
  });

  it.each([
    ['delivered', delivered],
    ['refused', refused()],
    ['unanswered', unanswered],
    ['unreachable', unreachable],
  ])('leaves nothing that keeps the process, where an answer under way is %s', async (_, outcome) => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => ({ outcome, ms: 1_000 });
    rig.delivery.start();
    await rig.advance(500);
    await Promise.all([rig.delivery.stop(), rig.advance(2_000)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[string, (rig: Rig) => void]>([
    ['a record is deferred', (rig) => (rig.gate = () => refused())],
    ['the gate is away', (rig) => (rig.gate = () => unreachable)],
    ['the gate is held', (rig) => (rig.gate = () => wrongKey)],
    [
      'rows cannot be read',
      (rig) => {
        rig.store.ready = () => {
          throw new Error('disk I/O error');
        };
      },
    ],
  ])('leaves nothing that keeps the process, where %s', async (_, begin) => {
    const rig = new Rig();
    rig.backlog(3);
    begin(rig);
    rig.delivery.start();
    await rig.advance(30_000);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await Promise.all([rig.delivery.stop(), rig.advance(1)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves nothing that keeps the process, where a commit under way fails', async () => {
    const { promise, reject } = Promise.withResolvers<number>();
    const rig = await deferred(() => promise);
    await rig.advance(SETTINGS.refusal.min);
    await rig.delivery.stop();
    reject(new Error('a defect'));
    await rig.advance(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  /** A refused record that falls due later, when `promote` is asked in the store's place. */
  async function deferred(
    promote: (asked: () => Promise<number>, rig: Rig) => Promise<number>,
  ): Promise<Rig> {
    const rig = new Rig();
    rig.backlog(1);
    rig.gate = () => refused();
    rig.delivery.start();
    await rig.advance(1_000);
    const asked = rig.store.promote.bind(rig.store);
    rig.store.promote = (limit) => promote(() => asked(limit), rig);
    return rig;
  }

  it('puts off what falls due while nothing can be written, and posts it when it can', async () => {
    let asked = 0;
    const rig = await deferred((promote, { store }) => {
      asked += 1;
      const promoted = promote();
      if (asked === 1) store.fail(true);
      return promoted;
    });
    await rig.advance(SETTINGS.refusal.max);
    expect(asked).toBe(1);
    expect(rig.lines.filter(({ level }) => level === 'error')).toEqual([]);
    rig.store.fail(false);
    rig.delivery.refresh();
    await rig.advance(1_000);
    expect(rig.posts).toHaveLength(2);
  });

  it('says it and tries again where what falls due cannot be written for another reason', async () => {
    let asked = 0;
    const rig = await deferred((promote) => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('a defect')) : promote();
    });
    await rig.advance(SETTINGS.refusal.min);
    expect(rig.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    await rig.advance(SETTINGS.refusal.min);
    expect(rig.posts).toHaveLength(2);
  });

  it('does not wait for rows that failed storage cannot take', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => ({ outcome: delivered, ms: 1_000 });
    rig.delivery.start();
    await rig.advance(500);
    rig.store.fail(true);
    const ended = rig.delivery.stop().then(() => performance.now());
    const from = performance.now();
    await rig.advance(5_000);
    expect((await ended) - from).toBeLessThan(1_000);
  });

  it('has told the store of every answer when it is done, so that whoever follows posts none of them again', async () => {
    const rig = new Rig();
    rig.gate = () => ({ outcome: delivered, ms: 100 });
    rig.delivery.start();
    for (let n = 0; n < 4; n += 1) {
      rig.event();
      await rig.advance(200);
    }
    rig.event();
    rig.event();
    await rig.advance(0);
    rig.store.fail(true);
    let stopped = false;
    const stopping = rig.delivery.stop().then(() => {
      stopped = true;
    });
    while (!stopped) await rig.advance(1);
    await stopping;
    rig.open().start();
    rig.store.fail(false);
    rig.delivery.refresh();
    await rig.advance(1_000);
    expect(rig.posts.map(({ orderNo }) => orderNo)).toEqual(['O1', 'O2', 'O3', 'O4', 'O6', 'O5']);
  });
});

describe('clocks', () => {
  const YEARS = 50 * 365 * 86_400_000;

  it.each([
    ['forward', YEARS],
    ['back', -YEARS],
  ])('keeps a refused record on its schedule when the wall clock jumps %s by years', async (_, by) => {
    const rig = new Rig();
    rig.backlog(1);
    rig.gate = () => refused();
    rig.delivery.start();
    await rig.advance(30_000);
    rig.jump(by);
    await rig.advance(20_000);
    expect(rig.posts).toHaveLength(1);
    await rig.advance(15_000);
    expect(rig.posts).toHaveLength(2);
  });

  it('retries nothing in the moment between the jump and its being noticed', async () => {
    const rig = new Rig();
    rig.store.add(rig.now(), { attempts: 1, refusals: 1, nextAt: rig.now() + 10_200 });
    for (let n = 0; n < 30; n += 1)
      rig.store.add(rig.now(), { attempts: 1, refusals: 1, nextAt: rig.now() + 3_600_000 });
    rig.gate = () => refused();
    rig.delivery.start();
    await rig.advance(10_000);
    rig.jump(YEARS, false);
    await rig.advance(450);
    rig.jumpTold(YEARS);
    await rig.advance(60_000);
    expect(rig.posted).toEqual(['O1']);
  });

  it('keeps its waits for the gate, whatever the wall clock says', async () => {
    const rig = new Rig();
    rig.backlog(3);
    rig.gate = () => unanswered;
    rig.delivery.start();
    await rig.advance(600_000);
    const before = rig.posts.length;
    rig.jump(-YEARS);
    await rig.advance(600_000);
    expect(rig.posts.length - before).toBeGreaterThanOrEqual(9);
    expect(rig.posts.length - before).toBeLessThanOrEqual(11);
    const { since } = rig.delivery.gate;
    expect(rig.now() - since).toBeGreaterThan(1_100_000);
    expect(rig.now() - since).toBeLessThan(1_300_000);
  });
});
