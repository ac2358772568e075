import { expect, it, vi } from 'vitest';
import { reason } from '../../src/domain/reason.ts';
import { pilegate } from '../support/cli.ts';
import { ARRIVED, event, stock } from './filled-outbox.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

it('records retry and show say what a second sending of an unanswered record risks, in both languages', async () => {
  const { config, outbox, take, end } = stock();
  const why = reason('gate.ended-while-sending', {});
  const held = { kind: 'unanswered', reason: reason('gate.unanswered-held', { why }) } as const;
  for (const order of ['held1', 'held2', 'held3']) {
    await take('piles/D001/session/end', event(order), ARRIVED);
    await end(order, [held], 'parked');
  }
  await outbox.close();
  const run = (lang: string, ...args: string[]) =>
    pilegate([...args, '--config', config, '--lang', lang], { env: { LC_ALL: 'C.UTF-8' } });
  expect((await run('en', 'records', 'show', 'held1')).stdout).toMatch(
    /pilegate ended while it was being sent.*second discount\. Ask the gate platform whether it has this order/,
  );
  expect(await run('en', 'records', 'retry', 'held1')).toMatchObject({
    code: 0,
    stdout: 'held1: due now, with a fresh limit; if the gate had it already, this grants a second discount\n',
  });
  expect((await run('zh', 'records', 'retry', 'held2')).stdout).toContain('若道闸平台已收到，会再次减免');
  const all = await run('en', 'records', 'retry', '--parked');
  expect(all.stdout + all.stderr).toMatch(/1 due now\n.*1 of them had been sent and not answered/s);
});
