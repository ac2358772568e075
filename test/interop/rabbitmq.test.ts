import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { publishAll } from '../support/publish.ts';
import { rabbitAvailable, startRabbit } from '../support/rabbitmq.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';

afterAll(cleanUp);

const PASSWORD = 'a-password';
const USERS = {
  pile: { password: PASSWORD },
  adapter: { password: PASSWORD },
  'without-status': { password: PASSWORD, write: '^piles\\.' },
};

/** A daemon at RabbitMQ, by MQTT 3.1.1 unless `mqtt` has it otherwise. */
async function startAt(url: string, username: string, mqtt: Readonly<Record<string, unknown>> = {}) {
  const gate = await startIndependentGate(TEST_KEY);
  const overrides = { mqtt: { username, ...mqtt } };
  const config = writeConfig(tempDir(), {
    broker: { url, protocol: '3.1.1' },
    gateUrl: gate.url,
    overrides,
  });
  const env = { PILEGATE_MQTT_PASSWORD: PASSWORD };
  const daemon = spawnDaemon({ config, env });
  let seed = 0;
  return {
    daemon,
    gate,
    /** Publishes so many events, and waits until the gate has them. */
    deliver: async (count: number) => {
      seed += 1;
      const before = gate.posts.size;
      const events = makeEvents({ count, seed });
      await publishAll(url, events, { username: 'pile', password: PASSWORD });
      await gate.has(before + count, 60_000);
    },
    warnings: async (): Promise<unknown> => {
      const { stdout } = await pilegate(['status', '--json', '--config', config], { env });
      const { warnings }: { warnings: readonly { code: string }[] } = JSON.parse(stdout);
      return warnings.map(({ code }) => code);
    },
    doctor: async (): Promise<string> =>
      (await pilegate(['doctor', '--config', config, '--lang', 'en'], { env })).stdout,
  };
}

describe.runIf(rabbitAvailable())('RabbitMQ 3.10', () => {
  let url = '';
  beforeAll(async () => {
    url = await startRabbit({ users: USERS });
  }, 120_000);

  it('brings events by MQTT 3.1.1, with the state on the status topic and nothing to warn of', async () => {
    const { daemon, deliver, warnings } = await startAt(url, 'adapter', { clientId: 'plain' });
    await daemon.ready();
    await deliver(20);
    expect(await warnings()).toEqual([]);
    expect(daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });

  it('that closes the connection for the status topic brings events all the same, after one warning', async () => {
    const { daemon, deliver, warnings } = await startAt(url, 'without-status', { clientId: 'status' });
    await daemon.log(({ warning }) => warning === 'status-topic-refused', { limitMs: 60_000 });
    const connected = daemon.logged('mqtt.connected').length;
    await deliver(20);
    await deliver(20);
    expect(daemon.logged(({ warning }) => warning === 'status-topic-refused')).toHaveLength(1);
    expect(daemon.logged('mqtt.connected').length - connected).toBeLessThanOrEqual(1);
    expect(await warnings()).toEqual(['status-topic-refused']);
    expect(await daemon.stop()).toBe(0);
  });

  it('brings events where the status topic is off', async () => {
    const off = { clientId: 'off', statusTopic: 'off' };
    const { daemon, deliver, warnings } = await startAt(url, 'without-status', off);
    await daemon.ready();
    await deliver(20);
    expect(await warnings()).toEqual([]);
    expect(daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });

  it('knows no shared subscriptions: an error names mqtt.shareGroup, in the log and in status', async () => {
    const { daemon, warnings } = await startAt(url, 'adapter', { clientId: 'share', shareGroup: 'group' });
    const line = await daemon.log(({ warning }) => warning === 'share-undelivered', { limitMs: 60_000 });
    expect(line).toMatchObject({ level: 'error', group: 'group' });
    // Nothing was delivered yet, so the gate is untried too.
    expect(await warnings()).toEqual(expect.arrayContaining(['share-undelivered']));
    expect(await daemon.stop()).toBe(0);
  });

  it('does not speak MQTT 5 and says nothing: the log and doctor name mqtt.protocol', async () => {
    const { daemon, doctor } = await startAt(url, 'adapter', { clientId: 'five', protocol: 5 });
    const { reason, level } = await daemon.log('mqtt.disconnected', { limitMs: 60_000 });
    expect(`${level}: ${reason}`).toMatch(/^error: .*mqtt\.protocol to 3\.1\.1/);
    expect(await doctor()).toMatch(/mqtt\.protocol to 3\.1\.1/);
    expect(await daemon.stop()).toBe(0);
  });

  it('without retained messages brings events all the same', async () => {
    const other = await startRabbit({ users: USERS, retained: false });
    const { daemon, deliver } = await startAt(other, 'adapter');
    await daemon.ready();
    await deliver(20);
    expect(daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });
});
