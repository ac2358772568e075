import { expect, it, vi } from 'vitest';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { startBroker } from '../support/broker.ts';
import { atEnd } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { event } from './filled-outbox.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

const TOPIC = 'piles/D001/session/end';

it('hands reach a daemon at work: what is parked, retried and replayed beside it it does at once', async () => {
  const refusal = { kind: 'refuse', description: '没用匹配到优惠规则' } as const;
  const [broker, gate] = await Promise.all([
    startBroker(),
    startGate({ key: TEST_KEY, faults: [{ ...refusal, order: /^final/ }] }),
  ]);
  atEnd(() => gate.close());
  // The deferred one would not be tried again within the test, and the parked one never.
  const config = writeConfig(tempDir(), {
    broker,
    gateUrl: gate.url,
    overrides: { delivery: { refusal: { min: '5h', max: '6h' } } },
  });
  const daemon = spawnDaemon({ config });
  await daemon.ready();
  const run = (...args: string[]) => pilegate([...args, '--config', config], { env: { LC_ALL: 'C.UTF-8' } });
  const publish = (...payloads: string[]) =>
    publishAll(
      broker.url,
      payloads.map((payload) => ({ topic: TOPIC, payload })),
    );

  await publish(event('final1'), event('final2'), event('lost', { plateNo: '' }));
  await daemon.log('event.quarantined');
  const parked = (order: string) => (line: Readonly<Record<string, unknown>>) =>
    line['event'] === 'record.parked' && line['orderNo'] === order;
  await Promise.all(['final1', 'final2'].map((order) => daemon.log(parked(order))));

  gate.setFaults([]);
  const delivered = (order: string) =>
    daemon.log((line) => line['event'] === 'record.delivered' && line['orderNo'] === order);
  expect(await run('records', 'retry', 'final1')).toMatchObject({ code: 0, stderr: '' });
  await delivered('final1');
  expect(await run('quarantine', 'replay', '--all', '--set', 'plateNo=浙BD00001')).toMatchObject({ code: 0 });
  await delivered('lost');

  gate.setFaults([{ kind: 'refuse', description: '处理充电和优惠失败' }]);
  await publish(event('later1'), event('later2'));
  for (const order of ['later1', 'later2'])
    await daemon.log((line) => line['event'] === 'record.refused' && line['orderNo'] === order);
  gate.setFaults([]);
  expect(await run('records', 'park', 'later2', '--why', 'a test')).toMatchObject({ code: 0 });
  expect(await run('records', 'retry', 'later1', '--json')).toMatchObject({ code: 0 });
  await delivered('later1');
  expect(await run('records', 'retry', '--parked')).toMatchObject({ code: 0, stdout: '2 due now\n' });
  await Promise.all(['final2', 'later2'].map(delivered));

  expect(
    gate
      .records()
      .map(({ record }) => record['orderNo'])
      .toSorted(),
  ).toEqual(['final1', 'final2', 'later1', 'later2', 'lost'].toSorted());
  expect(gate.repeats).toBe(0);
  expect(await daemon.stop()).toBe(0);
});
