import type { ChargingRecord } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import type { Discount } from '../discount.ts';
import { amountNumber, beijingTime, fenNumber, wellFormed } from '../wire-values.ts';
import { keytopSign } from './sign.ts';

/** What KeyTop's interface adds to the settings of a gate. */
export interface KeytopSettings {
  readonly keytop: {
    /** The account that KeyTop gave. */
    readonly appId: string;
    /** The end of the address, below `baseUrl`. */
    readonly path: string;
    /** The header `version`. */
    readonly version: string;
    readonly serviceCode: string;
    /** Sent where the parking space is unknown: the field is required, and an empty one is signed in two ways. */
    readonly unknownSpaceNo: string;
  };
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

/**
 * The body of one attempt: JSON in UTF-8, signed. Amounts that are unknown go as 0, for all four are required; no
 * field is ever empty, because receivers differ in whether they sign an empty one.
 *
 * @param zone of the record's times; they travel in Beijing time
 * @throws Error where an amount is not canonical, a defect of the caller
 */
export function keytopBody(
  record: ChargingRecord,
  settings: KeytopSettings,
  zone: StationZone,
  secret: string,
  { now, reqId }: KeytopAttempt,
): Buffer {
  const { appId, serviceCode, unknownSpaceNo } = settings.keytop;
  const signed = {
    ...wellFormed(settings.extraFields),
    parkId: parkNumber(record.parkId),
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
    ...discountFields(settings.discount),
  };
  return Buffer.from(JSON.stringify({ appId, key: keytopSign(signed, secret), ...signed }));
}

/**
 * The config allows whole numbers only, and known receivers want a JSON integer; a rule of a source may give an id of
 * another form, which KeyTop's own platform takes as text.
 */
function parkNumber(parkId: string): number | string {
  return /^(?:0|[1-9]\d{0,14})$/.test(parkId) ? Number(parkId) : parkId.toWellFormed();
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
