import { describe, expect, test } from 'vitest';
import { type GateOptions, startGate } from '../../../src/simulator/gate/gate.ts';
import { record } from '../../gate/record.ts';
import { client, KEY } from '../../gate/servers.ts';
import { gate, order } from './start.ts';

describe('faults to order', () => {
  test.each<[GateOptions['faults'], object, number]>([
    [
      [{ kind: 'status', status: 503, retryAfter: '7' }],
      { kind: 'unanswered', status: 503, retryAfterMs: 7000 },
      0,
    ],
    [[{ kind: 'status', status: 302 }], { kind: 'misconfigured', status: 302 }, 0],
    [[{ kind: 'reset-before' }], { kind: 'unanswered' }, 0],
    [[{ kind: 'reset-after' }], { kind: 'unanswered' }, 1],
    [[{ kind: 'no-answer' }], { kind: 'unanswered', reason: expect.stringContaining('ran out') }, 1],
    [[{ kind: 'slow-body', ms: 60_000 }], { kind: 'unanswered', status: 200 }, 1],
    [[{ kind: 'latency', ms: 60_000 }], { kind: 'unanswered' }, 1],
    [[{ kind: 'malformed', body: '{"result":' }], { kind: 'unanswered', status: 200 }, 1],
    [[{ kind: 'malformed', body: '{"result",0}' }], { kind: 'delivered', malformed: true }, 1],
    [[{ kind: 'refuse', description: '车辆已离场' }], { kind: 'refused', description: '车辆已离场' }, 0],
    [[{ kind: 'slow-body', ms: 20 }], { kind: 'delivered' }, 1],
    [
      [
        { kind: 'latency', ms: 10 },
        { kind: 'latency', ms: 10 },
      ],
      { kind: 'delivered' },
      1,
    ],
  ])('%j', async (faults, outcome, taken) => {
    const { it } = await gate(faults === undefined ? {} : { faults });
    // Only where the fault holds the answer for ever is the client's time-out what the test waits for.
    const hangs = /no-answer|60000/.test(JSON.stringify(faults));
    expect(await client(it.url, { timeout: hangs ? 1000 : 20_000 }).send(record())).toMatchObject(outcome);
    expect(it.records()).toHaveLength(taken);
    expect(it.requests).toBe(1);
  });

  test('hit the records they are for, and are told', async () => {
    const { it, events } = await gate();
    it.setFaults([{ kind: 'refuse', description: '车辆已离场', plate: /^粤/ }]);
    const { send } = client(it.url);
    expect(await send(order('1'))).toMatchObject({ kind: 'delivered' });
    expect(await send(order('2', { plateNo: '粤B12345' }))).toMatchObject({ kind: 'refused' });
    expect(events.map(({ fault }) => fault)).toEqual([undefined, 'refuse']);
    it.setFaults([]);
    expect(await send(order('2', { plateNo: '粤B12345' }))).toMatchObject({ kind: 'delivered' });
  });

  test('hit a share by the chance they are given', async () => {
    const chances = [0.1, 0.9];
    const { it } = await gate({
      random: () => chances.shift() ?? 1,
      faults: [{ kind: 'status', status: 500, share: 0.5 }],
    });
    const { send } = client(it.url);
    expect([(await send(order('1'))).kind, (await send(order('2'))).kind]).toEqual([
      'unanswered',
      'delivered',
    ]);
  });

  test('a record that is broken anyway is refused for that', async () => {
    const { it } = await gate({ faults: [{ kind: 'refuse', description: '车辆已离场' }] });
    expect(await client(it.url).send(record({ power: 'x' }))).toMatchObject({
      description: expect.stringContaining('power'),
    });
  });
});

describe('a gate that is away', () => {
  test('is unreachable, and comes back at the same address', async () => {
    const { it } = await gate();
    const { send } = client(it.url);
    await send(order('1'));
    await it.away(true);
    await it.away(true);
    expect(await send(order('2'))).toMatchObject({ kind: 'unreachable' });
    await it.away(false);
    await it.away(false);
    expect(await send(order('2'))).toMatchObject({ kind: 'delivered' });
    expect(it.records()).toHaveLength(2);
  });

  test('goes and comes by the clock where that is ordered', async () => {
    const { it } = await gate();
    const { send } = client(it.url);
    const until = async (kind: string) => {
      for (let n = 0; n < 10_000; n += 1) if ((await send(order(`${n}`))).kind === kind) return kind;
      return 'never';
    };
    it.setFaults([{ kind: 'away', from: 50, to: 1500 }]);
    expect(await until('unreachable')).toBe('unreachable');
    expect(await until('delivered')).toBe('delivered');
  });

  test('tells where it cannot listen', async () => {
    const { it } = await gate();
    await expect(startGate({ key: KEY, port: it.port })).rejects.toThrow(
      `the gate cannot listen on 127.0.0.1:${it.port}`,
    );
  });
});
