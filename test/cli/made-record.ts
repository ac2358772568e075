import type { ChargingRecord } from '../../src/domain/record.ts';

/** A whole record with made-up values. */
export function makeRecord(): ChargingRecord {
  return {
    portName: 'example',
    parkId: '3302122004',
    orderNo: 'A1',
    plateNo: '浙BD12345',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
    stationId: '3302120001',
    stationName: '示例充电站',
    deviceId: 'D001',
    deviceName: '1号直流桩',
    spaceNo: '',
    power: '32.15',
    elecMoney: '',
    serviceMoney: '',
    totalMoney: '25.10',
  };
}
