import type { Rule, RuleObject } from '../rules.ts';
import { at, type Profile } from './profile.ts';

/** T/CEC 102 wraps what it pushes as `Data`; it comes here where that is plain. */
const TCEC = ['', 'Data.'];

/** What piles and the platforms of their operators publish. */
export const PILE_PROFILES: Readonly<Record<string, Profile>> = {
  /** This project's own event: wire names, kWh and yuan. */
  pilegate: {
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
  /** A 云快充 1.6 transaction record (frame 0x3B) as JSON: energy and money in ten-thousandths. */
  'ykc-json': {
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
  /** The same as the frame itself; several may stand in one payload. Electricity and service are one sum in it. */
  'ykc-frame': {
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
  /** A pile service's settlement: money in fen, epoch seconds; the device is in the topic. */
  'pile-service': {
    where: { event_type: 'settlement' },
    failedStarts: true,
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
  /**
   * `notification_charge_order_info` of T/CEC 102.4, decrypted: kWh, yuan, local times. The standard spells
   * `TotalSeviceMoney`; platforms that mend it exist, and such that write the first letter small. The connector is the
   * device, since no pile is named.
   */
  'tcec-order': {
    failedStarts: true,
    fields: {
      orderNo: tcec({}, 'StartChargeSeq'),
      startTime: tcec({ time: 'auto' }, 'StartTime'),
      endTime: tcec({ time: 'auto' }, 'EndTime'),
      deviceId: tcec({}, 'ConnectorID', 'ConnectorId'),
      power: tcec({ unit: 'kWh' }, 'TotalPower'),
      elecMoney: tcec({ unit: 'yuan' }, 'TotalElecMoney'),
      seviceMoney: tcec({ unit: 'yuan' }, 'TotalSeviceMoney', 'TotalServiceMoney'),
      totalMoney: tcec({ unit: 'yuan' }, 'TotalMoney'),
    },
  },
};

/** A member of T/CEC by its spellings. */
function tcec(how: Omit<RuleObject, 'path'>, ...names: readonly string[]): readonly Rule[] {
  return names
    .flatMap((name) => [name, `${name.charAt(0).toLowerCase()}${name.slice(1)}`])
    .flatMap((path) => at(TCEC, { path, ...how }));
}
