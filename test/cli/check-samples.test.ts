import { expect, it, vi } from 'vitest';
import { pilegate } from '../support/cli.ts';
import { stock } from './filled-outbox.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

const event = (order: string, more: object = {}) =>
  JSON.stringify({
    order,
    plate: '浙BD12345',
    begin: '2026-11-24 08:00:00',
    end: '2026-11-24 09:12:30',
    fee: 3,
    ...more,
  });

const fields = { orderNo: 'order', plateNo: 'plate', startTime: 'begin', endTime: 'end' };

it('check names the rules that find nothing in any event of the outbox, by their line, and no others', async () => {
  const source = { name: 's', topic: 'piles/{deviceId}/end' };
  const before = stock({ sources: [{ ...source, fields: { ...fields, totalMoney: 'fee' } }], contexts: [] });
  await before.take('piles/D001/end', event('1'));
  await before.take('piles/D001/end', event('2', { energy: 1.5 }));
  await before.take('piles/D001/end', event('3', { end: 'soon' }));
  before.outbox.close();
  const mistyped = {
    ...fields,
    totalMoney: 'fees.total',
    power: ['kwh', 'energy'],
    elecMoney: { expr: 'fees * 2' },
    spaceNo: { const: 'A' },
  };
  const after = stock({
    sources: [{ ...source, fields: mistyped }],
    contexts: [],
    outbox: { path: before.path },
  });
  after.outbox.close();
  const run = (...more: string[]) =>
    pilegate(['check', '--config', after.config, ...more], { env: { LC_ALL: 'C.UTF-8' } });
  const { code, stderr } = await run();
  expect(code).toBe(0);
  const warnings = stderr.split('\n').filter((line) => line.includes('finds nothing'));
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(
    /:\d+:\d+: sources\[0\]\.fields\.totalMoney: finds nothing in any of the last 3 events .*fees\.total/,
  );
  expect(warnings[1]).toMatch(/fields\.elecMoney: .*fees \* 2/);
  expect(JSON.parse((await run('--json')).stdout)).toMatchObject({
    ok: true,
    warningCodes: expect.arrayContaining(['config.path-unseen']),
  });
  expect((await run('--lang', 'zh')).stderr).toContain('最近 3 个事件');
});

it('check says nothing of rules where there is no outbox yet', async () => {
  const { config, outbox, path } = stock({
    contexts: [],
    sources: [{ name: 's', topic: 'p/{deviceId}', fields }],
  });
  outbox.close();
  const { rmSync } = await import('node:fs');
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  const { code, stderr } = await pilegate(['check', '--config', config]);
  expect(code).toBe(0);
  expect(stderr).not.toContain('finds nothing');
});
