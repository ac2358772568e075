import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { type CliResult, pilegate } from '../support/cli.ts';
import { type Stocked, stock } from './filled-outbox.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

const REQUIRED = [
  'orderNo=S1',
  'plateNo=浙BD12345',
  'startTime=2026-11-24 08:00:00',
  'endTime=2026-11-24 09:12:30',
];
const sets = (values: readonly string[]) => values.flatMap((value) => ['--set', value]);

function on({ config }: Stocked): (...args: string[]) => Promise<CliResult> {
  return (...args) => pilegate([...args, '--config', config], { env: { LC_ALL: 'C.UTF-8' } });
}

const session = (orderNo: string) => ({
  orderNo,
  plateNo: '',
  startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30',
});

describe('quarantine replay --set', () => {
  it.each<[string, string | Uint8Array]>([
    ['holds a bare NaN', '{"orderNo":"X","energy":NaN}'],
    ['is cut off', '{"orderNo":"X","plateNo":"浙BD1'],
    ['is empty', ''],
    ['is not text', Uint8Array.of(0x7b, 0xff, 0xfe)],
  ])('with all required fields makes a record of an event whose payload %s', async (_, payload) => {
    const station = stock();
    await station.take('piles/D001/session/end', payload);
    const run = on(station);
    const some = await run('quarantine', 'replay', '1', ...sets(REQUIRED.slice(0, 3)));
    expect(some.code).toBe(1);
    expect(await run('quarantine', 'replay', '1', ...sets(REQUIRED))).toMatchObject({ code: 0 });
    const { stdout } = await run('records', 'list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      orderNo: 'S1',
      deviceId: 'D001',
      record: { plateNo: '浙BD12345', deviceId: 'D001', endTime: '2026-11-24 09:12:30' },
    });
  });

  it('makes one where a step of decode fails, too', async () => {
    const station = stock({
      sources: [
        {
          name: 'packed',
          topic: 'piles/{deviceId}/session/end',
          profile: 'pilegate',
          decode: ['gzip', 'json'],
        },
      ],
      contexts: [],
    });
    await station.take('piles/D001/session/end', gzipSync('{"a":1}').subarray(0, 15));
    expect(await on(station)('quarantine', 'replay', '1', ...sets(REQUIRED))).toMatchObject({ code: 0 });
  });

  it('on a list is refused with the reason, and each of its elements takes its own', async () => {
    const sources = [{ name: 'list', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' }];
    const station = stock({ sources, contexts: [] });
    await station.take('piles/D001/session/end', JSON.stringify({ records: [session('E1'), session('E2')] }));
    station.outbox.close();
    // The list is named by today's config only: the whole message lies in quarantine.
    const later = stock({
      sources: [{ ...sources[0], each: 'records' }],
      contexts: [],
      outbox: { path: station.path },
    });
    later.outbox.close();
    const run = on(later);
    const refused = await run('quarantine', 'replay', '1', '--set', 'plateNo=浙BD12345');
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('one value cannot serve all of them');
    expect((await run('quarantine', 'replay', '1')).code).toBe(1);
    const open = (await run('quarantine', 'list', '--json')).stdout
      .trim()
      .split('\n')
      .map((line): { id: number; reason: string } => JSON.parse(line));
    expect(open.map(({ reason }) => /element \[(\d)\]/.exec(reason)?.[1]).toSorted()).toEqual(['0', '1']);
    const [first] = open;
    expect(await run('quarantine', 'replay', String(first?.id), '--set', 'plateNo=浙BD12345')).toMatchObject({
      code: 0,
    });
  });
});
