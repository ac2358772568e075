/**
 * The ChargingRecord as this program keeps it, whatever a gate platform's dialect calls its fields: a dialect's folder
 * under `src/gate` has its wire names, units and forms.
 */

/** The fields of a record, in the order in which people are shown them. */
export const RECORD_FIELDS = [
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
  'serviceMoney',
  'totalMoney',
] as const;

/** One field of a ChargingRecord. */
export type RecordField = (typeof RECORD_FIELDS)[number];

/** The fields that may be unknown, which is `''`. */
export const OPTIONAL_FIELDS = ['spaceNo', 'power', 'elecMoney', 'serviceMoney', 'totalMoney'] as const;

/** The fields that come from the config's `gate` and `station` unless a source's rule says otherwise. */
export const STATION_FIELDS = ['portName', 'parkId', 'stationId', 'stationName'] as const;

/** One of {@link STATION_FIELDS}. */
export type StationField = (typeof STATION_FIELDS)[number];

/** Who we are to the gate: what the config says for {@link STATION_FIELDS}. */
export type StationIdentity = Readonly<Record<StationField, string>>;

/**
 * A whole record. Each value is exact text: energy is kWh and money yuan as a decimal with two places (`32.15`), which
 * no binary float rounds; times are the station's civil time, `yyyy-MM-dd HH:mm:ss`, as its bills have them; the plate
 * is upper case without blanks and dots; `''` is unknown. Dialects render from these
 * (`src/gate/wire-values.ts`).
 */
export type ChargingRecord = Readonly<Record<RecordField, string>>;

/**
 * What people write and read for a field: in config, events, `--set`, `--json`, CSV and the stored row. These names are
 * fixed by the first gate platform's document, its misspelling included, and shared by rows of every version.
 */
const PUBLIC_NAMES: ReadonlyMap<string, string> = new Map([['serviceMoney', 'seviceMoney']]);

/** The name of a field for people and files; any other text is its own name. */
export function publicName(field: string): string {
  return PUBLIC_NAMES.get(field) ?? field;
}

/** The field that a person's name means, in either spelling; undefined where there is none. */
export function fieldNamed(name: string): RecordField | undefined {
  return RECORD_FIELDS.find((field) => field === name || publicName(field) === name);
}

/** A record under its public names, in the order of {@link RECORD_FIELDS}: what is stored and what `--json` prints. */
export function publicRecord(record: ChargingRecord): Readonly<Record<string, string>> {
  const named: Record<string, string> = {};
  for (const field of RECORD_FIELDS) named[publicName(field)] = record[field];
  return named;
}

/**
 * The record as it is to be sent now: station fields that no rule set follow today's config, so that a corrected
 * park id reaches the records that waited for it.
 */
export function withIdentity(
  record: ChargingRecord,
  ruled: readonly StationField[],
  identity: StationIdentity,
): ChargingRecord {
  const sent: Record<RecordField, string> = { ...record };
  for (const field of STATION_FIELDS) if (!ruled.includes(field)) sent[field] = identity[field];
  return sent;
}
