import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECORD_FIELDS } from '../../src/domain/record.ts';
import { saying } from '../support/reasons.ts';
import { SESSION } from '../support/session.ts';
import {
  draftOf,
  event,
  IDENTITY,
  lookupIn,
  mappingOf,
  mappingWith,
  only,
  recordOf,
  TOPIC,
} from './support.ts';

const DEVICES = { D001: { name: '1号直流桩', spaceNo: 'A-01' }, D002: { name: '2号' }, D003: {} };

describe('an event of profile pilegate', () => {
  it('becomes the record of the interface, names, order and all', () => {
    const record = recordOf(mappingOf({ devices: DEVICES }).map(event(SESSION)));
    expect(Object.keys(record)).toEqual([...RECORD_FIELDS]);
    expect(record).toEqual({
      ...IDENTITY,
      orderNo: '2026112408000001',
      plateNo: '浙BD12345',
      startTime: '2026-11-24 08:00:00',
      endTime: '2026-11-24 09:12:30',
      deviceId: 'D001',
      deviceName: '1号直流桩',
      spaceNo: 'A-01',
      power: '32.15',
      elecMoney: '20.10',
      serviceMoney: '5.00',
      totalMoney: '25.10',
    });
  });

  it('has its end as an instant, and nothing ruled', () => {
    const completed = draftOf(mappingOf().map(event(SESSION))).complete(() => undefined);
    expect(completed).toMatchObject({
      kind: 'record',
      made: { endAt: Date.UTC(2026, 10, 24, 1, 12, 30), ruled: [], warnings: [] },
    });
  });

  it.each([
    ['local', '2026-11-24 08:00:00'],
    ['ISO with an offset', '2026-11-24T02:00:00+02:00'],
    ['epoch milliseconds', 1795478400000],
    ['epoch milliseconds as text', '1795478400000'],
  ])('may write its times as %s', (_form, startTime) => {
    expect(recordOf(mappingOf().map(event({ ...SESSION, startTime }))).startTime).toBe('2026-11-24 08:00:00');
  });

  it.each([
    [{ seviceMoney: 4, serviceMoney: 5 }, '4.00'],
    [{ seviceMoney: '', serviceMoney: 5 }, '5.00'],
    [{ seviceMoney: undefined, serviceMoney: 5 }, '5.00'],
    [{ serviceMoney: undefined }, ''],
  ])('may name the service fee either way: %j', (fees, wire) => {
    expect(recordOf(mappingOf().map(event({ ...SESSION, ...fees }))).serviceMoney).toBe(wire);
  });

  it.each([
    ['not there', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', '  \t'],
  ])('leaves an optional value empty that is %s', (_how, power) => {
    expect(recordOf(mappingOf().map(event({ ...SESSION, power }))).power).toBe('');
  });

  it('takes numbers digit by digit where text is wanted, however long', () => {
    const json = JSON.stringify(SESSION)
      .replace('"2026112408000001"', '20261124080000010001')
      .replace('32.15', '1.005');
    const record = recordOf(mappingOf().map(event(json)));
    expect(record.orderNo).toBe('20261124080000010001');
    expect(record.power).toBe('1.01');
  });

  it('trims text and cleans plates', () => {
    const said = { ...SESSION, orderNo: ' 77 ', plateNo: ' 浙b·d 12345\0\0' };
    expect(recordOf(mappingOf().map(event(said)))).toMatchObject({ orderNo: '77', plateNo: '浙BD12345' });
  });

  it('earns a warning, not a refusal, by an odd plate', () => {
    const completed = draftOf(mappingOf().map(event({ ...SESSION, plateNo: '62000F9' }))).complete(
      () => undefined,
    );
    expect(completed).toMatchObject({
      kind: 'record',
      made: { warnings: [saying('odd plate')] },
    });
  });

  it('may be a bill of a start that failed: no energy, start equal to end', () => {
    const said = { ...SESSION, endTime: SESSION.startTime, power: 0 };
    expect(recordOf(mappingOf().map(event(said)))).toMatchObject({
      power: '0.00',
      endTime: SESSION.startTime,
    });
  });
});

describe('the device', () => {
  it.each([
    ['the body', { ...SESSION, deviceId: 'D002' }, { deviceId: 'D002', deviceName: '2号', spaceNo: '' }],
    ['the topic', SESSION, { deviceId: 'D001', deviceName: '1号直流桩', spaceNo: 'A-01' }],
    ['the topic, where the body says nothing', { ...SESSION, deviceId: ' ' }, { deviceId: 'D001' }],
    [
      'the body with its name and space',
      { ...SESSION, deviceName: 'n', spaceNo: 's' },
      { deviceName: 'n', spaceNo: 's' },
    ],
    ['the body, in no table', { ...SESSION, deviceId: 'D009' }, { deviceName: 'D009', spaceNo: '' }],
    [
      'the body, in the table without a name',
      { ...SESSION, deviceId: 'D003' },
      { deviceName: 'D003', spaceNo: '' },
    ],
    [
      'the body, with a name that objects inherit',
      { ...SESSION, deviceId: 'constructor' },
      { deviceName: 'constructor' },
    ],
  ])('comes from %s', (_where, said, record) => {
    expect(recordOf(mappingOf({ devices: DEVICES }).map(event(said)))).toMatchObject(record);
  });

  it('is filled in from the table whatever the rules', () => {
    const mapping = mappingWith({ spaceNo: 'bay', deviceName: { path: 'label' } }, { devices: DEVICES });
    expect(recordOf(mapping.map(event(SESSION)))).toMatchObject({ deviceName: '1号直流桩', spaceNo: 'A-01' });
    expect(recordOf(mapping.map(event({ ...SESSION, bay: 7 })))).toMatchObject({ spaceNo: '7' });
  });
});

describe('an event is wrong', () => {
  it.each([
    ['plateNo', { ...SESSION, plateNo: null }, 'nothing at plateNo'],
    ['plateNo', { ...SESSION, plateNo: '· ·' }, 'nothing at plateNo'],
    ['orderNo', { ...SESSION, orderNo: '\0\0 ' }, 'nothing at orderNo'],
    ['orderNo', { ...SESSION, orderNo: { id: 1 } }, 'an object'],
    ['orderNo', { ...SESSION, orderNo: [1] }, 'a list'],
    ['orderNo', { ...SESSION, orderNo: 'a\u001bb' }, 'control'],
    ['startTime', { ...SESSION, startTime: undefined }, 'nothing at startTime'],
    ['startTime', { ...SESSION, startTime: 'soon' }, '"soon" is no time'],
    ['startTime', { ...SESSION, startTime: '1970-01-01 08:00:12' }, 'before 2015'],
    ['endTime', { ...SESSION, endTime: 12 }, '2 digits'],
    ['endTime', { ...SESSION, endTime: 1_000_000_000 }, 'before 2015'],
    ['endTime', { ...SESSION, endTime: '2026-11-24 07:59:59' }, 'before its start at 2026-11-24 08:00:00'],
    ['power', { ...SESSION, power: -0.01 }, 'negative'],
    ['power', { ...SESSION, power: '32 kW' }, 'no number'],
    ['totalMoney', { ...SESSION, totalMoney: true }, 'true'],
    ['spaceNo', { ...SESSION, spaceNo: {} }, 'an object'],
  ])('in %s: case %#', (field, said, why) => {
    const mapped = only(mappingOf().map(event(said)));
    expect(mapped).toMatchObject({
      kind: 'wrong',
      source: 'end',
      fault: { field, reason: saying(why) },
    });
  });

  it.each([
    ['no JSON', 'junk', 'no JSON'],
    ['empty', '', 'empty'],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x7b]), 'not utf-8'],
    ['a number', '5', 'nothing at orderNo'],
    ['null', 'null', 'nothing at orderNo'],
    ['a list', '[]', 'nothing at orderNo'],
  ])('whose payload is %s', (_what, said, why) => {
    const mapped = only(mappingOf().map(event(said)));
    expect(mapped).toMatchObject({ kind: 'wrong', fault: { reason: saying(why) } });
    expect(mapped).not.toHaveProperty('orderNo');
  });

  it('with its order number where that can be read', () => {
    expect(only(mappingOf().map(event({ ...SESSION, power: 'x' })))).toMatchObject({
      kind: 'wrong',
      orderNo: SESSION.orderNo,
    });
    expect(only(mappingOf().map(event({ ...SESSION, deviceId: [] })))).toMatchObject({
      kind: 'wrong',
      orderNo: SESSION.orderNo,
    });
  });

  it('with an empty source where nothing takes its topic', () => {
    expect(only(mappingOf().map(event(SESSION, 'other/topic')))).toMatchObject({ kind: 'wrong', source: '' });
  });

  it('where the topic level of the device is empty', () => {
    expect(only(mappingOf().map(event(SESSION, 'piles//session/end')))).toMatchObject({
      fault: { field: 'deviceId', reason: saying('level {deviceId} is empty') },
    });
  });
});

describe('what the event itself says', () => {
  const content = (said: unknown, differs: Parameters<typeof mappingOf>[0] = {}) => {
    const { content: fingerprint } = draftOf(mappingOf(differs).map(event(said)));
    return fingerprint;
  };

  it('is fingerprinted by 32 hex digits, the same however it is written', () => {
    expect(content(SESSION)).toMatch(/^[0-9a-f]{32}$/);
    const { orderNo, ...rest } = SESSION;
    expect(content({ ...rest, power: '32.150', plateNo: '浙B D12345', orderNo })).toBe(content(SESSION));
  });

  it('does not change with the devices table or the station', () => {
    const changed = { devices: DEVICES, identity: { ...IDENTITY, parkId: 'other' } };
    expect(content(SESSION, changed)).toBe(content(SESSION));
  });

  it('does not change with a constant of the config, nor does that count as said', () => {
    const draft = draftOf(
      mappingWith(
        { stationName: { const: '北区' }, spaceNo: { device: 'spaceNo' } },
        { devices: DEVICES },
      ).map(event(SESSION)),
    );
    expect(draft.content).toBe(content(SESSION));
    expect(draft.values).not.toHaveProperty('stationName');
    expect(draft.values).not.toHaveProperty('spaceNo');
  });

  it('holds the values as the wire has them', () => {
    expect(draftOf(mappingOf().map(event(SESSION))).values).toEqual({
      deviceId: 'D001',
      orderNo: SESSION.orderNo,
      plateNo: '浙BD12345',
      startTime: '2026-11-24 08:00:00',
      endTime: '2026-11-24 09:12:30',
      power: '32.15',
      elecMoney: '20.10',
      serviceMoney: '5.00',
      totalMoney: '25.10',
    });
  });

  it('differs as soon as any value does', () => {
    const text = fc.stringMatching(/^[a-z0-9 =]{1,8}$/).filter((t) => t.trim() !== '');
    const said = fc.record({ orderNo: text, deviceName: text, spaceNo: text, deviceId: text });
    fc.assert(
      fc.property(said, said, (a, b) => {
        const same = JSON.stringify(trimmed(a)) === JSON.stringify(trimmed(b));
        expect(content({ ...SESSION, ...a }) === content({ ...SESSION, ...b })).toBe(same);
      }),
    );
  });
});

function trimmed(record: Record<string, string>): unknown {
  return Object.entries(record).map(([k, v]) => [k, v.trim()]);
}

describe('station fields', () => {
  it('follow a rule of the source, and are then ruled', () => {
    const mapping = mappingWith({ stationName: { const: '北区' }, parkId: 'park' });
    const completed = draftOf(mapping.map(event({ ...SESSION, park: 33 }))).complete(() => undefined);
    expect(completed).toMatchObject({
      made: {
        record: { stationName: '北区', parkId: '33', stationId: IDENTITY.stationId },
        ruled: ['parkId', 'stationName'],
      },
    });
  });

  it('are wrong where their rule finds nothing: another station would be charged', () => {
    expect(only(mappingWith({ stationId: 'station' }).map(event(SESSION)))).toMatchObject({
      kind: 'wrong',
      fault: { field: 'stationId', reason: saying('there is nothing at station') },
    });
  });
});

describe('supplied values', () => {
  const { plateNo: _plate, ...noPlate } = SESSION;

  it('stand in for what is missing', () => {
    expect(recordOf(mappingOf().map(event(noPlate), { plateNo: '浙b d12345' })).plateNo).toBe('浙BD12345');
  });

  it('stand in for what is unreadable, and for what is there', () => {
    const said = { ...SESSION, power: 'x', startTime: 1 };
    const supplied = { power: '3.1', startTime: '2026-11-24 08:30:00', deviceId: 'D002', spaceNo: '' };
    expect(recordOf(mappingOf({ devices: DEVICES }).map(event(said), supplied))).toMatchObject({
      power: '3.10',
      startTime: '2026-11-24 08:30:00',
      deviceId: 'D002',
      deviceName: '2号',
      spaceNo: '',
    });
  });

  it.each([
    ['the body is', [SESSION, SESSION], '"."'],
    ['the body holds', { records: [SESSION, SESSION] }, '"records"'],
  ])(
    'are refused for a list of sessions that %s and no each names, however many are supplied',
    (_, said, each) => {
      const { orderNo, plateNo, startTime, endTime } = SESSION;
      const all = { orderNo, plateNo, startTime, endTime, deviceId: 'D001' };
      for (const supplied of [all, { plateNo }])
        expect(only(mappingOf().map(event(said), supplied))).toMatchObject({
          kind: 'wrong',
          fault: {
            reason: saying(`list of 2 sessions: one value cannot serve all of them; set each: ${each}`),
          },
        });
    },
  );

  it('are taken beside a list of something else, and for a list of one', () => {
    const readings = { ...noPlate, readings: [{ v: 1 }, { v: 2 }] };
    expect(recordOf(mappingOf().map(event(readings), { plateNo: '浙B12345' })).plateNo).toBe('浙B12345');
    const { orderNo, plateNo, startTime, endTime } = SESSION;
    const all = { orderNo, plateNo, startTime, endTime, deviceId: 'D001' };
    expect(recordOf(mappingOf().map(event([{ plateNo }]), all)).plateNo).toBe(plateNo);
  });

  it('do not become what the event said', () => {
    const draft = draftOf(mappingOf().map(event(SESSION), { plateNo: '浙B54321', power: '1' }));
    expect(draft.values).toMatchObject({ plateNo: '浙BD12345', power: '32.15' });
    expect(draft.content).toBe(draftOf(mappingOf().map(event(SESSION))).content);
  });

  it('count as ruled where they are the station’s', () => {
    const completed = draftOf(mappingOf().map(event(SESSION), { parkId: '7' })).complete(() => undefined);
    expect(completed).toMatchObject({ made: { record: { parkId: '7' }, ruled: ['parkId'] } });
  });

  it('are judged like any other', () => {
    const mapping = mappingOf();
    const fault = (supplied: Parameters<typeof mapping.map>[1]) =>
      only(mapping.map(event(noPlate), supplied));
    expect(fault({ plateNo: ' ' })).toMatchObject({
      fault: { field: 'plateNo', reason: saying('empty') },
    });
    expect(fault({ plateNo: '浙B12345', power: 'x' })).toMatchObject({ fault: { field: 'power' } });
    expect(fault({ plateNo: '浙B12345', endTime: '2026-11-24 07:00:00' })).toMatchObject({
      fault: { field: 'endTime' },
    });
  });
});

it('a draft without needs asks no context', () => {
  const draft = draftOf(mappingOf().map(event(SESSION, TOPIC)));
  expect(draft.needs).toEqual([]);
  expect(draft.waitMs).toBe(600_000);
  expect(draft.complete(lookupIn({})).kind).toBe('record');
});
