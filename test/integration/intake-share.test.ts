import { afterAll, describe, expect, it, vi } from 'vitest';
import { realMosquitto } from '../support/broker.ts';
import { cleanUp } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { type Station, startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

const EVENTS = 400;
/** `gate.concurrency` by default. */
const CONCURRENCY = 4;

/** The parts of one big site: adapters with a name and an outbox of their own, on one broker and one gate. */
async function bigSite(overrides: Readonly<Record<string, unknown>> = {}) {
  const broker = await startMosquitto();
  const gate = await startIndependentGate(TEST_KEY);
  return (clientId: string): Promise<Station> =>
    startStation({
      broker,
      gate,
      overrides: { mqtt: { clientId, shareGroup: 'adapters' }, ...overrides },
    });
}

async function twoAdapters(overrides: Readonly<Record<string, unknown>> = {}): Promise<[Station, Station]> {
  const adapter = await bigSite(overrides);
  return [await adapter('adapter-1'), await adapter('adapter-2')];
}

const records = ({ rows }: Station) =>
  rows('SELECT order_no FROM records').map((row) => String(row['order_no']));

describe.runIf(realMosquitto())('two adapters of a share group', () => {
  it('share the work: every order is delivered once, by one of them, also while one is away', async () => {
    const [first, second] = await twoAdapters();
    const { broker, gate } = first;
    const events = makeEvents({ count: EVENTS });
    await publishAll(broker.url, events);
    await gate.has(EVENTS, 60_000);
    const [mine, its] = [records(first), records(second)];
    expect(mine.length + its.length).toBe(EVENTS);
    expect(new Set([...mine, ...its]).size).toBe(EVENTS);
    // Not all to one of them; how they are dealt is the broker's business.
    expect(Math.min(mine.length, its.length)).toBeGreaterThan(EVENTS / 10);
    expect(gate.repeats).toBe(0);

    expect(await second.daemon.stop()).toBe(0);
    const more = makeEvents({ count: 50, seed: 2 });
    await publishAll(broker.url, more);
    await second.daemon.restart();
    await gate.has(EVENTS + 50, 60_000);
    expect([...gate.posts.keys()].toSorted()).toEqual(
      [...events, ...more].map(({ orderNo }) => orderNo).toSorted(),
    );
    expect(gate.repeats).toBe(0);
    expect(await Promise.all([first.daemon.stop(), second.daemon.stop()])).toEqual([0, 0]);
  });

  it('each hear every plate, and each tell how they are on a topic of their own', async () => {
    const [first, second] = await twoAdapters({
      contexts: [
        {
          name: 'plate',
          topic: 'cameras/{spaceNo}/plate',
          key: { topic: 'spaceNo' },
          fields: { plateNo: 'plate' },
          keep: '1h',
        },
      ],
      sources: [
        {
          name: 'session-end',
          topic: 'piles/{deviceId}/session/end',
          profile: 'pilegate',
          fields: { plateNo: { context: 'plate', key: { path: 'spaceNo' } } },
        },
      ],
    });
    const { broker, gate } = first;
    const plates = Array.from({ length: 8 }, (_, at) => ({
      topic: `cameras/A-0${at}/plate`,
      payload: JSON.stringify({ plate: `浙BD1234${at}` }),
    }));
    await publishAll(broker.url, plates);
    const known = ({ rows }: Station) => rows('SELECT key FROM contexts').length;
    await until(() => known(first) === 8 && known(second) === 8, 'every plate at both');
    const events = makeEvents({ count: 40 }).map(({ topic, payload }, at) => {
      const { plateNo: _, ...event } = JSON.parse(payload);
      return { topic, payload: JSON.stringify({ ...event, spaceNo: `A-0${at % 8}` }) };
    });
    await publishAll(broker.url, events);
    await gate.has(40);
    for (const [post] of gate.posts.values())
      expect(post?.body['plateNo']).toBe(`浙BD1234${post?.body['spaceNo']?.slice(-1)}`);
    expect(Math.min(records(first).length, records(second).length)).toBeGreaterThan(0);

    const topics = broker.log.filter((line) => /Received PUBLISH from adapter-\d .*pilegate\//.test(line));
    expect(topics.some((line) => line.includes('pilegate/3302120001/adapter-1/status'))).toBe(true);
    expect(topics.some((line) => line.includes('pilegate/3302120001/adapter-2/status'))).toBe(true);
    expect(await Promise.all([first.daemon.stop(), second.daemon.stop()])).toEqual([0, 0]);
  });
});

describe.runIf(realMosquitto())('three adapters of a share group', () => {
  it('lose nothing when one of them is killed amid the work: the others go on, and its share follows when it is back', async () => {
    const adapter = await bigSite();
    const [first, doomed, third] = [
      await adapter('adapter-1'),
      await adapter('adapter-2'),
      await adapter('adapter-3'),
    ];
    const { broker, gate } = first;
    const events = makeEvents({ count: 3 * EVENTS });
    const publishing = publishAll(broker.url, events);
    await gate.has(EVENTS / 4, 60_000);
    await doomed.daemon.kill('SIGKILL');
    await publishing;
    const fresh = makeEvents({ count: 30, seed: 3 });
    await publishAll(broker.url, fresh);
    await until(
      () => records(first).length + records(third).length > EVENTS,
      'the two that are left to go on with the work',
    );
    await doomed.daemon.restart();
    await doomed.daemon.ready();
    await gate.has(events.length + fresh.length, 60_000);
    expect([...gate.posts.keys()].toSorted()).toEqual(
      [...events, ...fresh].map(({ orderNo }) => orderNo).toSorted(),
    );
    // Posted again: no more than the killed one had under way. What it had not acknowledged comes again to itself.
    expect(gate.repeats).toBeLessThanOrEqual(CONCURRENCY);
    expect(await Promise.all([first, doomed, third].map(({ daemon }) => daemon.stop()))).toEqual([0, 0, 0]);
  });
});
