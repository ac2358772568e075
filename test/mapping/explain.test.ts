import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/domain/reason.ts';
import { RECORD_FIELDS } from '../../src/domain/record.ts';
import { said } from '../support/reasons.ts';
import { SESSION } from '../support/session.ts';
import { event, mappingWith } from './support.ts';

const mapping = mappingWith(
  {
    power: { path: 'wh', unit: 'Wh' },
    seviceMoney: ['seviceMoney', 'serviceMoney'],
    stationName: { const: '北区' },
    plateNo: ['plateNo', { context: 'plate', key: { device: 'spaceNo' } }],
  },
  {
    devices: { D001: { name: '1号直流桩', spaceNo: 'A-01' } },
    contexts: [
      {
        name: 'plate',
        topic: 'cameras/{spaceNo}',
        key: { topic: 'spaceNo' },
        fields: { plateNo: 'p' },
        keep: 1000,
      },
    ],
  },
);
const { plateNo: _plate, ...NO_PLATE } = SESSION;

function ways(body: unknown, supplied?: Parameters<typeof mapping.explain>[1]) {
  const explanation = mapping.explain(event(body), supplied);
  return new Map(
    explanation.fields.map((field) => {
      const { way, rules, ...others } = field;
      const text = (one: string | Reason) => (typeof one === 'string' ? one : said(one));
      return [field.field, { ...others, way: text(way), rule: rules.map(text).join(', else ') }];
    }),
  );
}

describe('explaining an event', () => {
  it('gives every field of the record, in its order, and what became of the event', () => {
    const explanation = mapping.explain(event(SESSION));
    expect(explanation.fields.map(({ field }) => field)).toEqual([...RECORD_FIELDS]);
    expect(explanation.source).toBe('end');
    expect(explanation.mapped).toMatchObject([{ kind: 'draft' }]);
  });

  it('shows the rule, the raw value, the way and the result', () => {
    const found = ways({ ...NO_PLATE, wh: 32_155 });
    expect(found.get('power')).toEqual({
      field: 'power',
      rule: 'wh',
      raw: '32155',
      way: 'wh',
      value: '32.16',
    });
    expect(found.get('serviceMoney')).toMatchObject({
      rule: 'seviceMoney, else serviceMoney',
      way: 'serviceMoney',
      value: '5.00',
    });
    expect(found.get('stationName')).toMatchObject({ way: 'const "北区"', value: '北区' });
    expect(found.get('deviceId')).toMatchObject({
      raw: 'D001',
      way: 'topic level {deviceId}',
      value: 'D001',
    });
    expect(found.get('startTime')).toMatchObject({
      raw: '2026-11-24 08:00:00',
      value: '2026-11-24 08:00:00',
    });
    expect(found.get('plateNo')).toEqual({
      field: 'plateNo',
      rule: 'plateNo, else plateNo of the context plate',
      raw: '',
      way: 'asks the context plate for "A-01"',
      value: '',
    });
  });

  it('shows what stands in where no rule speaks', () => {
    const found = ways(SESSION);
    expect(found.get('parkId')).toMatchObject({ way: 'gate.parkId of the config', value: '3302122004' });
    expect(found.get('stationId')).toMatchObject({ way: 'station.id of the config' });
    expect(found.get('deviceName')).toMatchObject({ way: 'devices table', value: '1号直流桩' });
    expect(found.get('spaceNo')).toMatchObject({ way: 'devices table', value: 'A-01' });
    expect(ways({ ...SESSION, deviceId: 'D9' }).get('deviceName')).toMatchObject({
      way: expect.stringContaining('id'),
      value: 'D9',
    });
  });

  it('shows every fault, not only the first', () => {
    const found = ways({ ...NO_PLATE, deviceId: 'D9', endTime: 'x', wh: -1, orderNo: null });
    expect(found.get('endTime')?.way).toContain('is no time');
    expect(found.get('power')?.way).toContain('negative');
    expect(found.get('orderNo')?.way).toContain('nothing at orderNo');
    expect(found.get('plateNo')?.way).toContain('device "D9" is not under devices');
  });

  it('shows what was supplied', () => {
    expect(ways(NO_PLATE, { plateNo: '浙B12345' }).get('plateNo')).toMatchObject({
      way: 'supplied',
      value: '浙B12345',
    });
  });

  it('has no ways where the event was not read', () => {
    expect(mapping.explain(event('junk'))).toMatchObject({
      source: 'end',
      fields: [],
      mapped: [{ kind: 'wrong' }],
    });
    expect(mapping.explain(event(SESSION, 'other'))).toMatchObject({ source: undefined, fields: [] });
  });

  it('says of each field what the record has', () => {
    const [mapped] = mapping.explain(event({ ...SESSION, wh: 10 })).mapped;
    const completed = mapped?.kind === 'draft' ? mapped.draft.complete(() => undefined) : undefined;
    const values = Object.fromEntries(
      [...ways({ ...SESSION, wh: 10 })].map(([field, way]) => [field, way.value]),
    );
    expect(completed).toMatchObject({ kind: 'record', made: { record: values } });
  });
});
