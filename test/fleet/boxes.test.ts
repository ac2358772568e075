import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BOXES_MAX, Boxes, SILENT_MS, STATUS_MAX_BYTES } from '../../src/fleet/boxes.ts';

const NOW = Date.parse('2026-11-29T10:00:00Z');

interface Said {
  readonly [name: string]: unknown;
}

function fleetOf(...statuses: readonly Said[]): Boxes {
  const boxes = new Boxes();
  for (const said of statuses) take(boxes, said);
  return boxes;
}

function take(
  boxes: Boxes,
  said: Said,
  { topic = `pilegate/${said['station']}/status`, retained = true } = {},
) {
  boxes.take(topic, Buffer.from(JSON.stringify(said)), retained, NOW);
}

function well(station: string, over: Said = {}): Said {
  return {
    station,
    name: `站 ${station}`,
    version: '0.2.0',
    connected: true,
    records: { waiting: 0, pending: 1, parked: 0 },
    gate: { state: 'up', keyFingerprint: 'abcd' },
    quarantine: 0,
    config: { hash: 'a' },
    boot: { startedAt: '2026-11-29T08:00:00+08:00', clientId: `pilegate-${station}` },
    warnings: [],
    ...over,
  };
}

const problemsOf = (boxes: Boxes) =>
  Object.fromEntries(boxes.list(NOW).map(({ station, problems }) => [station, problems.join(' ')]));

it('a fleet that is well has no problems', () => {
  const boxes = fleetOf(well('1'), well('2'), well('3'));
  expect(problemsOf(boxes)).toEqual({ 1: '', 2: '', 3: '' });
  expect(boxes.list(NOW)[0]).toMatchObject({ name: '站 1', version: '0.2.0', online: true, gate: 'up' });
});

it('a will says that a box is gone, and what was known of it stays', () => {
  const boxes = fleetOf(well('1'));
  take(boxes, { station: '1', version: '0.2.0', connected: false });
  expect(boxes.list(NOW)[0]).toMatchObject({ online: false, name: '站 1', records: { pending: 1 } });
  expect(problemsOf(boxes)).toEqual({ 1: 'offline' });
});

it('a box of the uplink that has not spoken for five minutes is silent; one of the status topic need not speak', () => {
  const at = (ms: number) => new Date(NOW - ms).toISOString();
  const boxes = fleetOf(well('1', { at: at(SILENT_MS + 1) }), well('2', { at: at(SILENT_MS) }), well('3'));
  expect(problemsOf(boxes)).toEqual({ 1: 'silent', 2: '', 3: '' });
});

it('names the same station id or client id on two topics', () => {
  const boxes = fleetOf(
    well('1'),
    well('2', { boot: { startedAt: 'x', clientId: 'pilegate-1' } }),
    well('3'),
  );
  take(boxes, well('3'), { topic: 'pilegate/other/status' });
  expect(problemsOf(boxes)).toEqual({ 1: 'duplicate-id', 2: 'duplicate-id', 3: 'duplicate-id' });
});

it('names two boxes that speak in turn on one topic, and takes a restart for what it is', () => {
  const started = (startedAt: string) => well('1', { boot: { startedAt, clientId: 'pilegate-1' } });
  const boxes = fleetOf(started('a'), started('b'), started('c'));
  expect(problemsOf(boxes)).toEqual({ 1: '' });
  take(boxes, started('b'));
  expect(problemsOf(boxes)).toEqual({ 1: 'duplicate-id' });
});

it('names the config and the key that differ from most of a group, and calls no half of two the odd one', () => {
  const odd = well('9', { config: { hash: 'b' }, gate: { state: 'up', keyFingerprint: '0000' } });
  expect(problemsOf(fleetOf(well('1'), well('2'), odd))).toEqual({
    1: '',
    2: '',
    9: 'config-differs key-differs',
  });
  expect(problemsOf(fleetOf(well('1'), odd))).toEqual({ 1: '', 9: '' });
});

it('shows what a box says is wrong with it', () => {
  const boxes = fleetOf(
    well('1', {
      gate: { state: 'held', keyFingerprint: 'abcd' },
      records: { waiting: 0, pending: 0, parked: 2 },
      quarantine: 3,
      warnings: [{ code: 'clock-off' }],
    }),
  );
  expect(problemsOf(boxes)).toEqual({ 1: 'gate-held parked quarantine clock-off' });
});

it('a retained message that was deleted is no box any more', () => {
  const boxes = fleetOf(well('1'));
  boxes.take('pilegate/1/status', Buffer.alloc(0), false, NOW);
  expect(boxes.list(NOW)).toEqual([]);
});

it('whatever boxes say, the list is bounded and never fails', () => {
  const boxes = new Boxes();
  fc.assert(
    fc.property(
      fc.string({ maxLength: 20 }),
      fc.oneof(fc.json(), fc.string({ unit: 'binary' })),
      (topic, text) => boxes.take(topic, Buffer.from(text), true, NOW),
    ),
  );
  for (const { station, name, problems } of boxes.list(NOW)) {
    expect(station.length).toBeLessThanOrEqual(80);
    expect(name.length).toBeLessThanOrEqual(80);
    expect(problems.length).toBeLessThanOrEqual(50);
  }
  boxes.take('t', Buffer.from(JSON.stringify(well('x'.repeat(STATUS_MAX_BYTES)))), true, NOW);
  for (let n = 0; n < BOXES_MAX + 100; n += 1) take(boxes, { station: String(n) });
  expect(boxes.size).toBe(BOXES_MAX);
  expect(boxes.ignored).toBeGreaterThan(100);
});
