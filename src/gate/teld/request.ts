import type { ChargingRecord } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import type { Discount } from '../discount.ts';
import { amountNumber, beijingTime, wellFormed } from '../wire-values.ts';

/** What the T/CEC 102 envelope adds to the settings of a gate. */
export interface TeldSettings {
  readonly teld: {
    /** Our operator's id, as the platform gave it. */
    readonly operatorId: string;
    /** Which of the two fields that carry a lot's or a station's id holds the lot: platforms differ. */
    readonly lotBy: 'ParkID' | 'StationID';
  };
  readonly discount: Discount;
  /** Extension fields inside `Data`. */
  readonly extraFields: Readonly<Record<string, string>>;
}

/** The fields that the dialect names itself; an extension field must not have one of these names. */
export const TELD_FIELDS = [
  ...['StartChargeSeq', 'StationID', 'StationName', 'ConnectorID', 'ConnectorName', 'ParkID', 'ParkNo'],
  ...['PlateNum', 'StartTime', 'EndTime', 'Power', 'TotalMoney', 'CalculationMethod', 'FreeParkingTimes'],
  'FreeParkingCost',
];

/**
 * The plain text of `Data` of notification_charge_end_order_info. What is unknown is left out.
 *
 * @param zone of the record's times; they travel in Beijing time
 * @throws Error where an amount is not canonical, a defect of the caller
 */
export function teldNotification(record: ChargingRecord, settings: TeldSettings, zone: StationZone): string {
  const { lotBy } = settings.teld;
  return JSON.stringify({
    ...wellFormed(settings.extraFields),
    StartChargeSeq: record.orderNo.toWellFormed(),
    StationID: (lotBy === 'StationID' ? record.parkId : record.stationId).toWellFormed(),
    StationName: record.stationName.toWellFormed(),
    ConnectorID: record.deviceId.toWellFormed(),
    ConnectorName: record.deviceName.toWellFormed(),
    ParkID: record.parkId.toWellFormed(),
    ...(record.spaceNo === '' ? {} : { ParkNo: record.spaceNo.toWellFormed() }),
    PlateNum: record.plateNo.toWellFormed(),
    StartTime: beijingTime(record.startTime, zone),
    EndTime: beijingTime(record.endTime, zone),
    Power: amountNumber(record.power),
    TotalMoney: amountNumber(record.totalMoney),
    ...discountFields(settings.discount),
  });
}

/** The plain text of `Data` of query_token. */
export function teldTokenQuery(operatorId: string, operatorSecret: string): string {
  return JSON.stringify({ OperatorID: operatorId, OperatorSecret: operatorSecret });
}

/** CalculationMethod: 1 by time (whole minutes), 2 by money (yuan), 3 the lot decides. */
function discountFields({ by, time, money }: Discount): Readonly<Record<string, number | undefined>> {
  if (by === 'time') return { CalculationMethod: 1, FreeParkingTimes: Math.round(time / 60_000) };
  if (by === 'money') return { CalculationMethod: 2, FreeParkingCost: amountNumber(money) };
  return { CalculationMethod: 3 };
}
