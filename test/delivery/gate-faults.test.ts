import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { OperatorActions } from '../../src/outbox/admin.ts';
import { parseFault } from '../../src/simulator/gate/fault-text.ts';
import { gate } from '../simulator/gate/start.ts';
import { TEST_OPERATOR } from '../support/operator.ts';
import { Plant } from './virtual-gate.ts';

describe('towards a gate with a fault, everything arrives, and nothing a second time without need', () => {
  it.each([
    ['latency=30ms', []],
    ['slow-body=50ms', []],
    ['status=503,count=6', ['unanswered']],
    ['status=500,count=6', ['unanswered']],
    ['status=429,retry-after=1,count=3', ['unanswered']],
    ['status=404,count=6', ['misconfigured']],
    ['status=302,count=6', ['misconfigured']],
    ['malformed,count=6', ['unanswered']],
    ['malformed=<html>欢迎</html>,count=6', ['unanswered']],
    ['reset-before,count=6', ['unanswered']],
    ['reset-after,count=6', ['unanswered']],
    ['no-answer,count=5', ['unanswered']],
    ['slow-body=5s,count=2', ['unanswered']],
    ['refuse,count=4', ['refused']],
    ['refuse=签名错误,count=6', ['refused']],
    ['away,to=300ms', ['unanswered', 'unreachable']],
  ])('%s', async (fault, kinds) => {
    const { it: server } = await gate({ faults: [parseFault(fault)] });
    // Where the fault is not the time it takes, no slow machine must make one of it.
    const timeout = /no-answer|=5s/.test(fault) ? 300 : 20_000;
    const plant = new Plant(server.url, { gate: { timeout } });
    plant.delivery.start();
    const orders = await plant.events(30);
    await plant.delivered(30);
    const failures = orders.flatMap((order) => {
      const seen = plant.outcomes(order);
      expect(seen.at(-1)).toBe('delivered');
      return seen.slice(0, -1);
    });
    expect(failures.filter((kind) => !kinds.includes(kind))).toEqual([]);
    if (kinds.length > 0) expect(failures.length).toBeGreaterThan(0);
    expect(new Set(server.records().map(({ orderNo }) => orderNo))).toEqual(new Set(orders));
    expect(server.repeats).toBeLessThanOrEqual(failures.filter((kind) => kind === 'unanswered').length);
    expect(plant.outbox.upkeep.counts()).toMatchObject({ pending: 0, parked: 0 });
  });

  it('parks at once what is refused for good, with the reason', async () => {
    const { it: server } = await gate({ faults: [parseFault('refuse=缺少必要参数,order=[369]$')] });
    const plant = new Plant(server.url);
    plant.delivery.start();
    const orders = await plant.events(20);
    await plant.delivered(14);
    await plant.waitFor(() => plant.outbox.upkeep.counts().parked === 6, '6 parked');
    for (const order of orders.filter((known) => /[369]$/.test(known)))
      expect(plant.story(order)).toMatchObject({
        state: 'parked',
        attempts: 1,
        refusals: 1,
        lastError: {
          code: 'gate.refused',
          params: { result: '1', description: '缺少必要参数', about: 'field' },
        },
      });
  });

  it.each(['status=500', 'no-answer', 'reset-after', 'malformed'])(
    'parks in the end the one record that the gate breaks on, and none else (%s)',
    async (kind) => {
      const { it: server } = await gate({ faults: [parseFault(`${kind},order=0007$`)], idempotent: false });
      const plant = new Plant(server.url, { gate: { timeout: 400 } });
      plant.delivery.start();
      const [, , , , , , breaker = ''] = await plant.events(30);
      await plant.delivered(29);
      // Each of its failures needs another one's success to be charged.
      for (let sent = 30; plant.story(breaker).state !== 'parked'; sent += 1) {
        const { attempts } = plant.story(breaker);
        await plant.waitFor(() => plant.story(breaker).attempts > attempts, 'another failure');
        await plant.events(1);
        await plant.delivered(sent);
      }
      expect(plant.story(breaker).refusals).toBe(4);
      expect(plant.outbox.upkeep.counts()).toMatchObject({ pending: 0, parked: 1 });
      expect(plant.lines.filter(({ event }) => event === 'record.parked')).toHaveLength(1);
      const others = server.records().filter(({ orderNo }) => orderNo !== breaker);
      expect(others.filter(({ repeats }) => repeats > 0)).toEqual([]);
    },
  );
});

describe('a wrong key', () => {
  it('holds everything and parks nothing, and the right one delivers it all', async () => {
    const { it: server } = await gate();
    const wrong = new Plant(server.url, { key: 'not the key' });
    wrong.delivery.start();
    await wrong.events(50);
    await wrong.waitFor(() => server.refused >= 10, '10 probes');
    expect(wrong.delivery.gate).toMatchObject({ state: 'held' });
    await wrong.close();
    const counts = { waiting: 0, pending: 50, delivered: 0, parked: 0 };
    const right = new Plant(server.url, { path: wrong.path });
    expect(right.outbox.upkeep.counts()).toMatchObject(counts);
    right.delivery.start(wrong.delivery);
    expect(right.delivery.gate).toMatchObject({ state: 'held' });
    await right.delivered(50);
    expect(right.lines.filter(({ event }) => event === 'gate.up')).toEqual([
      expect.objectContaining({ after: 'held' }),
    ]);
    expect(server.repeats).toBe(0);
  });
});

describe('what is on disk', () => {
  it("keeps a refused record's schedule and limit over restarts", async () => {
    const { it: server } = await gate({ faults: [parseFault('refuse')] });
    const delivery = { refusal: { min: 300, max: 300, factor: 1, attempts: 3 } };
    let plant = new Plant(server.url, { delivery });
    plant.delivery.start();
    const [order = ''] = await plant.events(1);
    for (const attempts of [1, 2]) {
      await plant.waitFor(() => plant.story(order).attempts === attempts, `attempt ${attempts}`);
      const { nextAt = 0 } = plant.story(order);
      await plant.close();
      plant = new Plant(server.url, { delivery, path: plant.path });
      plant.delivery.start();
      await plant.waitFor(() => plant.story(order).attempts > attempts, 'the next attempt');
      expect(plant.story(order).history.at(-1)?.at).toBeGreaterThanOrEqual(nextAt);
    }
    expect(plant.story(order)).toMatchObject({ state: 'parked', attempts: 3, refusals: 3 });
  });

  it('is as it was for all but what was under way when the process ended without a word', async () => {
    const { it: server } = await gate({ faults: [parseFault('latency=20ms')] });
    const dead = new Plant(server.url);
    dead.delivery.start();
    const orders = await dead.events(60);
    await dead.delivered(25);
    // From here on no outcome reaches the disk.
    dead.outbox.close();
    const again = new Plant(server.url, { path: dead.path });
    again.delivery.start();
    await again.delivered(60);
    expect(new Set(server.records().map(({ orderNo }) => orderNo))).toEqual(new Set(orders));
    expect(server.repeats).toBeLessThanOrEqual(4);
  });

  it('does what a hand beside it wrote', async () => {
    const { it: server } = await gate({ faults: [parseFault('refuse=非法参数,count=3')] });
    const plant = new Plant(server.url, { delivery: { concurrency: 1 } });
    plant.delivery.start();
    const orders = await plant.events(3);
    await plant.waitFor(() => plant.outbox.upkeep.counts().parked === 3, '3 parked');
    const hands = new OperatorActions(plant.path, systemClock, TEST_OPERATOR);
    await hands.retry(orders);
    plant.delivery.refresh();
    await plant.delivered(3);
    server.setFaults([parseFault('refuse')]);
    const [stubborn = ''] = await plant.events(1);
    await plant.waitFor(() => plant.story(stubborn).attempts > 0, 'a refusal');
    await hands.park([stubborn], 'the car is gone');
    plant.delivery.refresh();
    hands.close();
    expect(plant.story(stubborn).state).toBe('parked');
  });
});
