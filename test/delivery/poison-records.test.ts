import { describe, expect, it } from 'vitest';
import { asking, delivered, refused, unanswered } from './outcomes.ts';
import { fakeTime, Rig, SETTINGS } from './worker-fixture.ts';

fakeTime();

describe('a record that breaks the gate', () => {
  it('passes for no outage: another record tells, and after three such failures it keeps its own schedule', async () => {
    const rig = new Rig();
    rig.backlog(400);
    rig.gate = (order) => (order === 'O5' ? { outcome: unanswered, ms: 5 } : { outcome: delivered, ms: 100 });
    rig.delivery.start();
    await rig.advance(30_000);
    expect(rig.said('gate.down')).toEqual([]);
    expect(rig.store.orders('delivered')).toHaveLength(399);
    const waits = gaps(rig, 'O5');
    expect(waits).toHaveLength(2);
    // On the outage schedule: half of 1 s, half of 2 s, and then the refusal schedule's minute.
    expect(waits[0]).toBeLessThan(1_000);
    expect(waits[1]).toBeLessThan(2_000);
    expect(rig.store.row(5)).toMatchObject({ strikes: 3, refusals: 1 });
    expect(rig.store.row(5).nextAt).toBeGreaterThan(rig.now() + 20_000);
  });

  it('ends parked with what was seen, and a person is told', async () => {
    const rig = new Rig();
    rig.backlog(2);
    rig.gate = (order) => (order === 'O1' ? unanswered : delivered);
    rig.delivery.start();
    for (let n = 0; n < 24 * 60 && rig.store.row(1).state === 'pending'; n += 1) {
      rig.event();
      await rig.advance(60_000);
    }
    expect(rig.store.row(1)).toMatchObject({ state: 'parked', refusals: 8 });
    expect(rig.said('record.parked')).toEqual([
      expect.objectContaining({ level: 'error', orderNo: 'O1', reason: 'the gate answered 500' }),
    ]);
  });

  it('passes for no outage later either, when it is tried again and nothing else is pending', async () => {
    const rig = await known();
    const [downs, posts] = [rig.said('gate.down').length, rig.postsOf('O1').length];
    await rig.advance(600_000);
    expect(rig.delivery.gate.state).toBe('up');
    expect(rig.said('gate.down')).toHaveLength(downs);
    // By its own schedule, the step that comes next: after a minute, and then every three until somebody succeeds.
    expect(rig.postsOf('O1').length - posts).toBeGreaterThanOrEqual(3);
    expect(rig.postsOf('O1').length - posts).toBeLessThanOrEqual(5);
    expect(rig.store.row(1)).toMatchObject({ strikes: 3, refusals: 1 });
    rig.event();
    await rig.advance(100);
    expect(rig.store.row(1)).toMatchObject({ strikes: 4, refusals: 2 });
  });

  it('says nothing against the gate, nor for it, where another one fails too', async () => {
    const rig = await known();
    rig.gate = () => unanswered;
    await rig.advance(600_000);
    expect(rig.delivery.gate.state).toBe('up');
    rig.event();
    await rig.advance(100);
    expect(rig.delivery.gate.state).toBe('down');
  });

  it('is not charged for what it did before a person had it retried', async () => {
    const rig = new Rig({ settings: { concurrency: 1 } });
    rig.backlog(1);
    rig.gate = (order) => (order === 'O1' ? unanswered : delivered);
    rig.delivery.start();
    const { attempts, max } = SETTINGS.refusal;
    while (rig.store.row(1).refusals < attempts - 1) {
      rig.event();
      await rig.advance(60_000);
    }
    const posts = rig.postsOf('O1').length;
    while (rig.postsOf('O1').length === posts) await rig.advance(max / 100);
    rig.store.retry(1);
    rig.event();
    await rig.advance(10);
    expect(rig.store.row(1)).toMatchObject({ state: 'pending', refusals: 0, strikes: 0 });
    expect(rig.said('record.parked')).toEqual([]);
  });

  it('does not stop the others while its time-out runs', async () => {
    const rig = new Rig();
    rig.gate = (order) =>
      order === 'O1' ? { outcome: unanswered, ms: 10_000 } : { outcome: delivered, ms: 10 };
    rig.backlog(3);
    rig.delivery.start();
    await rig.advance(11_000);
    const orders = Array.from({ length: 20 }, () => rig.event());
    await rig.advance(300);
    for (const order of orders) expect(rig.store.orders('delivered')).toContain(order);
  });

  it('is told apart also where a second one hangs at the same time', async () => {
    const rig = new Rig();
    rig.gate = () => ({ outcome: delivered, ms: 10 });
    rig.backlog(30);
    rig.delivery.start();
    await rig.advance(1_000);
    rig.gate = (order) =>
      order === 'O31'
        ? { outcome: unanswered, ms: 50 }
        : order === 'O32'
          ? { outcome: unanswered, ms: 10_000 }
          : { outcome: delivered, ms: 10 };
    rig.event();
    rig.event();
    await rig.advance(20);
    for (let n = 0; n < 50; n += 1) {
      rig.event();
      await rig.advance(20);
    }
    expect(rig.said('gate.down')).toEqual([]);
    expect(rig.store.orders('delivered').length).toBeGreaterThanOrEqual(78);
  });

  it.each([
    ['alone', 1],
    ['together with others like it', 3],
  ])(
    'is probed in turn where nothing else is pending (%s), and charged once for each success of another',
    async (_, count) => {
      const rig = new Rig();
      rig.backlog(count);
      rig.gate = () => unanswered;
      rig.delivery.start();
      await rig.advance(3_600_000);
      expect(rig.delivery.gate.state).toBe('down');
      const each = Array.from({ length: count }, (_, n) => rig.postsOf(`O${n + 1}`).length);
      expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
      for (const row of rig.store.rows.values()) expect(row).toMatchObject({ strikes: 0, refusals: 0 });
      rig.gate = (order) => (Number(order.slice(1)) <= count ? unanswered : delivered);
      for (const strikes of [1, 2]) {
        const fresh = rig.event();
        await rig.advance(6_000);
        expect(rig.store.orders('delivered')).toContain(fresh);
        for (let id = 1; id <= count; id += 1)
          expect(rig.store.row(id)).toMatchObject({ strikes, refusals: 0 });
        await rig.advance(60_000);
      }
      rig.event();
      await rig.advance(6_000);
      for (let id = 1; id <= count; id += 1)
        expect(rig.store.row(id)).toMatchObject({ strikes: 3, refusals: 1 });
    },
  );

  it('does not hold up a fresh record longer than 5 s and its own time-out, though it is taken for an outage', async () => {
    const rig = new Rig();
    rig.backlog(1);
    rig.gate = (order) =>
      order === 'O1' ? { outcome: unanswered, ms: 10_000 } : { outcome: delivered, ms: 10 };
    rig.delivery.start();
    await rig.advance(600_000);
    while (rig.posts.at(-1)?.endedAt !== undefined) await rig.advance(500);
    const fresh = rig.event();
    await rig.advance(10_100);
    expect(rig.store.orders('delivered')).toEqual([fresh]);
  });

  it('is not charged for a refusal of another record, but waits its turn on the outage schedule', async () => {
    const rig = new Rig();
    rig.backlog(400);
    let n = 0;
    rig.gate = (order) => {
      n += 1;
      return order === 'O1' ? { outcome: unanswered, ms: 1 } : { outcome: refused(`第${n}条`), ms: 20 };
    };
    rig.delivery.start();
    await rig.advance(3_000);
    expect(rig.store.row(1)).toMatchObject({ strikes: 0, refusals: 0 });
    expect(rig.postsOf('O1').length).toBeLessThanOrEqual(6);
    expect(rig.posts.length).toBeGreaterThan(300);
  });

  it('does not pause the others for ever where its failure asks for patience', async () => {
    const rig = new Rig();
    rig.backlog(30);
    rig.gate = (order) => (order === 'O1' ? asking(unanswered, 5_000) : { outcome: delivered, ms: 10 });
    rig.delivery.start();
    await rig.advance(60_000);
    expect(rig.store.orders('delivered')).toHaveLength(29);
    expect(rig.store.row(1).refusals).toBe(1);
  });

  it('posts no other record twice for its sake', async () => {
    const rig = new Rig();
    rig.backlog(200);
    rig.gate = (order) => (order === 'O7' ? unanswered : { outcome: delivered, ms: 3 });
    rig.delivery.start();
    await rig.advance(30_000);
    expect(rig.posts.length - rig.postsOf('O7').length).toBe(199);
  });
});

describe('a gate under strain', () => {
  it('gets fewer posts at once after a failure, and more again with every answer', async () => {
    const rig = new Rig({ settings: { concurrency: 16 } });
    rig.backlog(400);
    rig.gate = () => ({ outcome: delivered, ms: 100 });
    rig.delivery.start();
    await rig.advance(1_050);
    const underWay = () => rig.posts.filter(({ endedAt }) => endedAt === undefined).length;
    expect(underWay()).toBe(16);
    const victim = rig.posts.length;
    rig.gate = () =>
      rig.posts.length === victim + 1 ? { outcome: unanswered, ms: 1 } : { outcome: delivered, ms: 100 };
    const seen: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      await rig.advance(5);
      seen.push(underWay());
    }
    expect(Math.min(...seen)).toBeLessThan(12);
    await rig.advance(1_000);
    expect(underWay()).toBe(16);
  });
});

/** A rig whose order O1 has broken the gate three times, each time to another one's success. */
async function known(): Promise<Rig> {
  const rig = new Rig();
  rig.backlog(1);
  rig.gate = (order) => (order === 'O1' ? unanswered : delivered);
  rig.delivery.start();
  while (rig.store.row(1).strikes < 3) {
    rig.event();
    await rig.advance(6_000);
  }
  return rig;
}

/** How long after each post of an order the next one came, milliseconds. */
function gaps(rig: Rig, order: string): number[] {
  const posts = rig.postsOf(order);
  return posts.slice(1).map(({ at }, n) => at - (posts[n]?.endedAt ?? 0));
}
