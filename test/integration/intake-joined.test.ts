import { afterAll, expect, it, vi } from 'vitest';
import { cleanUp } from '../support/cleanup.ts';
import { publishAll } from '../support/publish.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

/** Start and stop of a session are published apart: energy is the difference of the meters. */
function station(wait: string) {
  return startStation({
    overrides: {
      contexts: [
        {
          name: 'started',
          topic: 'ocpp/{box}/started',
          key: 'transactionId',
          fields: { meterStart: 'meterStart', startTime: { path: 'timestamp', time: 'iso' } },
          keep: '2d',
        },
      ],
      sources: [
        {
          name: 'stopped',
          topic: 'ocpp/{deviceId}/stopped',
          contexts: { started: 'transactionId' },
          fields: {
            orderNo: 'transactionId',
            plateNo: { const: '浙BD12345' },
            startTime: { context: 'started', key: 'transactionId' },
            endTime: { path: 'timestamp', time: 'iso' },
            power: { expr: '(meterStop - $context.started.meterStart) / 1000' },
          },
          wait,
        },
      ],
    },
  });
}

const started = (id: string, meterStart: number) => ({
  topic: 'ocpp/D001/started',
  payload: JSON.stringify({ transactionId: id, meterStart, timestamp: '2026-11-24T00:00:00Z' }),
});
const stopped = (id: string, meterStop: number) => ({
  topic: 'ocpp/D001/stopped',
  payload: JSON.stringify({ transactionId: id, meterStop, timestamp: '2026-11-24T01:12:30Z' }),
});

it('a start and a stop become one record, whichever comes first, and over kills between them', async () => {
  const { broker, gate, daemon } = await station('1h');
  const kill = async () => {
    await daemon.kill('SIGKILL');
    await daemon.restart();
    await daemon.ready();
  };
  const power = (order: string) => gate.posts.get(order)?.[0]?.body['power'];

  await publishAll(broker.url, [started('before', 1_000), stopped('before', 33_150)]);
  await gate.has(1);
  expect(power('before')).toBe('32.15');

  await publishAll(broker.url, [started('before, killed', 5_000)]);
  await kill();
  await publishAll(broker.url, [stopped('before, killed', 6_500)]);
  await gate.has(2);
  expect(power('before, killed')).toBe('1.50');

  await publishAll(broker.url, [stopped('after', 2_000)]);
  expect(await daemon.log('event.waiting')).toMatchObject({ orderNo: 'after' });
  await kill();
  await publishAll(broker.url, [started('after', 500)]);
  await gate.has(3);
  expect(gate.posts.get('after')?.[0]?.body).toMatchObject({
    power: '1.50',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
  });
  expect(await daemon.stop()).toBe(0);
});

it('a stop whose start never comes ends its wait in quarantine, naming what is missing', async () => {
  const { broker, daemon, rows } = await station('1s');
  await publishAll(broker.url, [stopped('alone', 2_000)]);
  const line = await daemon.log('event.quarantined');
  expect(line).toMatchObject({ orderNo: 'alone', kind: 'expired' });
  expect(String(line['reason'])).toContain('started');
  expect(rows('SELECT kind, order_no FROM quarantine')).toEqual([{ kind: 'expired', order_no: 'alone' }]);
  expect(await daemon.stop()).toBe(0);
});
