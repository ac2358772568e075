import fc from 'fast-check';
import type { ChargingRecord } from '../../src/domain/record.ts';

/** The record of the dialects' worked examples. */
export const exampleRecord: ChargingRecord = {
  portName: 'example',
  parkId: '1208',
  orderNo: '2026112408000001',
  plateNo: '浙BD12345',
  startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30',
  stationId: '3302120001',
  stationName: '示例充电站',
  deviceId: 'D001',
  deviceName: '1号直流桩',
  spaceNo: 'A-01',
  power: '32.15',
  elecMoney: '20.10',
  serviceMoney: '5.00',
  totalMoney: '25.10',
};

const text = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('=&', '"', '\\', '桩'),
);
const amount = fc
  .integer({ min: 0, max: 99_999_999_999_999 })
  .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
const optional = fc.oneof(amount, fc.constant(''));
const time = fc
  .date({ min: new Date('2015-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19).replace('T', ' '));

/** Any canonical record. */
export const anyRecord: fc.Arbitrary<ChargingRecord> = fc.record({
  portName: text,
  parkId: text,
  orderNo: text,
  plateNo: text,
  startTime: time,
  endTime: time,
  stationId: text,
  stationName: text,
  deviceId: text,
  deviceName: text,
  spaceNo: fc.oneof(text, fc.constant('')),
  power: optional,
  elecMoney: optional,
  serviceMoney: optional,
  totalMoney: optional,
});
