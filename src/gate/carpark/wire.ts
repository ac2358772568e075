import type { RecordField } from '../../domain/record.ts';

/** A field of the interface's table (2.2). */
export interface WireField {
  readonly field: RecordField;
  /** Its name in the body. */
  readonly name: string;
  /** Whether it must be there and not be empty. */
  readonly required: boolean;
  /** Whether it is money, which some receivers want in fen. */
  readonly money: boolean;
}

function required(field: RecordField): WireField {
  return { field, name: field, required: true, money: false };
}

function optional(field: RecordField, name: string = field, money = false): WireField {
  return { field, name, required: false, money };
}

/** The fields in the order of the table, which is also the order of the keys in the body. */
export const WIRE_FIELDS: readonly WireField[] = [
  required('portName'),
  required('parkId'),
  required('orderNo'),
  required('plateNo'),
  required('startTime'),
  required('endTime'),
  required('stationId'),
  required('stationName'),
  required('deviceId'),
  required('deviceName'),
  optional('spaceNo'),
  optional('power'),
  optional('elecMoney', 'elecMoney', true),
  // The document's own spelling.
  optional('serviceMoney', 'seviceMoney', true),
  optional('totalMoney', 'totalMoney', true),
];
