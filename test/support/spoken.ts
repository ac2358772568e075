import { isReason, type Reason } from '../../src/domain/reason.ts';
import { inEnglish } from '../../src/i18n/english.ts';

/** A value whose reasons are said in English. */
export type Spoken<T> = T extends Reason ? string : T extends object ? { [K in keyof T]: Spoken<T[K]> } : T;

/** The same value with each reason in it said in English, as a person or a log has it. */
export function spoken<T>(value: T): Spoken<T>;
export function spoken(value: unknown): unknown {
  if (isReason(value)) return inEnglish(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoken(one)]));
}
