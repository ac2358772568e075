import { afterAll, describe, expect, it, vi } from 'vitest';
import { startEmbeddedBroker } from '../../../src/simulator/broker.ts';
import { realMosquitto } from '../../support/broker.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { makeEvents } from '../../support/events.ts';
import { type MosquittoOptions, startMosquitto } from '../../support/mosquitto.ts';
import { publishAll } from '../../support/publish.ts';
import { until } from '../../support/wait.ts';
import { type SettingsDiffer, settingsFor, startIntake, type TestIntake } from '../support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 90_000 });

const SHARED = ['$share/group/piles/+/session/end'];
const USERS = { adapter: 'a-password', pile: 'a-password' };
const PILE = 'user pile\ntopic readwrite #\n';

/** Publishes so many events, as a pile, and waits until all are taken. */
async function events(url: string, started: TestIntake, count = 5, seed = 1): Promise<void> {
  await started.isConnected();
  const { taken } = started;
  const before = taken.length;
  await publishAll(url, makeEvents({ count, seed }), { username: 'pile', password: USERS.pile });
  await until(() => taken.length >= before + count, 'all events');
}

describe.runIf(realMosquitto())('mosquitto', () => {
  /** An intake logged in as `adapter` at a mosquitto of these rules. */
  async function intakeAt(options: MosquittoOptions, differs: SettingsDiffer = {}, filters?: string[]) {
    const broker = await startMosquitto({ users: USERS, ...options });
    const settings = settingsFor(broker, {
      username: 'adapter',
      password: USERS.adapter,
      ...differs,
    });
    const started = startIntake(settings, filters === undefined ? {} : { filters });
    return { broker, started };
  }

  it.each([5, '3.1.1'] as const)(
    'that does not allow the status topic brings events all the same, with one warning, by MQTT %s',
    async (protocol) => {
      const acl = `user adapter\ntopic read piles/#\n${PILE}`;
      const { broker, started } = await intakeAt({ acl }, { protocol });
      await until(() => started.warnings.has('status-topic-refused'), 'the warning');
      await events(broker.url, started);
      await broker.restart();
      await until(() => started.reconnects > 0, 'the next connection', 30_000);
      await events(broker.url, started, 5, 2);
      expect([...started.warnings.keys()]).toEqual(['status-topic-refused']);
    },
  );

  it.each([5, '3.1.1'] as const)(
    'that keeps no retained messages brings events all the same, by MQTT %s',
    async (protocol) => {
      const { broker, started } = await intakeAt({ lines: ['retain_available false'] }, { protocol });
      await events(broker.url, started);
      await until(() => started.warnings.has('status-topic-refused'), 'the warning');
    },
  );

  it.each([5, '3.1.1'] as const)(
    'that allows all raises no warning, shares included, by MQTT %s',
    async (protocol) => {
      const { broker, started } = await intakeAt({}, { protocol, shareGroup: 'group' }, SHARED);
      await started.isConnected();
      // Longer than our own messages are waited for.
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      await events(broker.url, started);
      expect([...started.warnings.keys()]).toEqual([]);
    },
  );

  it('whose shares cannot be proved without a status topic is believed once it has brought an event', async () => {
    const differs = { protocol: '3.1.1', shareGroup: 'group', statusTopic: undefined } as const;
    const { broker, started } = await intakeAt({}, differs, SHARED);
    await until(() => started.warnings.has('share-undelivered'), 'the warning');
    await events(broker.url, started);
    expect([...started.warnings.keys()]).toEqual([]);
  });

  it('where another client has our id is an error and a warning, until it is gone', async () => {
    const { broker, started } = await intakeAt({});
    await started.isConnected();
    const other = startIntake(settingsFor(broker, { username: 'adapter', password: USERS.adapter }));
    await until(
      () => started.warnings.has('client-id-clash') || other.warnings.has('client-id-clash'),
      'the clash',
      60_000,
    );
    const clashes = [started, other].flatMap(({ lines }) =>
      lines.filter(({ level, fields }) => level === 'error' && /client/.test(String(fields['reason']))),
    );
    expect(clashes.length).toBeGreaterThan(0);
  });

  it('that restarts again and again has us back within ten seconds each time, by the default waits', async () => {
    const reconnect = { min: 500, max: 10_000 };
    const { broker, started } = await intakeAt({}, { reconnect });
    await started.isConnected();
    const waits: number[] = [];
    for (let restart = 0; restart < 5; restart += 1) {
      const connected = started.reconnects;
      await broker.restart();
      const since = performance.now();
      await until(() => started.reconnects > connected, 'the connection', 30_000);
      waits.push(Math.round(performance.now() - since));
    }
    console.log(`back after ${waits.join(', ')} ms`);
    expect(Math.max(...waits)).toBeLessThan(reconnect.max + 1_000);
  });
});

it('a broker that knows no shares, by MQTT 3.1.1, is an error that names the group', async () => {
  const broker = await startEmbeddedBroker();
  atEnd(() => broker.stop());
  const settings = settingsFor({ url: broker.url, protocol: '3.1.1' }, { shareGroup: 'group' });
  const started = startIntake(settings, { filters: SHARED });
  await until(() => started.warnings.has('share-undelivered'), 'the warning', 20_000);
  expect(started.warnings.get('share-undelivered')).toMatchObject({ group: 'group' });
  expect(started.warnings.has('status-topic-refused')).toBe(false);
});
