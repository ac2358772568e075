import { systemClock } from '../../src/domain/clock.ts';
import type { ChargingRecord } from '../../src/domain/record.ts';
import { compileMapping, type Mapping } from '../../src/mapping/compile.ts';
import { Outbox } from '../../src/outbox/outbox.ts';

/** An outbox with nobody listening to it. */
export function openOutbox(path: string): Outbox {
  return new Outbox({
    path,
    limits: { maxRows: 100_000, maxBytes: 2 ** 28 },
    maxSize: 2 ** 34,
    buildDate: 0,
    clock: systemClock,
    hooks: {
      failed: (error) => {
        throw error;
      },
      recovered: () => {},
      committed: () => {},
    },
  });
}

/** The mapping of a station with one source of profile `pilegate`. */
export function pilegateMapping(): Mapping {
  return compileMapping({
    sources: [{ name: 'session-end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' }],
    contexts: [],
    devices: {},
    timeZone: 'Asia/Shanghai',
    identity: {
      portName: 'example',
      parkId: '3302122004',
      stationId: '3302120001',
      stationName: '示例充电站',
    },
  }).mapping;
}

/** A made-up record. */
export function recordOf(index: number): ChargingRecord {
  return {
    portName: 'example',
    parkId: '3302122004',
    orderNo: `BENCH${String(index).padStart(12, '0')}`,
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
}
