import type { RecordField } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import { Unreadable } from '../../domain/unreadable.ts';
import { fieldKind, plainFormat, wireText } from '../../mapping/values.ts';

/** A long number that a spreadsheet has rounded: `2.02611E+15`. */
const ROUNDED = /^\d(?:\.\d+)?E\+\d+$/i;
/** A day and a time as spreadsheets write them; the seconds may be missing. */
const TIME = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

/** A cell as a person means it: without what keeps spreadsheets from rounding long numbers (`="…"`, `'…`, tabs). */
export function cellText(cell: string): string {
  const text = cell.replace(/^[\s\uFEFF]+|[\s\uFEFF]+$/g, '');
  const [, formula] = /^="(.*)"$/.exec(text) ?? [];
  return formula ?? text.replace(/^['`]/, '');
}

/** Whether a spreadsheet has rounded this order number. */
export function isRounded(orderNo: string): boolean {
  return ROUNDED.test(orderNo);
}

/** Whether a cell of a list says the same as the record; an empty cell says nothing. */
export function saysSame(field: RecordField, cell: string, recorded: string, zone: StationZone): boolean {
  if (cell === '' || cell === recorded) return true;
  const kind = fieldKind(field);
  if (kind === 'time') {
    const [, year, month, day, hour, minute, second] = TIME.exec(cell) ?? [];
    if (year !== undefined) {
      const two = (text = '') => text.padStart(2, '0');
      const upToMinute = `${year}-${two(month)}-${two(day)} ${two(hour)}:${minute}`;
      return second === undefined
        ? recorded.startsWith(`${upToMinute}:`)
        : recorded === `${upToMinute}:${second}`;
    }
  }
  const plain = kind === 'energy' || kind === 'money' ? cell.replaceAll(/(?<=\d),(?=\d{3})/g, '') : cell;
  const value = plainFormat(kind, { zone, shiftMs: 0, none: [] })(plain);
  return !(value instanceof Unreadable) && wireText(value, zone) === recorded;
}
