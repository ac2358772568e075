import { ONE, parseScale, readAmount, type Scale, UNITS } from '../domain/decimal.ts';
import { cleanPlate } from '../domain/plate.ts';
import type { RecordField } from '../domain/record.ts';
import { readTime, type StationZone, TIME_FORMATS, type TimeFormat } from '../domain/station-time.ts';
import { quoted, Unreadable } from '../domain/unreadable.ts';
import { clean } from './body.ts';
import type { Issues, Place } from './issues.ts';
import type { RuleObject } from './rules.ts';

/** A value on its way to the wire: text as the wire has it, or a time's instant in epoch milliseconds. */
export type Value = string | number;

/** Makes a value of a trimmed, non-empty text. */
export type Format = (text: string) => Value | Unreadable;

/** A value as the wire has it. */
export function wireText(value: Value, zone: StationZone): string {
  return typeof value === 'number' ? zone.local(value) : value;
}

/** How a field is written. */
export type FieldKind = 'text' | 'plate' | 'time' | 'energy' | 'money';

/** Before it no charging session was meant: it is what a clock says that was never set. */
const FIRST_YEAR = Date.UTC(2015, 0, 1);

/** The kind of a record's field; any other name is text. */
export function fieldKind(field: RecordField | string): FieldKind {
  switch (field) {
    case 'plateNo':
      return 'plate';
    case 'startTime':
    case 'endTime':
      return 'time';
    case 'power':
      return 'energy';
    case 'elecMoney':
    case 'serviceMoney':
    case 'totalMoney':
      return 'money';
    default:
      return 'text';
  }
}

function readPlate(text: string): string | Unreadable {
  const plate = clean(text);
  return typeof plate === 'string' ? cleanPlate(plate) : plate;
}

function timeFormat(format: TimeFormat, zone: StationZone): Format {
  return (text) => {
    const at = readTime(text, format, zone);
    return typeof at === 'number' && at < FIRST_YEAR
      ? new Unreadable(`${quoted(text)} is before 2015: the clock of the device was never set`)
      : at;
  };
}

/** How a field's text is read by a rule without `time`, `unit` and `scale`: the record's own form. */
export function plainFormat(kind: FieldKind, zone: StationZone): Format {
  switch (kind) {
    case 'text':
      return clean;
    case 'plate':
      return readPlate;
    case 'time':
      return timeFormat('auto', zone);
    case 'energy':
    case 'money':
      return (text) => readAmount(text, ONE);
  }
}

const UNITS_OF: Readonly<Record<FieldKind, readonly (keyof typeof UNITS)[]>> = {
  text: [],
  plate: [],
  time: [],
  energy: ['kWh', 'Wh'],
  money: ['yuan', 'fen'],
};

function scaleOf(rule: RuleObject, kind: FieldKind, issues: Issues, place: Place): Scale | undefined {
  if (rule.unit !== undefined && rule.scale !== undefined) {
    issues.error([...place, 'scale'], 'either unit or scale, not both');
    return undefined;
  }
  if (rule.unit !== undefined) {
    const unit = UNITS_OF[kind].find((u) => u === rule.unit);
    if (unit !== undefined) return UNITS[unit] === '1' ? ONE : parseScale(UNITS[unit]);
    issues.error([...place, 'unit'], `no unit ${quoted(rule.unit)} here: ${UNITS_OF[kind].join(' or ')}`);
    return undefined;
  }
  const scale = parseScale(rule.scale ?? '');
  if (scale === undefined) {
    issues.error(
      [...place, 'scale'],
      `${quoted(rule.scale ?? '')} is no decimal above zero, such as "0.0001"`,
    );
  }
  return scale;
}

/** How a rule's text is read for a field of this kind; what does not fit the kind is an issue. */
export function formatOf(
  rule: RuleObject,
  kind: FieldKind,
  zone: StationZone,
  issues: Issues,
  place: Place,
): Format {
  const amount = kind === 'energy' || kind === 'money';
  for (const name of ['unit', 'scale'] as const) {
    if (rule[name] !== undefined && !amount) issues.error([...place, name], `only amounts have a ${name}`);
  }
  if (amount && (rule.unit !== undefined || rule.scale !== undefined)) {
    const scale = scaleOf(rule, kind, issues, place);
    if (scale !== undefined) return (text) => readAmount(text, scale);
  }
  if (rule.time === undefined) return plainFormat(kind, zone);
  if (kind !== 'time') {
    issues.error([...place, 'time'], 'only startTime and endTime have a time format');
    return plainFormat(kind, zone);
  }
  const format = TIME_FORMATS.find((f) => f === rule.time);
  if (format === undefined) {
    issues.error([...place, 'time'], `no time format ${quoted(rule.time)}: ${TIME_FORMATS.join(', ')}`);
  }
  return timeFormat(format ?? 'auto', zone);
}
