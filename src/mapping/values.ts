import { KWH, type Measure, measureIn, parseScale, readAmount, type Unit, YUAN } from '../domain/decimal.ts';
import { cleanPlate, NO_PLATE } from '../domain/plate.ts';
import {
  DURATION_UNITS,
  readDuration,
  readTime,
  TIME_FORMATS,
  type TimeFormat,
} from '../domain/read-time.ts';
import type { RecordField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { timePicture } from '../domain/time-picture.ts';
import { quoted, type Unreadable, unreadable } from '../domain/unreadable.ts';
import { clean, cleanOrderNo } from './body.ts';
import type { Issues, Place } from './issues.ts';
import type { RuleObject } from './rules.ts';

/** A value on its way to the wire: text as the wire has it, or a time's instant in epoch milliseconds. */
export type Value = string | number;

/** Makes a value of a trimmed, non-empty text; `''` where the text stands for none. */
export type Format = (text: string) => Value | Unreadable;

/** What formats depend on besides the rule. */
export interface FormatTools {
  readonly zone: StationZone;
  /** Added to times, milliseconds. */
  readonly shiftMs: number;
  /** Texts that stand for no value, lower case; of plates where undefined: {@link NO_PLATE}. */
  readonly none?: readonly string[] | undefined;
}

/** A value as the wire has it. */
export function wireText(value: Value, zone: StationZone): string {
  return typeof value === 'number' ? zone.local(value) : value;
}

/** How a field is written. */
export type FieldKind = 'order' | 'text' | 'plate' | 'time' | 'energy' | 'money';

/** Before it no charging session was meant: it is what a clock says that was never set. */
const FIRST_YEAR = Date.UTC(2015, 0, 1);

/** The kind of a record's field; any other name is text. */
export function fieldKind(field: RecordField | string): FieldKind {
  switch (field) {
    case 'orderNo':
      return 'order';
    case 'plateNo':
      return 'plate';
    case 'startTime':
    case 'endTime':
      return 'time';
    case 'power':
      return 'energy';
    case 'elecMoney':
    case 'serviceMoney':
    case 'seviceMoney':
    case 'totalMoney':
      return 'money';
    default:
      return 'text';
  }
}

function plateFormat(none: readonly string[]): Format {
  // Most plates are longer than any of them, and lower case of Chinese text is dear.
  const longest = Math.max(0, ...none.map(({ length }) => length));
  const isNone = (text: string) => text.length <= longest && none.includes(text.toLowerCase());
  return (text) => {
    const plate = clean(text);
    if (typeof plate !== 'string') return plate;
    const cleaned = cleanPlate(plate);
    return isNone(cleaned) || (cleaned !== text && isNone(text)) ? '' : cleaned;
  };
}

const PLATE = plateFormat(NO_PLATE);

function timeFormat(format: TimeFormat, { zone, shiftMs }: FormatTools): Format {
  return (text) => {
    const at = readTime(text, format, zone);
    if (typeof at !== 'number') return at;
    return at < FIRST_YEAR ? unreadable('time.never-set', { text: quoted(text) }) : at + shiftMs;
  };
}

/** How a field's text is read by a rule without `time`, `unit` and `scale`: the record's own form. */
export function plainFormat(kind: FieldKind, tools: FormatTools): Format {
  switch (kind) {
    case 'order':
      return cleanOrderNo;
    case 'text':
      return clean;
    case 'plate':
      return tools.none === undefined ? PLATE : plateFormat(tools.none);
    case 'time':
      return timeFormat('auto', tools);
    case 'energy':
      return (text) => readAmount(text, KWH);
    case 'money':
      return (text) => readAmount(text, YUAN);
  }
}

const UNITS_OF: Readonly<Record<FieldKind, readonly Unit[]>> = {
  order: [],
  text: [],
  plate: [],
  time: [],
  energy: ['kWh', 'Wh'],
  money: ['yuan', 'fen'],
};

function measureOf(rule: RuleObject, kind: FieldKind, issues: Issues, place: Place): Measure | undefined {
  if (rule.unit !== undefined && rule.scale !== undefined) {
    issues.error([...place, 'scale'], 'rules.unit-or-scale', {});
    return undefined;
  }
  if (rule.unit !== undefined) {
    const unit = UNITS_OF[kind].find((u) => u === rule.unit);
    if (unit !== undefined) return measureIn(unit);
    issues.error([...place, 'unit'], 'rules.unit', {
      found: quoted(rule.unit),
      allowed: UNITS_OF[kind],
    });
    return undefined;
  }
  const scale = parseScale(rule.scale ?? '');
  if (scale === undefined) {
    issues.error([...place, 'scale'], 'rules.scale', { found: quoted(rule.scale ?? '') });
    return undefined;
  }
  return { scale, unit: undefined };
}

/** How a rule's text is read for a field of this kind; what does not fit the kind is an issue. */
export function formatOf(
  rule: RuleObject,
  kind: FieldKind,
  tools: FormatTools,
  issues: Issues,
  place: Place,
): Format {
  const amount = kind === 'energy' || kind === 'money';
  for (const name of ['unit', 'scale'] as const) {
    if (rule[name] !== undefined && !amount)
      issues.error([...place, name], 'rules.only-amounts', { key: name });
  }
  if (amount && (rule.unit !== undefined || rule.scale !== undefined)) {
    const measure = measureOf(rule, kind, issues, place);
    if (measure !== undefined) return (text) => readAmount(text, measure);
  }
  if (rule.time === undefined) return plainFormat(kind, tools);
  if (kind !== 'time') {
    issues.error([...place, 'time'], 'rules.only-times', {});
    return plainFormat(kind, tools);
  }
  return timeFormat(timeFormatOf(rule.time, issues, [...place, 'time']), tools);
}

function timeFormatOf(text: string, issues: Issues, place: Place): TimeFormat {
  const named = TIME_FORMATS.find((f) => f === text);
  if (named !== undefined) return named;
  const picture = timePicture(text);
  if ('read' in picture) return picture;
  issues.error(place, 'rules.time-format', {
    found: quoted(text),
    allowed: TIME_FORMATS.join(', '),
    unknown: picture.unknown === undefined ? undefined : quoted(picture.unknown),
    lacks: (picture.lacks ?? []).join(', '),
  });
  return 'auto';
}

/** How the text of a duration is read, as milliseconds. */
export function durationFormat(unit: string | undefined, issues: Issues, place: Place): Format {
  const units = Object.keys(DURATION_UNITS);
  const known = unit === 's' || unit === 'min' || unit === 'h' ? unit : 's';
  if (unit !== undefined && unit !== known)
    issues.error([...place, 'unit'], 'rules.duration-unit', {
      found: quoted(unit),
      allowed: units.join(', '),
    });
  return (text) => readDuration(text, known);
}
