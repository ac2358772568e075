import type { ChargingRecord } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import type { Discount } from '../discount.ts';
import { amountNumber, instantOf, wellFormed } from '../wire-values.ts';
import { bolinkSign } from './sign.ts';

/** What bolink's interface adds to the settings of a gate. */
export interface BolinkSettings {
  readonly bolink: {
    /** The lot's number at bolink: what its records have as park id unless a rule says otherwise. */
    readonly comid: string;
    /** The vendor's number at bolink. */
    readonly unionId: string;
    /** The end of the address, below `baseUrl`. */
    readonly path: string;
    /** The body as the Base64 text of the envelope (what senders do), or as its JSON. */
    readonly bodyEncoding: 'base64' | 'json';
  };
  readonly discount: Discount;
  /** Extension fields inside `data`. */
  readonly extraFields: Readonly<Record<string, string>>;
}

/** The fields that the dialect names itself; an extension field must not have one of these names. */
export const BOLINK_FIELDS = [
  ...['comid', 'union_id', 'station_id', 'start_charge_seq', 'start_charging_time', 'stop_charging_time'],
  ...['car_number', 'station_name', 'connector_id', 'connector_name', 'power', 'elec_money', 'sevice_money'],
  ...['total_money', 'mitigate_type', 'free_money', 'duration'],
];

/**
 * The body of one attempt. `data` is serialised once, and that very text is signed and sent. What is unknown is left
 * out; there is no field for the parking space.
 *
 * @param zone of the record's times; they travel as epoch seconds
 * @throws Error where an amount or a time is not canonical, a defect of the caller
 */
export function bolinkBody(
  record: ChargingRecord,
  settings: BolinkSettings,
  zone: StationZone,
  secret: string,
): Buffer {
  const { unionId, bodyEncoding } = settings.bolink;
  const data = JSON.stringify({
    ...wellFormed(settings.extraFields),
    comid: record.parkId.toWellFormed(),
    union_id: unionId.toWellFormed(),
    start_charge_seq: record.orderNo.toWellFormed(),
    start_charging_time: instantOf(record.startTime, zone) / 1000,
    stop_charging_time: instantOf(record.endTime, zone) / 1000,
    car_number: record.plateNo.toWellFormed(),
    station_name: record.stationName.toWellFormed(),
    connector_id: record.deviceId.toWellFormed(),
    connector_name: record.deviceName.toWellFormed(),
    power: amountNumber(record.power),
    elec_money: amountNumber(record.elecMoney),
    sevice_money: amountNumber(record.serviceMoney),
    total_money: amountNumber(record.totalMoney),
    ...discountFields(settings.discount),
  });
  const envelope = Buffer.from(`{"data":${data},"sign":"${bolinkSign(data, secret)}"}`);
  return bodyEncoding === 'json' ? envelope : Buffer.from(envelope.toString('base64'));
}

/** mitigate_type: 0 all free, 1 by time (whole minutes), 2 by money (yuan), 3 the lot decides. */
function discountFields({ by, time, money }: Discount): Readonly<Record<string, number | undefined>> {
  if (by === 'all') return { mitigate_type: 0 };
  if (by === 'time') return { mitigate_type: 1, duration: Math.round(time / 60_000) };
  if (by === 'money') return { mitigate_type: 2, free_money: amountNumber(money) };
  return { mitigate_type: 3 };
}
