import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { seeded } from '../../src/simulator/piles-session.ts';
import { startBroker } from '../support/broker.ts';
import { cleanUp } from '../support/cleanup.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';

afterAll(cleanUp);

const KILLS = 25;
const EVENTS = 4_000;
const CONCURRENCY = 4;

/** One of the daemon's deaths that are placed rather than drawn. */
const preload = (name: string): string => fileURLToPath(new URL(`../support/${name}.ts`, import.meta.url));

async function parts() {
  const broker = await startBroker();
  const gate = await startIndependentGate(TEST_KEY);
  const config = writeConfig(tempDir(), {
    broker,
    gateUrl: gate.url,
    overrides: { gate: { concurrency: CONCURRENCY } },
  });
  return { broker, gate, config };
}

test(`no order is lost over ${KILLS} kills while ${EVENTS} events arrive`, { timeout: 180_000 }, async () => {
  const seed = Number(process.env['PILEGATE_SEED'] ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  const { broker, gate, config } = await parts();
  const daemon = spawnDaemon({ config });
  await daemon.ready();
  const events = makeEvents({ count: EVENTS });
  // Spread over the kills: each life of the daemon meets fresh events and what the last one left.
  const publishing = (async () => {
    for (let from = 0; from < EVENTS; from += 40) {
      await publishAll(broker.url, events.slice(from, from + 40));
      await sleep(random() * 100);
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(random() * 500);
    await daemon.kill('SIGKILL');
    await daemon.restart();
    if (random() < 0.7) await daemon.ready();
  }
  await publishing;
  await daemon.ready();
  await gate.has(EVENTS, 60_000);
  console.log(
    `seed ${seed}: ${EVENTS} events, ${KILLS} kills, ${gate.posts.size} at the gate, ${gate.repeats} sent twice`,
  );
  expect([...gate.posts.keys()].toSorted()).toEqual(events.map(({ orderNo }) => orderNo).toSorted());
  expect(gate.unsigned).toBe(0);
  // Only what was under way at a kill can have been posted again.
  expect(gate.repeats).toBeLessThanOrEqual(KILLS * CONCURRENCY);
  expect(await daemon.stop()).toBe(0);
});

test('a kill between the commit and the acknowledgement: the event comes again, and is known', async () => {
  const { broker, gate, config } = await parts();
  const doomed = spawnDaemon({ config, preload: preload('kill-before-puback') });
  await doomed.ready();
  const [event] = makeEvents({ count: 1 });
  if (event === undefined) throw new Error('no event');
  await publishAll(broker.url, [event]);
  await doomed.exited();
  const daemon = spawnDaemon({ config });
  await daemon.log((line) => line['event'] === 'mqtt.connected');
  await gate.has(1);
  // It was on disk, and the broker sent it again, since it was never acknowledged to it.
  expect(await daemon.stop()).toBe(0);
  expect(gate.posts.get(event.orderNo)).toHaveLength(1 + gate.repeats);
  expect(gate.repeats).toBeLessThanOrEqual(1);
  expect(daemon.logged('event.received')).toHaveLength(0);
  expect(daemon.logged('record.delivered')).toHaveLength(1);
});

test("a kill between the gate's answer and its settling: the record goes again, and is delivered", async () => {
  const { broker, gate, config } = await parts();
  const doomed = spawnDaemon({ config, preload: preload('kill-before-settling') });
  await doomed.ready();
  const [event] = makeEvents({ count: 1 });
  if (event === undefined) throw new Error('no event');
  await publishAll(broker.url, [event]);
  await doomed.exited();
  expect(gate.posts.get(event.orderNo)).toHaveLength(1);
  const daemon = spawnDaemon({ config });
  await daemon.log('record.delivered');
  expect(gate.posts.get(event.orderNo)).toHaveLength(2);
  expect(await daemon.stop()).toBe(0);
});
