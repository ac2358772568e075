import { readTime } from '../domain/read-time.ts';
import { StationZone } from '../domain/station-time.ts';

/**
 * Values of a canonical record in the forms that other dialects than the document's want: JSON numbers instead of
 * text, fen instead of yuan, Beijing time or epoch seconds instead of the station's wall clock.
 */

/** The zone of every Chinese gate platform's wall clock times. */
export const BEIJING = new StationZone('Asia/Shanghai');

/**
 * A canonical amount (kWh or yuan, two decimals) as a JSON number. Below 10^12 a double holds it exactly enough to
 * print the same digits again, in the shortest form (`20.10` is `20.1`), without an exponent.
 *
 * @returns undefined where it is unknown (`''`)
 * @throws Error where it is not canonical, a defect of the caller
 */
export function amountNumber(amount: string): number | undefined {
  if (amount === '') return undefined;
  if (!/^\d{1,12}\.\d\d$/.test(amount)) throw new Error(`not an amount with two decimals: ${amount}`);
  return Number(amount);
}

/** A canonical amount in yuan as whole fen, by moving the point: never through a fraction of a double. */
export function fenNumber(yuan: string): number | undefined {
  return amountNumber(yuan) === undefined ? undefined : Number(yuan.replace('.', ''));
}

/**
 * The instant of a record's time, epoch milliseconds.
 *
 * @throws Error where it is no `yyyy-MM-dd HH:mm:ss`, a defect of the caller
 */
export function instantOf(local: string, zone: StationZone): number {
  const at = readTime(local, 'local', zone);
  if (typeof at !== 'number') throw new Error(`not a time of a record: ${local}`);
  return at;
}

/** A record's time on Beijing's wall clock, `yyyy-MM-dd HH:mm:ss`. */
export function beijingTime(local: string, zone: StationZone): string {
  return zone.name === BEIJING.name ? local : BEIJING.local(instantOf(local, zone));
}

/** Extension fields as they can be signed: half a surrogate pair has no UTF-8. */
export function wellFormed(fields: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(fields).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]);
  return Object.fromEntries(pairs);
}
