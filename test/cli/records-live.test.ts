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

it('a corrected record reaches the gate as corrected, a resent one a second time, and the log tells who did it', async () => {
  const [broker, gate] = await Promise.all([
    startBroker(),
    startGate({
      key: TEST_KEY,
      faults: [{ kind: 'refuse', description: '没用匹配到优惠规则', order: /^wrong/ }],
    }),
  ]);
  atEnd(() => gate.close());
  const config = writeConfig(tempDir(), { broker, gateUrl: gate.url });
  const daemon = spawnDaemon({ config });
  await daemon.ready();
  const run = (...args: string[]) => pilegate([...args, '--config', config], { env: { LC_ALL: 'C.UTF-8' } });
  await publishAll(broker.url, [
    { topic: TOPIC, payload: event('wrong') },
    { topic: TOPIC, payload: event('right') },
  ]);
  const of = (name: string, order: string) => (line: Readonly<Record<string, unknown>>) =>
    line['event'] === name && line['orderNo'] === order;
  await daemon.log(of('record.parked', 'wrong'));
  await daemon.log(of('record.delivered', 'right'));
  gate.setFaults([]);

  expect(
    await run('records', 'retry', 'wrong', '--set', 'plateNo=浙BD00009', '--why', 'misread'),
  ).toMatchObject({
    code: 0,
  });
  await daemon.log(of('record.delivered', 'wrong'));
  const plates = (order: string) =>
    gate.records().flatMap(({ record }) => (record['orderNo'] === order ? record['plateNo'] : []));
  expect(plates('wrong')).toEqual(['浙BD00009']);

  const from = daemon.lines.length;
  expect(await run('records', 'resend', 'right', '--why', 'lost there', '--yes')).toMatchObject({ code: 0 });
  await daemon.log(of('record.delivered', 'right'), { from });
  expect(gate.repeats).toBe(1);
  const acted = await daemon.log(of('operator.action', 'right'), { from });
  expect(acted).toMatchObject({
    command: 'records resend',
    why: 'lost there',
    changed: ['state'],
    via: 'cli',
  });
  // Once each, without the plate, and what is done while no daemon runs at the next start.
  await daemon.kill('SIGKILL');
  expect(await run('records', 'park', 'right')).toMatchObject({ code: 1 });
  expect(await run('records', 'resend', 'wrong', '--why', 'again', '--yes')).toMatchObject({ code: 0 });
  await daemon.restart();
  await daemon.log(of('operator.action', 'wrong'));
  await daemon.stop();
  const actions = daemon.logged('operator.action');
  expect(actions.map(({ command }) => command)).toEqual([
    'records retry',
    'records resend',
    'records resend',
  ]);
  expect(JSON.stringify(actions)).not.toContain('浙BD');
});
