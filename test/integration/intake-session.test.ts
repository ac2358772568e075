import { readFileSync, writeFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { realMosquitto, startBroker } from '../support/broker.ts';
import { cleanUp } from '../support/cleanup.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { freePort } from '../support/port.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

describe('the session at the broker', () => {
  it('keeps what is published while the daemon is away, by a stop or by a kill', async () => {
    const { broker, gate, daemon } = await startStation();
    const [first, second] = [makeEvents({ count: 50 }), makeEvents({ count: 50, seed: 2 })];
    expect(await daemon.stop()).toBe(0);
    await publishAll(broker.url, first);
    await daemon.restart();
    await gate.has(50);
    await daemon.kill('SIGKILL');
    await publishAll(broker.url, second);
    await daemon.restart();
    await gate.has(100);
    expect([...gate.posts.keys()].toSorted()).toEqual(
      [...first, ...second].map(({ orderNo }) => orderNo).toSorted(),
    );
    expect(await daemon.stop()).toBe(0);
  });

  it('is freed of topics that the config names no more', async () => {
    const { broker, gate, daemon, config, rows } = await startStation();
    expect(await daemon.stop()).toBe(0);
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replaceAll('piles/{deviceId}/session/end', 'bays/{deviceId}/end'),
    );
    await daemon.restart();
    await daemon.ready();
    const [event] = makeEvents({ count: 1 });
    await publishAll(broker.url, [
      { topic: 'piles/D001/session/end', payload: '{}' },
      { topic: 'bays/D001/end', payload: event?.payload ?? '' },
    ]);
    await gate.has(1);
    expect(rows('SELECT topic FROM quarantine')).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });
});

describe('retained events', () => {
  it('come with every subscription by MQTT 3.1.1, and cost nothing', async () => {
    const plain = await startBroker();
    const { broker, gate, daemon, rows } = await startStation({ broker: { ...plain, protocol: '3.1.1' } });
    const events = makeEvents({ count: 5 }).map((event, at) => ({
      ...event,
      topic: `piles/P${at}/session/end`,
    }));
    const junk = { topic: 'piles/P9/session/end', payload: 'no JSON' };
    await publishAll(broker.url, [...events, junk], { retain: true });
    await gate.has(5);
    await daemon.log('event.quarantined');
    const before = rows(
      'SELECT count(*) AS records, (SELECT count(*) FROM quarantine) AS quarantine FROM records',
    );
    expect(before).toEqual([{ records: 5, quarantine: 1 }]);
    const restarted = daemon.lines.length;
    for (let restart = 0; restart < 2; restart += 1) {
      await daemon.restart();
      await daemon.ready();
      // What comes after them on the same connection is taken after them.
      const [fresh] = makeEvents({ count: 1, seed: 10 + restart });
      await publishAll(broker.url, fresh ? [fresh] : []);
      await gate.has(6 + restart);
    }
    expect(rows('SELECT count(*) AS records FROM records')).toEqual([{ records: 7 }]);
    expect(rows('SELECT count(*) AS entries FROM quarantine')).toEqual([{ entries: 1 }]);
    expect(daemon.logged('event.received', restarted)).toHaveLength(2);
    expect(daemon.logged('event.quarantined', restarted)).toHaveLength(0);
    expect(gate.repeats).toBe(0);
    expect(await daemon.stop()).toBe(0);
  });
});

it('an event published at QoS 0 is taken, with one warning for its topic', async () => {
  const { broker, gate, daemon } = await startStation();
  const client = await connectAsync(broker.url, { protocolVersion: 4 });
  for (const { topic, payload } of makeEvents({ count: 3, devices: 1 }))
    await client.publishAsync(topic, payload);
  await gate.has(3);
  await client.endAsync();
  const warnings = daemon.lines.filter((line) => line['level'] === 'warn');
  expect(warnings).toMatchObject([
    {
      warning: 'events-qos0',
      topic: 'piles/D001/session/end',
      msg: expect.stringContaining('published at QoS 0'),
    },
  ]);
  expect(await daemon.stop()).toBe(0);
});

describe('a broker that goes', () => {
  it('and is absent at the start is waited for, while the daemon runs', async () => {
    const gate = await startIndependentGate(TEST_KEY);
    const broker = { url: `mqtt://127.0.0.1:${await freePort()}` };
    const daemon = spawnDaemon({ config: writeConfig(tempDir(), { broker, gateUrl: gate.url }) });
    const line = await daemon.log('mqtt.disconnected');
    expect(line).toMatchObject({ level: 'warn', reason: expect.stringContaining('nothing listens there') });
    expect(await daemon.stop()).toBe(0);
    expect(daemon.logged('daemon.ready')).toHaveLength(0);
  });

  it.runIf(realMosquitto())(
    'is found again each time, killed or stopped, and nothing it kept is lost',
    async () => {
      const broker = await startMosquitto();
      const { gate, daemon } = await startStation({ broker });
      for (let round = 1; round <= 3; round += 1) {
        await (round === 2 ? broker.kill() : broker.stop());
        await until(
          () => daemon.logged('mqtt.disconnected').length === round,
          'the daemon to notice that the broker is gone',
        );
        await broker.restart();
        await publishAll(broker.url, makeEvents({ count: 20, seed: round }));
        await gate.has(20 * round, 60_000);
      }
      expect(daemon.logged('mqtt.connected')).toHaveLength(4);
      // Once an outage, not with each try.
      expect(daemon.logged('mqtt.disconnected')).toHaveLength(3);
      expect(gate.repeats).toBe(0);
      expect(await daemon.stop()).toBe(0);
    },
  );
});
