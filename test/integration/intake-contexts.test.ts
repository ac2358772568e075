import { afterAll, expect, it, vi } from 'vitest';
import { cleanUp } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import { publishAll } from '../support/publish.ts';
import { type Station, startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

/** A station whose plates come from cameras; `wait` and whether plates may be late are the test's. */
function cameras(wait: string, late = false): Promise<Station> {
  return startStation({
    overrides: {
      contexts: [
        {
          name: 'plate',
          topic: 'cameras/{spaceNo}/plate',
          key: { topic: 'spaceNo' },
          fields: { plateNo: 'plate' },
          keep: '1h',
          ...(late ? { late } : {}),
        },
      ],
      sources: [
        {
          name: 'session-end',
          topic: 'piles/{deviceId}/session/end',
          profile: 'pilegate',
          fields: { plateNo: { context: 'plate', key: { device: 'spaceNo' } } },
          wait,
        },
      ],
      devices: { D001: { name: '1号直流桩', spaceNo: 'A-01' }, D002: { name: '2号直流桩', spaceNo: 'A-02' } },
    },
  });
}

/** The nth session's end of a pile, without a plate. */
function ended(n: number, device = 'D001'): { topic: string; payload: string; orderNo: string } {
  const { payload, orderNo } = makeEvents({ count: n })[n - 1] ?? { payload: '{}', orderNo: '' };
  const { plateNo: _, ...event } = JSON.parse(payload);
  return { topic: `piles/${device}/session/end`, payload: JSON.stringify(event), orderNo };
}

const plate = (plateNo: string, space = 'A-01') => ({
  topic: `cameras/${space}/plate`,
  payload: JSON.stringify({ plate: plateNo }),
});

const plateAtGate = ({ gate }: Station, orderNo: string) => gate.posts.get(orderNo)?.[0]?.body['plateNo'];

it("the last plate before the end counts, the one after it within the wait, and the next car's does not", async () => {
  const station = await cameras('1h');
  const { broker, gate, daemon } = station;
  const [before, after, other] = [ended(1), ended(2), ended(3, 'D002')];
  await publishAll(broker.url, [plate('浙BD00001'), plate('浙BD00002'), before, plate('浙BD00003')]);
  await gate.has(1);
  expect(plateAtGate(station, before.orderNo)).toBe('浙BD00002');

  // The next session on this space finds the plate that came after the first one.
  await publishAll(broker.url, [after]);
  await gate.has(2);
  expect(plateAtGate(station, after.orderNo)).toBe('浙BD00003');

  await publishAll(broker.url, [other]);
  const waiting = await daemon.log('event.waiting');
  expect(waiting).toMatchObject({
    orderNo: other.orderNo,
    missing: [{ field: 'plateNo', context: 'plate', key: 'A-02' }],
  });
  // It waits over a restart, and over a kill.
  expect(await daemon.stop()).toBe(0);
  await daemon.restart();
  await daemon.ready();
  await daemon.kill('SIGKILL');
  await daemon.restart();
  await daemon.ready();
  // The first that comes within the wait; what comes after it is the next car's.
  await publishAll(broker.url, [plate('浙BD00004', 'A-02'), plate('浙BD00005', 'A-02')]);
  await gate.has(3);
  expect(plateAtGate(station, other.orderNo)).toBe('浙BD00004');
  expect(gate.repeats).toBe(0);
  expect(await daemon.stop()).toBe(0);
});

it("at the end of the wait the event is in quarantine with the name of what is missing; a later plate is the next car's", async () => {
  const station = await cameras('500ms');
  const { broker, gate, daemon, rows } = station;
  const [first, next] = [ended(1), ended(2)];
  await publishAll(broker.url, [first]);
  const expired = await daemon.log('event.quarantined');
  expect(expired).toMatchObject({
    level: 'warn',
    orderNo: first.orderNo,
    kind: 'expired',
    field: 'plateNo',
    reason: expect.stringContaining('plateNo (context plate, key A-01)'),
  });
  await publishAll(broker.url, [plate('浙BD00009'), next]);
  await gate.has(1);
  expect([...gate.posts.keys()]).toEqual([next.orderNo]);
  expect(rows('SELECT state, kind, order_no FROM quarantine')).toEqual([
    { state: 'open', kind: 'expired', order_no: first.orderNo },
  ]);
  // Published again, it does not start to wait anew, and so cannot meet the next car's plate.
  await publishAll(broker.url, [first, ended(3, 'D002')]);
  await daemon.log((line) => line['event'] === 'event.waiting' && line['orderNo'] === ended(3).orderNo);
  expect(daemon.logged('event.waiting')).toHaveLength(2);
  expect(await daemon.stop()).toBe(0);
});

it('long after the end a plate still completes the record where the context says that it may be late', async () => {
  const station = await cameras('500ms', true);
  const { broker, gate, daemon, rows } = station;
  const event = ended(1);
  await publishAll(broker.url, [event]);
  await daemon.log('event.quarantined');
  await daemon.restart();
  await daemon.ready();
  await publishAll(broker.url, [plate('浙BD00006')]);
  await gate.has(1);
  expect(plateAtGate(station, event.orderNo)).toBe('浙BD00006');
  expect(rows('SELECT state FROM quarantine')).toEqual([{ state: 'replayed' }]);
  expect(await daemon.stop()).toBe(0);
});

it('a wait that ends while the daemon is away ends when it is back', async () => {
  const { broker, daemon, rows } = await cameras('500ms');
  await publishAll(broker.url, [ended(1)]);
  await daemon.log('event.waiting');
  await daemon.kill('SIGKILL');
  await daemon.restart();
  expect(await daemon.log('event.quarantined', { from: 0 })).toMatchObject({ kind: 'expired' });
  expect(rows('SELECT count(*) AS n FROM records')).toEqual([{ n: 0 }]);
  expect(await daemon.stop()).toBe(0);
});
