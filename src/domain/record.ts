/**
 * The ChargingRecord of the gate interface, section 2.2, as it travels: wire names (the misspelt
 * `seviceMoney` included), every value a string, `sign` not among them.
 */

/** The wire names in the order of the interface's table, which is also the order of the keys in the body. */
export const WIRE_FIELDS = [
  'portName',
  'parkId',
  'orderNo',
  'plateNo',
  'startTime',
  'endTime',
  'stationId',
  'stationName',
  'deviceId',
  'deviceName',
  'spaceNo',
  'power',
  'elecMoney',
  'seviceMoney',
  'totalMoney',
] as const;

/** One wire name of a ChargingRecord. */
export type WireField = (typeof WIRE_FIELDS)[number];

/** The fields the interface lets us leave empty (2.2, "没有的请传空"): `''` when unknown. */
export const OPTIONAL_FIELDS = ['spaceNo', 'power', 'elecMoney', 'seviceMoney', 'totalMoney'] as const;

/** The fields that come from the config's `gate` and `station` unless a source's rule says otherwise. */
export const STATION_FIELDS = ['portName', 'parkId', 'stationId', 'stationName'] as const;

/** One of {@link STATION_FIELDS}. */
export type StationField = (typeof STATION_FIELDS)[number];

/** Who we are to the gate: what the config says for {@link STATION_FIELDS}, each non-empty. */
export type StationIdentity = Readonly<Record<StationField, string>>;

/**
 * A whole record, without `sign`. Amounts are canonical here whatever the gate's dialect: kWh and yuan with
 * two decimals, or `''`. Times are `yyyy-MM-dd HH:mm:ss` in the station's zone.
 */
export type ChargingRecord = Readonly<Record<WireField, string>>;

/**
 * The record as it is to be sent now: station fields that no rule set follow today's config, so that a mended
 * park id reaches the records that waited for it.
 */
export function withIdentity(
  record: ChargingRecord,
  ruled: readonly StationField[],
  identity: StationIdentity,
): ChargingRecord {
  const sent: Record<WireField, string> = { ...record };
  for (const field of STATION_FIELDS) if (!ruled.includes(field)) sent[field] = identity[field];
  return sent;
}
