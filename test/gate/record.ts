import { type ChargingRecord, publicRecord } from '../../src/domain/record.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { DOCUMENT_REPLY } from '../../src/gate/carpark/settings.ts';
import type { GateSettings } from '../../src/gate/settings.ts';

/** The station's zone. */
export const ZONE = new StationZone('Asia/Shanghai');

/** A whole record, with `changes`. */
export function record(changes: Partial<ChargingRecord> = {}): ChargingRecord {
  return {
    portName: 'example',
    parkId: '3302122004',
    orderNo: '2026112408000001',
    plateNo: '浙BD12345',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
    stationId: '3302120001',
    stationName: '示例充电站',
    deviceId: 'D001',
    deviceName: '1号直流桩',
    spaceNo: '',
    power: '32.15',
    elecMoney: '20.10',
    serviceMoney: '5.00',
    totalMoney: '25.10',
    ...changes,
  };
}

/** A whole record as the document's body has it, without `sign`. */
export function wire(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...publicRecord(record()), ...changes };
}

/** The settings of a gate as the interface document has it, with `changes`. */
export function settings(changes: Partial<GateSettings<'carpark'>> = {}): GateSettings<'carpark'> {
  return {
    dialect: 'carpark',
    baseUrl: 'http://127.0.0.1:1/parkpot-service/',
    service: 'chargePile/chargingRecord',
    timeout: 10_000,
    concurrency: 4,
    emptyFields: 'send',
    signEmptyFields: false,
    moneyUnit: 'yuan',
    extraFields: {},
    reply: DOCUMENT_REPLY,
    proxy: 'off',
    tls: {},
    refusals: [
      { match: '签名|未授权的车场|停车场不存在', means: 'setup' },
      { match: '缺少必要参数|非法参数|优惠规则', means: 'final' },
    ],
    ...changes,
  };
}
