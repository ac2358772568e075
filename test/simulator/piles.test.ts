import fc from 'fast-check';
import { connectAsync, type IPublishPacket } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/simulator/broker.ts';
import { type Fleet, type PilesOptions, startPiles } from '../../src/simulator/piles.ts';
import {
  makePlate,
  makeSession,
  type PileSession,
  seeded,
  stationTime,
} from '../../src/simulator/piles-session.ts';
import { freePort } from '../support/port.ts';
import { until } from '../support/wait.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let next = undo.pop(); next; next = undo.pop()) await next();
});

describe('a made-up session', () => {
  const anySession = fc
    .record({
      seed: fc.nat(),
      endAt: fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') }),
    })
    .map(({ seed, endAt }) => makeSession({ orderNo: '1', deviceId: 'D001', endAt, random: seeded(seed) }));

  it('adds up to the last fen, ends when it was said to, and began before', () => {
    fc.assert(
      fc.property(anySession, ({ payload }) => {
        const event = JSON.parse(payload);
        const fen = (yuan: unknown): number => Math.round(Number(yuan) * 100);
        expect(fen(event.elecMoney) + fen(event.serviceMoney)).toBe(fen(event.totalMoney));
        expect(event.power).toBeGreaterThanOrEqual(0);
        expect(event.power).toBeLessThanOrEqual(70);
        expect(event.startTime <= event.endTime).toBe(true);
        expect(event.startTime === event.endTime).toBe(event.power === 0);
      }),
    );
  });

  it('has a plate as cars have them', () => {
    const plate =
      /^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]([DF]\d{5}|\d{5}[DF]|[A-HJ-NP-Z0-9]{5})$/;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(makePlate(seeded(seed))).toMatch(plate);
      }),
    );
  });

  it('is the same for the same seed', () => {
    const twice = [7, 7].map((seed) =>
      makeSession({ orderNo: '1', deviceId: 'D001', endAt: 1_764_000_000_000, random: seeded(seed) }),
    );
    expect(twice[0]).toEqual(twice[1]);
  });

  it('tells its time as the clock at the station shows it', () => {
    expect(stationTime(Date.parse('2026-11-24T16:00:00Z'))).toBe('2026-11-25 00:00:00');
  });
});

describe('a fleet of piles', () => {
  let broker: EmbeddedBroker;
  const got: { topic: string; payload: string; packet: IPublishPacket }[] = [];

  async function start(options: Omit<PilesOptions, 'url'>): Promise<Fleet> {
    got.length = 0;
    broker = await startEmbeddedBroker();
    undo.push(() => broker.stop());
    const listener = await connectAsync(broker.url, {
      clientId: 'adapter',
      clean: false,
      protocolVersion: 4,
    });
    undo.push(() => listener.endAsync(true));
    listener.on('message', (topic, payload, packet) =>
      got.push({ topic, payload: payload.toString(), packet }),
    );
    await listener.subscribeAsync('piles/+/session/end', { qos: 1 });
    const fleet = await startPiles({ url: broker.url, ...options });
    undo.push(() => fleet.stop(0));
    return fleet;
  }

  it('ends after so many sessions, each from one of its piles with an order number of its own', async () => {
    const fleet = await start({ piles: 3, rate: 1000, count: 200, repeats: 0 });
    const counts = await fleet.done;
    expect(counts).toMatchObject({ sessions: 200, repeated: 0, acknowledged: 200, waiting: 0, connected: 3 });
    await until(() => got.length >= 200, '200 messages');
    expect(new Set(got.map(({ payload }) => JSON.parse(payload).orderNo)).size).toBe(200);
    const topics = ['D001', 'D002', 'D003'].map((device) => `piles/${device}/session/end`);
    expect([...new Set(got.map(({ topic }) => topic))].sort()).toEqual(topics);
    expect(got.every(({ packet }) => packet.qos === 1)).toBe(true);
  });

  it('publishes some bills again, to the letter, before it ends', async () => {
    const published = new Map<string, string[]>();
    const onPublished = ({ orderNo, payload }: PileSession, repeat: boolean): void => {
      const bills = published.get(orderNo) ?? [];
      expect(bills.length > 0).toBe(repeat);
      published.set(orderNo, [...bills, payload]);
    };
    const fleet = await start({ rate: 1000, count: 100, repeats: 0.3, seed: 4, onPublished });
    const counts = await fleet.done;
    expect(counts.repeated).toBeGreaterThan(10);
    expect(counts.acknowledged).toBe(100 + counts.repeated);
    expect(published.size).toBe(100);
    for (const bills of published.values()) expect(new Set(bills).size).toBe(1);
  });

  it('ends after its time', async () => {
    const fleet = await start({ rate: 200, durationMs: 300 });
    const counts = await fleet.done;
    expect(counts.sessions).toBeGreaterThan(0);
    expect(counts.acknowledged).toBe(counts.sessions + counts.repeated);
  });

  it('loses nothing when the broker goes away and comes back', async () => {
    const fleet = await start({ rate: 500, count: 300, repeats: 0 });
    await until(() => fleet.counts().acknowledged > 50, 'some events');
    await broker.pause();
    await until(() => fleet.counts().sessions === 300, 'all sessions to have ended');
    await broker.resume();
    const counts = await fleet.done;
    expect(counts).toMatchObject({ acknowledged: 300, waiting: 0 });
    await until(
      () => new Set(got.map(({ payload }) => payload)).size === 300,
      'every event at the subscriber',
    );
  });

  it('says what was left when it is stopped while the broker is away', async () => {
    const fleet = await start({ rate: 500 });
    await until(() => fleet.counts().acknowledged > 10, 'some events');
    await broker.pause();
    await until(() => fleet.counts().waiting > 10, 'events that wait');
    const counts = await fleet.stop(0);
    expect(counts.waiting).toBeGreaterThan(10);
    expect(counts.acknowledged + counts.waiting).toBe(counts.sessions + counts.repeated);
  });

  it('says that no broker is there, and which one it could use', async () => {
    const port = await freePort();
    const refused = startPiles({ url: `mqtt://127.0.0.1:${port}`, piles: 2 });
    await expect(refused).rejects.toBeInstanceOf(Failure);
    await expect(refused).rejects.toThrow(/ECONNREFUSED.*pilegate simulate broker/);
  });
});
