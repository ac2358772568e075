import { describe, expect, it } from 'vitest';
import { prose } from '../support/prose.ts';
import {
  delivered,
  final,
  notFound,
  refused,
  unanswered,
  unreachable,
  untrusted,
  wrongKey,
} from './outcomes.ts';
import { fakeTime, Rig, SETTINGS } from './worker-fixture.ts';

fakeTime();

describe('a certain fault of the set-up', () => {
  it('holds everything at the first refusal that speaks of it, parks none, and says on error what to mend', async () => {
    const rig = new Rig();
    rig.backlog(200);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(86_400_000);
    expect(rig.delivery.gate).toMatchObject({ state: 'held', reason: wrongKey.reason });
    expect(rig.store.orders('pending')).toHaveLength(200);
    for (const row of rig.store.rows.values()) expect(row.refusals).toBe(0);
    expect(rig.said('gate.held')).toEqual([
      expect.objectContaining({
        level: 'error',
        reason: 'the gate refused it with result 1: 签名错误',
        remedy: 'mend the key',
      }),
    ]);
  });

  it('probes one at a time on the outage schedule, with another record each time', async () => {
    const rig = new Rig();
    rig.backlog(500);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(3_600_000);
    expect(rig.posts.length).toBeGreaterThan(60);
    expect(rig.posts.length).toBeLessThan(80);
    expect(new Set(rig.posted).size).toBe(rig.posts.length);
  });

  it('says so again where it turns into another fault of the set-up', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(600_000);
    rig.gate = () => refused('停车场不存在', 'setup');
    await rig.advance(600_000);
    expect(rig.said('gate.held').map(({ reason }) => reason)).toEqual([
      'the gate refused it with result 1: 签名错误',
      'refused: 停车场不存在',
    ]);
    expect(rig.said('gate.held')[1]?.['remedy']).toMatch(/gate.parkId/);
    expect(rig.views.at(-1)).toMatchObject({ state: 'held', reason: prose('refused: 停车场不存在') });
  });

  it('parks not even a record refused for good: who refuses the key may be wrong about the rest', async () => {
    const rig = new Rig();
    rig.backlog(10);
    rig.gate = (order) => (order === 'O1' ? wrongKey : final);
    rig.delivery.start();
    await rig.advance(86_400_000);
    expect(rig.store.orders('pending')).toHaveLength(10);
    expect(rig.delivery.gate.state).toBe('held');
  });

  it('is not over because the gate refuses a record for another reason', async () => {
    const rig = new Rig();
    rig.backlog(10);
    rig.gate = (order) => (order === 'O1' ? wrongKey : refused());
    rig.delivery.start();
    await rig.advance(86_400_000);
    for (const row of rig.store.rows.values()) expect(row).toMatchObject({ state: 'pending', refusals: 0 });
    expect(rig.said('gate.up')).toHaveLength(0);
  });

  it('is still there after an outage in its midst', async () => {
    const rig = new Rig();
    rig.backlog(50);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(600_000);
    rig.gate = () => unreachable;
    await rig.advance(600_000);
    expect(rig.delivery.gate.state).toBe('down');
    rig.gate = () => refused();
    await rig.advance(600_000);
    expect(rig.delivery.gate).toMatchObject({ state: 'held', reason: wrongKey.reason });
    for (const row of rig.store.rows.values()) expect(row.refusals).toBe(0);
    expect(rig.said('gate.up')).toHaveLength(0);
  });

  it('ends with the first success, and delivers everything', async () => {
    const rig = new Rig();
    rig.backlog(50);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(600_000);
    rig.gate = () => delivered;
    await rig.advance(121_000);
    expect(rig.store.orders('delivered')).toHaveLength(50);
    expect(rig.said('gate.up')).toEqual([expect.objectContaining({ after: 'held' })]);
  });

  it('does not let one record with a wrong park id of its own hold up the others', async () => {
    const rig = new Rig();
    rig.backlog(40);
    rig.gate = (order) => (order === 'O1' ? refused('停车场不存在', 'setup') : delivered);
    rig.delivery.start();
    await rig.advance(20_000);
    expect(rig.store.orders('delivered')).toHaveLength(39);
    for (let n = 0; n < 24 * 60; n += 1) {
      rig.event();
      await rig.advance(60_000);
    }
    expect(rig.store.orders('parked')).toEqual(['O1']);
    expect(rig.store.orders('pending')).toEqual([]);
    expect(rig.said('record.parked')).toHaveLength(1);
  });

  it('is one where no certificate is trusted, whatever else is pending, and no record is charged for it', async () => {
    const rig = new Rig();
    rig.backlog(10);
    rig.gate = () => untrusted;
    rig.delivery.start();
    await rig.advance(10);
    expect(rig.delivery.gate.state).toBe('held');
    expect(rig.posts).toHaveLength(1);
    await rig.advance(600_000);
    rig.gate = () => delivered;
    await rig.advance(121_000);
    for (const row of rig.store.rows.values()) expect(row).toMatchObject({ state: 'delivered', strikes: 0 });
    expect(rig.said('record.unanswered')).toEqual([]);
  });

  it('holds where every record meets a wrong address', async () => {
    const rig = new Rig();
    rig.backlog(10);
    rig.gate = () => ({ outcome: notFound, ms: 10 });
    rig.delivery.start();
    await rig.advance(86_400_000);
    expect(rig.delivery.gate).toMatchObject({ state: 'held', reason: prose('the gate answered 404') });
    expect(rig.said('gate.held')).toHaveLength(1);
    expect(rig.said('gate.held')[0]?.['remedy']).toMatch(/gate.baseUrl/);
    for (const row of rig.store.rows.values()) expect(row).toMatchObject({ state: 'pending', refusals: 0 });
  });

  it('takes a wrong address that one record alone meets for the fault of that record', async () => {
    const rig = new Rig();
    rig.backlog(400);
    rig.gate = (order) => (order === 'O2' ? notFound : { outcome: delivered, ms: 100 });
    rig.delivery.start();
    await rig.advance(12_000);
    expect(rig.store.orders('delivered')).toHaveLength(399);
    expect(rig.said('gate.held')).toHaveLength(0);
    expect(rig.store.row(2).nextAt).toBeGreaterThan(rig.now());
  });

  it('lets a readable answer end a hold for a wrong address', async () => {
    const rig = new Rig();
    rig.backlog(10);
    rig.gate = () => notFound;
    rig.delivery.start();
    await rig.advance(600_000);
    let n = 0;
    rig.gate = () => {
      n += 1;
      return refused(`第${n}条`);
    };
    await rig.advance(121_000);
    expect(rig.delivery.gate.state).toBe('up');
    for (const row of rig.store.rows.values()) expect(row.refusals).toBeGreaterThan(0);
  });
});

describe('an inferred fault of the set-up', () => {
  it('is inferred from the first attempts of five orders refused alike in a row, and charges the fifth nothing', async () => {
    const rig = new Rig();
    rig.backlog(20);
    rig.gate = () => refused('验签失败');
    rig.delivery.start();
    await rig.advance(50);
    expect(rig.delivery.gate.state).toBe('held');
    const charged = [...rig.store.rows.values()].filter(({ refusals }) => refusals > 0);
    expect(charged.length).toBe(4);
    await rig.advance(86_400_000);
    for (const row of rig.store.rows.values()) expect(row.refusals).toBeLessThanOrEqual(1);
    expect(rig.store.orders('parked')).toEqual([]);
    expect(rig.said('gate.held')[0]?.['reason']).toMatch(/5 orders in a row .*验签失败/);
  });

  it.each([
    ['a success between', (n: number) => (n % 5 === 4 ? delivered : refused())],
    ['other descriptions between', (n: number) => refused(n % 4 === 0 ? '甲' : `乙${n % 4}`)],
    ['refusals for good', () => final],
  ])('is not inferred from refusals with %s', async (_, answer) => {
    const rig = new Rig({ settings: { concurrency: 1 } });
    rig.backlog(40);
    rig.gate = () => answer(rig.posts.length - 1);
    rig.delivery.start();
    await rig.advance(10_000);
    expect(rig.said('gate.held')).toEqual([]);
  });

  it('is not inferred from retries of records refused before', async () => {
    const rig = new Rig();
    for (let n = 0; n < 20; n += 1) rig.store.add(rig.now() - n, { attempts: 1, refusals: 1 });
    rig.gate = () => refused();
    rig.delivery.start();
    await rig.advance(10_000);
    expect(rig.said('gate.held')).toEqual([]);
    for (const row of rig.store.rows.values()) expect(row.refusals).toBe(2);
  });

  it('is inferred beside refusals for good, which neither count nor break the row', async () => {
    const rig = new Rig({ settings: { concurrency: 1 } });
    rig.backlog(40);
    rig.gate = () => (rig.posts.length % 2 === 0 ? final : refused());
    rig.delivery.start();
    await rig.advance(10_000);
    expect(rig.delivery.gate.state).toBe('held');
    expect(rig.posts.filter(({ at }) => at < (rig.views[0]?.since ?? 0)).length).toBeGreaterThanOrEqual(9);
  });

  it('still tries every fresh event at once, whatever its place in the order', async () => {
    const rig = new Rig();
    rig.backlog(30);
    rig.gate = () => refused('验签失败');
    rig.delivery.start();
    await rig.advance(3_600_000);
    expect(rig.delivery.gate.state).toBe('held');
    for (const agoMs of [0, 86_400_000, 5_000]) {
      const fresh = rig.event(agoMs);
      await rig.advance(5);
      expect(rig.postsOf(fresh)).toHaveLength(1);
    }
    const burst = Array.from({ length: 10 }, () => rig.event(7_200_000));
    await rig.advance(100);
    for (const fresh of burst) expect(rig.postsOf(fresh)).toHaveLength(1);
    for (const row of rig.store.rows.values()) expect(row.refusals).toBeLessThanOrEqual(1);
  });

  it('ends with any success, and what was refused meanwhile is tried again without having been charged', async () => {
    const rig = new Rig();
    rig.backlog(30);
    rig.gate = () => refused('验签失败');
    rig.delivery.start();
    await rig.advance(3_600_000);
    rig.gate = () => delivered;
    rig.event();
    await rig.advance(1_000);
    expect(rig.delivery.gate.state).toBe('up');
    await rig.advance(120_000);
    expect(rig.store.orders('delivered')).toHaveLength(31);
  });

  it('parks what is refused for good, for that is about the record', async () => {
    const rig = new Rig();
    rig.backlog(30);
    rig.gate = () => refused('验签失败');
    rig.delivery.start();
    await rig.advance(60_000);
    rig.gate = () => final;
    const fresh = rig.event();
    await rig.advance(100);
    expect(rig.store.orders('parked')).toEqual([fresh]);
    expect(rig.delivery.gate.state).toBe('held');
  });

  it('stops trying fresh events where the gate goes away, and is still there when it is back', async () => {
    const rig = new Rig();
    rig.backlog(30);
    rig.gate = () => refused('验签失败');
    rig.delivery.start();
    await rig.advance(600_000);
    rig.gate = () => ({ outcome: unanswered, ms: 10 });
    await rig.advance(600_000);
    expect(rig.delivery.gate.state).toBe('down');
    const before = rig.posts.length;
    for (let n = 0; n < 10; n += 1) {
      rig.event();
      await rig.advance(100);
    }
    expect(rig.posts.length - before).toBeLessThanOrEqual(1);
    rig.gate = () => refused('验签失败');
    await rig.advance(600_000);
    expect(rig.delivery.gate.state).toBe('held');
    expect(rig.said('gate.up')).toEqual([]);
    for (const row of rig.store.rows.values()) expect(row.refusals).toBeLessThanOrEqual(1);
  });

  it('finds the healthy records behind a broken pile by probing with others', async () => {
    const rig = new Rig();
    rig.backlog(30);
    rig.gate = (order) => (Number(order.slice(1)) <= 10 ? refused('车辆已离场') : delivered);
    rig.delivery.start();
    await rig.advance(600_000);
    expect(rig.store.orders('delivered')).toHaveLength(20);
    expect(rig.delivery.gate.state).toBe('up');
  });
});

describe('a set-up that is mended', () => {
  it('is probed at once when told so', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(3_600_000);
    rig.gate = () => delivered;
    const before = rig.posts.length;
    rig.delivery.probeNow();
    await rig.advance(1);
    expect(rig.posts.length).toBeGreaterThan(before);
  });

  it('is probed once more at once where a probe with the old one was under way', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => ({ outcome: wrongKey, ms: 2_000 });
    rig.delivery.start();
    await rig.advance(3_600_000);
    while (rig.posts.at(-1)?.endedAt !== undefined) await rig.advance(1_000);
    rig.delivery.probeNow();
    const before = rig.posts.length;
    await rig.advance(2_010);
    expect(rig.posts).toHaveLength(before + 1);
  });

  it('is probed once, when storage works again, for all who have asked for it meanwhile', async () => {
    const rig = new Rig();
    rig.backlog(3);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(600_000);
    rig.store.fail(true);
    rig.event();
    await rig.advance(SETTINGS.outage.max);
    const before = rig.posts.length;
    rig.delivery.probeNow();
    rig.event();
    await rig.advance(0);
    rig.store.fail(false);
    rig.delivery.refresh();
    await rig.advance(100);
    expect(rig.posts).toHaveLength(before + 1);
  });

  it('is probed at once by a delivery that takes over, which knows of the hold and tells its whole length', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => ({ outcome: wrongKey, ms: 10 });
    rig.delivery.start();
    await rig.advance(3_600_000);
    const old = rig.delivery;
    await Promise.all([old.stop(), rig.advance(1_000)]);
    const taken = rig.open();
    const before = rig.posts.length;
    taken.start(old);
    expect(taken.gate).toMatchObject({ state: 'held', reason: wrongKey.reason });
    await rig.advance(5);
    expect(rig.posts).toHaveLength(before + 1);
    await rig.advance(600_000);
    expect(rig.said('gate.held')).toHaveLength(1);
    rig.gate = () => delivered;
    await rig.advance(121_000);
    expect(rig.said('gate.up')).toHaveLength(1);
    expect(Number(rig.said('gate.up')[0]?.['lastedMs'])).toBeGreaterThan(4_000_000);
  });

  it('is still a fault of the set-up to a delivery that takes over: no refusal is counted against a record', async () => {
    const rig = new Rig();
    rig.backlog(5);
    rig.gate = () => wrongKey;
    rig.delivery.start();
    await rig.advance(600_000);
    const old = rig.delivery;
    await Promise.all([old.stop(), rig.advance(1_000)]);
    rig.gate = () => refused('车辆已离场');
    rig.open().start(old);
    await rig.advance(600_000);
    expect(rig.delivery.gate.state).toBe('held');
    expect([...rig.store.rows.values()].map(({ refusals }) => refusals)).toEqual([0, 0, 0, 0, 0]);
  });
});
