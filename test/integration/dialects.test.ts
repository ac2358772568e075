import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startBroker } from '../support/broker.ts';
import { cleanUp } from '../support/cleanup.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import {
  type IndependentPlatform,
  startBolink,
  startKeytop,
  startTeld,
} from '../support/independent-dialects.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { rowsOf } from './intake-support.ts';

afterAll(cleanUp);

const OPERATOR = {
  operatorId: 'MA1234567',
  operatorSecret: 'operatorSecret01',
  data: 'dataSecret000001',
  iv: 'dataSecretIV0001',
  sig: 'sigSecret0000001',
};
const ENV = {
  PILEGATE_GATE_OPERATOR_SECRET: OPERATOR.operatorSecret,
  PILEGATE_GATE_DATA_SECRET: OPERATOR.data,
  PILEGATE_GATE_DATA_SECRET_IV: OPERATOR.iv,
  PILEGATE_GATE_SIG_SECRET: OPERATOR.sig,
};

type Other = 'keytop' | 'bolink' | 'teld';

const PLATFORMS: Readonly<
  Record<Other, { start: () => Promise<IndependentPlatform>; base: string; gate: object; env: object }>
> = {
  keytop: {
    start: () => startKeytop(TEST_KEY),
    base: '/unite-api',
    gate: { parkId: '1208', keytop: { appId: '10001' } },
    env: {},
  },
  bolink: {
    start: () => startBolink(TEST_KEY),
    base: '/zld/',
    gate: { parkId: undefined, bolink: { comid: '1313', unionId: '200461' } },
    env: {},
  },
  teld: {
    start: () => startTeld(OPERATOR),
    base: '/evcs/v1',
    gate: { keyFile: undefined, teld: { operatorId: OPERATOR.operatorId } },
    env: ENV,
  },
};

/** A broker, a platform of the dialect, and a daemon between them. */
async function station(dialect: Other) {
  const { start, base, gate, env } = PLATFORMS[dialect];
  const broker = await startBroker();
  const platform = await start();
  const overrides = { gate: { dialect, portName: undefined, ...gate } };
  const config = writeConfig(tempDir(), { broker, gateUrl: `${platform.origin}${base}`, overrides });
  const run = () => spawnDaemon({ config, env: { ...env } });
  const count = (state: string) =>
    rowsOf(join(dirname(config), 'outbox.db'), `SELECT order_no FROM records WHERE state = '${state}'`)
      .length;
  const daemon = run();
  await daemon.ready();
  return { broker, platform, daemon, run, count };
}

const twice = ({ granted }: IndependentPlatform) => [...granted.values()].filter((times) => times > 1).length;

describe.each<Other>(['keytop', 'bolink', 'teld'])('%s', (dialect) => {
  test('300 events are at an independent receiver, each once, and it finds nothing wrong', async () => {
    const { broker, platform, daemon } = await station(dialect);
    const events = makeEvents({ count: 300, devices: 3 });
    await publishAll(broker.url, events);
    await platform.has(300);
    expect([...platform.granted.keys()].toSorted()).toEqual(events.map(({ orderNo }) => orderNo).toSorted());
    expect(platform.wrong).toEqual([]);
    expect(twice(platform)).toBe(0);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.logged('record.delivered')).toHaveLength(300);
  });
});

describe.each<Other>(['keytop', 'teld'])('%s, where a repeat would grant a second discount', (dialect) => {
  test('records whose answer is lost are parked, the others delivered, and nothing is sent twice', async () => {
    const { broker, platform, daemon, count } = await station(dialect);
    platform.fail('reset', 3);
    await publishAll(broker.url, makeEvents({ count: 40, devices: 3 }));
    await platform.has(40);
    await until(() => count('pending') === 0, 'no record is pending', 30_000);
    expect([count('parked'), count('delivered')]).toEqual([3, 37]);
    expect(twice(platform)).toBe(0);
    expect(await daemon.stop()).toBe(0);
  });

  test('a record on its way when the process is killed is parked at the next start, and not sent again', async () => {
    const { broker, platform, daemon, run, count } = await station(dialect);
    platform.fail('silence', 1);
    await publishAll(broker.url, makeEvents({ count: 5, devices: 1 }));
    await platform.has(1);
    await daemon.kill('SIGKILL');
    const next = run();
    await next.ready();
    await platform.has(5);
    await until(() => count('pending') === 0, 'no record is pending', 30_000);
    expect(count('parked')).toBeGreaterThanOrEqual(1);
    expect(twice(platform)).toBe(0);
    expect(await next.stop()).toBe(0);
  });
});
