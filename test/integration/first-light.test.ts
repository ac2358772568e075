import { afterAll, expect, test } from 'vitest';
import { realMosquitto, startBroker } from '../support/broker.ts';
import { cleanUp } from '../support/cleanup.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { mosquittoPubLines, publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';

afterAll(cleanUp);

test('300 events are at the gate, each once, signed as the interface says, a moment after they were published', async () => {
  const broker = await startBroker();
  const gate = await startIndependentGate(TEST_KEY);
  const daemon = spawnDaemon({ config: writeConfig(tempDir(), { broker, gateUrl: gate.url }) });
  await daemon.ready();
  const events = makeEvents({ count: 300, devices: 1 });
  if (realMosquitto())
    await mosquittoPubLines(
      broker.url,
      'piles/D001/session/end',
      events.map(({ payload }) => payload),
    );
  else await publishAll(broker.url, events);
  await gate.has(300);
  expect([...gate.posts.keys()].toSorted()).toEqual(events.map(({ orderNo }) => orderNo).toSorted());
  expect(gate.repeats).toBe(0);
  expect(gate.unsigned).toBe(0);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.logged('event.received')).toHaveLength(300);
  expect(daemon.logged('record.delivered')).toHaveLength(300);
});
