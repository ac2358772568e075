import { InvalidArgumentError } from 'commander';
import { duration } from '../config/values.ts';

/** Parses an option that is a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Allowed is a whole number from ${min} to ${max}.`);
  };
}

/** Parses an option that is a number from `min` to `max`. */
export function amount(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Allowed is a number from ${min} to ${max}.`);
  };
}

/** Parses an option that is a duration, from 100 ms to 30 days, into milliseconds. */
export function time(value: string): number {
  const read = duration('100ms', '30d', 'how long to run').safeParse(value);
  if (read.success) return read.data;
  throw new InvalidArgumentError('Allowed is a whole number with its unit, such as 500ms, 30s, 5m or 2h.');
}
