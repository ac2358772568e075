import { expect, it } from 'vitest';
import { mappingOf } from '../mapping/support.ts';
import { openRealIntake } from './real-intake.ts';

const mapping = mappingOf({
  sources: [
    {
      name: 'list',
      topic: 'sessions',
      profile: 'pilegate',
      each: 'payload.records',
      fields: { deviceId: 'pile' },
    },
  ],
});

function session(n: number): Record<string, unknown> {
  return {
    orderNo: `L${n}`,
    pile: 'D001',
    plateNo: '浙BD12345',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
    power: 1.5,
  };
}

it('a thousand sessions of one message are one commit and one acknowledgement', async () => {
  const { publish, rig, counted } = openRealIntake(mapping);
  const before = rig.commits.length;
  await publish('sessions', { payload: { records: Array.from({ length: 1000 }, (_, n) => session(n)) } });
  // Resolved once: that is what the acknowledgement waits for.
  expect(rig.commits.slice(before)).toEqual([1]);
  expect(rig.column("SELECT count(*) FROM records WHERE state = 'pending'")).toEqual([1000]);
  expect(counted).toEqual(Array<string>(1000).fill('list accepted'));
});

it('a bad element goes to quarantine alone, with its index, and only itself is kept', async () => {
  const { publish, rig, quarantined } = openRealIntake(mapping);
  const records = [
    session(1),
    { ...session(2), endTime: 'soon' },
    session(3),
    { ...session(4), orderNo: '' },
    7,
  ];
  await publish('sessions', { payload: { records } });
  expect(rig.column('SELECT order_no FROM records ORDER BY id')).toEqual(['L1', 'L3']);
  expect(quarantined().map(({ field }) => field)).toEqual(['endTime', 'orderNo', expect.any(String)]);
  expect(quarantined().map(({ reason }) => /"index":(\d+)/.exec(reason)?.[1])).toEqual(['1', '3', '4']);
  expect(rig.column('SELECT element FROM quarantine ORDER BY id')).toEqual([1, 3, 4]);
  expect(rig.column('SELECT order_no FROM quarantine ORDER BY id')).toEqual(['L2', null, null]);
  const [payload] = rig.column('SELECT CAST(payload AS TEXT) FROM quarantine ORDER BY id');
  expect(JSON.parse(String(payload))).toEqual(records[1]);
});

it('the same list again is duplicates only, and a list that grew brings what is new', async () => {
  const { publish, rig, counted } = openRealIntake(mapping);
  const bad = { ...session(2), endTime: 'soon' };
  await publish('sessions', { payload: { records: [session(1), bad] } });
  await publish('sessions', { payload: { records: [session(1), bad] } });
  await publish('sessions', { payload: { records: [session(3), session(1), bad] } });
  expect(rig.column('SELECT order_no FROM records ORDER BY id')).toEqual(['L1', 'L3']);
  expect(rig.column('SELECT count(*) FROM quarantine')).toEqual([1]);
  expect(counted.filter((one) => one === 'list duplicate')).toHaveLength(4);
});

it('an empty list is one ignored message', async () => {
  const { publish, counted, rig } = openRealIntake(mapping);
  await publish('sessions', { payload: { records: [] } });
  expect(counted).toEqual(['list ignored']);
  expect(rig.column('SELECT count(*) FROM quarantine')).toEqual([0]);
});

it.each([
  ['as its body', (list: unknown) => list, '."'],
  ['inside', (list: unknown) => ({ data: { list } }), 'data.list"'],
])(
  'a list %s that no `each` names is quarantined as one, and named with the remedy',
  async (_, wrap, path) => {
    const { publish, quarantined } = openRealIntake(mappingOf());
    await publish('piles/D001/session/end', wrap([session(1), session(2)]));
    expect(quarantined()).toHaveLength(1);
    expect(quarantined()[0]?.reason).toContain('list.no-each');
    expect(quarantined()[0]?.reason).toContain(path);
  },
);

it('elements that wait for a context each wait for their own', async () => {
  const waiting = mappingOf({
    sources: [
      {
        name: 'list',
        topic: 'sessions',
        profile: 'pilegate',
        each: '.',
        fields: { deviceId: 'pile', plateNo: { context: 'plate', key: 'space' } },
      },
    ],
    contexts: [
      {
        name: 'plate',
        topic: 'cameras/{space}',
        key: { topic: 'space' },
        fields: { plateNo: 'plate' },
        keep: 60_000,
      },
    ],
  });
  const { publish, rig } = openRealIntake(waiting);
  await publish('sessions', [
    { ...session(1), space: 'A' },
    { ...session(2), space: 'B' },
    { ...session(3), space: 'A' },
  ]);
  expect(rig.column('SELECT state FROM records ORDER BY id')).toEqual(['waiting', 'waiting', 'waiting']);
  await publish('cameras/A', { plate: '浙BD00001' });
  expect(rig.column('SELECT state FROM records ORDER BY id')).toEqual(['pending', 'waiting', 'pending']);
  await publish('cameras/B', { plate: '浙BD00002' });
  expect(rig.column("SELECT json_extract(record, '$.plateNo') FROM records ORDER BY id")).toEqual([
    '浙BD00001',
    '浙BD00002',
    '浙BD00001',
  ]);
});
