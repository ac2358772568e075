import { reason } from '../../domain/reason.ts';
import {
  type ChargingRecord,
  publicName,
  RECORD_FIELDS,
  type RecordField,
  STATION_FIELDS,
  type StationField,
} from '../../domain/record.ts';
import { StorageError } from '../errors.ts';

/** One row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Whatever was read is a row of named columns. @throws StorageError where it is not (a damaged file) */
export function rowOf(value: unknown): Row {
  if (!isRow(value)) throw unreadable('a row', value);
  return value;
}

/** The text in a column. @throws StorageError where it holds none */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw unreadable(column, value);
  return value;
}

/** The text in a column that may be empty. */
export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

/** The number in a column. @throws StorageError where it holds none */
export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw unreadable(column, value);
  return value;
}

/** The number in a column that may be empty. */
export function optionalNumber(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : number(row, column);
}

/** The bytes in a column. @throws StorageError where it holds none */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw unreadable(column, value);
  return value;
}

/** What a column of JSON holds, as a row. @throws StorageError where it holds none */
export function jsonOf(json: string): Row {
  try {
    return rowOf(JSON.parse(json));
  } catch (error) {
    throw unreadable('JSON', json, { cause: error });
  }
}

/** The record in a row's column of that name. @throws StorageError where there is none */
export function recordOf(row: Row): ChargingRecord {
  const found = jsonOf(text(row, 'record'));
  const record: Partial<Record<RecordField, string>> = {};
  for (const field of RECORD_FIELDS) record[field] = text(found, publicName(field));
  return record as ChargingRecord;
}

/** The names of the station fields that a rule set, as stored: separated by spaces. */
export function ruledOf(stored: string): readonly StationField[] {
  return stored === '' ? [] : STATION_FIELDS.filter((field) => stored.split(' ').includes(field));
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

function unreadable(what: string, value: unknown, options?: ErrorOptions): StorageError {
  return new StorageError(
    reason('storage.value-wrong', { found: typeof value, expected: what }),
    'SQLITE_CORRUPT',
    options,
  );
}
