import type { DecodeStep } from './decoders/decoding.ts';
import type { FieldRule, WhereRule } from './rules.ts';

/** Ready rules for one kind of message; written in the same language as the config's. */
export interface Profile {
  readonly fields: Readonly<Record<string, FieldRule>>;
  readonly where?: WhereRule;
  readonly decode?: readonly DecodeStep[];
  readonly each?: string;
  readonly contexts?: Readonly<Record<string, FieldRule>>;
  /** Whether its publishers send a session for each start that failed: without energy and amount it is then ignored. */
  readonly failedStarts?: boolean;
}

/**
 * The profiles by name. None but `pilegate` knows a plate: no controller or gateway sends one, so a source with
 * such a profile says under `fields` where plateNo comes from.
 */
export const PROFILES: ReadonlyMap<string, Profile> = new Map<string, Profile>([
  [
    // This project's own event: wire names, kWh and yuan.
    'pilegate',
    {
      fields: {
        orderNo: 'orderNo',
        plateNo: 'plateNo',
        startTime: { path: 'startTime', time: 'auto' },
        endTime: { path: 'endTime', time: 'auto' },
        deviceId: 'deviceId',
        deviceName: 'deviceName',
        spaceNo: 'spaceNo',
        power: 'power',
        elecMoney: 'elecMoney',
        seviceMoney: ['seviceMoney', 'serviceMoney'],
        totalMoney: 'totalMoney',
      },
    },
  ],
  [
    // An OCPP gateway's completed transaction; its cost comes on another topic.
    'ocpp-gateway',
    {
      where: { eventType: 'completed' },
      fields: {
        orderNo: 'payload.transactionId',
        startTime: { path: 'payload.startTime', time: 'iso' },
        endTime: { path: 'payload.stopTime', time: 'iso' },
        deviceId: 'clientId',
        power: { path: 'payload.energyUsed', unit: 'kWh' },
      },
    },
  ],
  [
    // A 云快充 1.6 transaction record (frame 0x3B) as JSON: energy and money in ten-thousandths.
    'ykc-json',
    {
      failedStarts: true,
      fields: {
        orderNo: 'tradeSeq',
        startTime: { path: 'startAt', time: 'unix-ms' },
        endTime: { path: 'endAt', time: 'unix-ms' },
        deviceId: 'id',
        power: { path: 'totalElectricCharge', scale: '0.0001' },
        totalMoney: { path: 'consumptionAmount', scale: '0.0001' },
      },
    },
  ],
  [
    // The same as the frame itself; several may stand in one payload. Electricity and service are one sum in it.
    'ykc-frame',
    {
      decode: ['ykc'],
      each: '.',
      failedStarts: true,
      fields: {
        orderNo: 'tradeNo',
        startTime: { path: 'startTime', time: 'local' },
        endTime: { path: 'endTime', time: 'local' },
        deviceId: 'pileCode',
        power: { path: 'energy', unit: 'kWh' },
        totalMoney: { path: 'amount', unit: 'yuan' },
      },
    },
  ],
  [
    // A pile service's settlement: money in fen, epoch seconds; the device is in the topic.
    'pile-service',
    {
      where: { event_type: 'settlement' },
      fields: {
        orderNo: 'data.order_id',
        startTime: { path: 'data.start_time', time: 'unix-s' },
        endTime: { path: 'data.end_time', time: 'unix-s' },
        power: { path: 'data.total_energy', unit: 'kWh' },
        elecMoney: { path: 'data.charge_fee', unit: 'fen' },
        seviceMoney: { path: 'data.service_fee', unit: 'fen' },
        totalMoney: { path: 'data.total_fee', unit: 'fen' },
      },
    },
  ],
]);
