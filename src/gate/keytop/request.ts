import type { ChargingRecord } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import type { Discount } from '../discount.ts';
import { amountNumber, beijingTime, fenNumber } from '../wire-values.ts';
import { keytopSign } from './sign.ts';

/** What of the settings shapes a request of KeyTop's SyncChargePilePay. */
export interface KeytopSettings {
  /** The account that KeyTop gave. */
  readonly appId: string;
  readonly serviceCode: string;
  /** Sent where the parking space is unknown: the field is required, and an empty one is signed in two ways. */
  readonly unknownSpaceNo: string;
  readonly discount: Discount;
  /** Signed extension fields. */
  readonly extraFields: Readonly<Record<string, string>>;
}

/** What is made anew for each attempt. */
export interface KeytopAttempt {
  /** The wall clock, epoch milliseconds. */
  readonly now: number;
  /** A name of this request alone. */
  readonly reqId: string;
}

/** The fields that the dialect names itself; an extension field must not have one of these names. */
export const KEYTOP_FIELDS = [
  ...['appId', 'key', 'parkId', 'serviceCode', 'ts', 'reqId', 'orderNo', 'plateNo', 'startTime', 'endTime'],
  ...['stationId', 'stationName', 'deviceId', 'deviceName', 'spaceNo', 'power', 'elecMoney', 'seviceMoney'],
  ...['totalMoney', 'freeType', 'freeMoney', 'freeTime'],
];

/** A park id that this dialect can send: its receivers read a JSON integer. */
export const KEYTOP_PARK_ID = /^(?:0|[1-9]\d{0,14})$/;

/**
 * The body of one attempt: JSON in UTF-8, signed. Amounts that are unknown go as 0, for all four are required; no
 * field is ever empty, because receivers differ in whether they sign an empty one.
 *
 * @param zone of the record's times; they travel in Beijing time
 * @throws Error where the park id is no whole number, or an amount is not canonical
 */
export function keytopBody(
  record: ChargingRecord,
  settings: KeytopSettings,
  zone: StationZone,
  secret: string,
  { now, reqId }: KeytopAttempt,
): Buffer {
  if (!KEYTOP_PARK_ID.test(record.parkId)) throw new Error(`not a whole number as park id: ${record.parkId}`);
  const { appId, serviceCode, unknownSpaceNo, discount, extraFields } = settings;
  const signed = {
    parkId: Number(record.parkId),
    serviceCode: serviceCode.toWellFormed(),
    ts: String(now),
    reqId,
    orderNo: record.orderNo.toWellFormed(),
    plateNo: record.plateNo.toWellFormed(),
    startTime: beijingTime(record.startTime, zone),
    endTime: beijingTime(record.endTime, zone),
    stationId: record.stationId.toWellFormed(),
    stationName: record.stationName.toWellFormed(),
    deviceId: record.deviceId.toWellFormed(),
    deviceName: record.deviceName.toWellFormed(),
    spaceNo: (record.spaceNo || unknownSpaceNo).toWellFormed(),
    power: amountNumber(record.power) ?? 0,
    elecMoney: fenNumber(record.elecMoney) ?? 0,
    seviceMoney: fenNumber(record.serviceMoney) ?? 0,
    totalMoney: fenNumber(record.totalMoney) ?? 0,
    ...discountFields(discount),
    ...extraFields,
  };
  return Buffer.from(JSON.stringify({ appId, key: keytopSign(signed, secret), ...signed }));
}

/** freeType 1 leaves the discount to the lot; 0 takes off what freeMoney (fen) and freeTime (seconds) say. */
function discountFields({ by, time, money }: Discount): {
  freeType: number;
  freeMoney: number;
  freeTime: number;
} {
  if (by === 'time') return { freeType: 0, freeMoney: 0, freeTime: Math.round(time / 1000) };
  if (by === 'money') return { freeType: 0, freeMoney: fenNumber(money) ?? 0, freeTime: 0 };
  return { freeType: 1, freeMoney: 0, freeTime: 0 };
}
