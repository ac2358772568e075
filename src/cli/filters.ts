import { type Command, InvalidArgumentError, Option } from 'commander';
import { cleanPlate } from '../domain/plate.ts';
import type { StationZone } from '../domain/station-time.ts';
import type { RecordFilter } from '../outbox/reader/listing.ts';
import { RECORD_STATES, type RecordState } from '../outbox/tables/records.ts';
import { readMoment } from './times.ts';

/** The options that choose records, as commander gives them. */
export interface FilterOptions {
  readonly state?: readonly RecordState[];
  readonly device?: string;
  readonly plate?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Adds the options that choose records. */
export function withFilters(command: Command): Command {
  return command
    .addOption(severalOf('--state <state>', 'only these: waiting, pending, delivered, parked', RECORD_STATES))
    .option('--device <id>', 'only of this device')
    .option('--plate <plateNo>', 'only of this plate')
    .option(...SINCE)
    .option(...UNTIL);
}

/** Options that every listing has. */
export const SINCE = [
  '--since <time>',
  'arrived since: 2h, 2026-11-24, "2026-11-24 08:00" or ISO 8601',
] as const;
export const UNTIL = ['--until <time>', 'arrived before'] as const;

/** How many rows a listing shows at most; 50 where nothing is said. */
export function limitOption(): Option {
  return new Option('--limit <number>', 'at most so many')
    .argParser((value) => {
      if (/^[1-9]\d{0,9}$/.test(value)) return Number(value);
      throw new InvalidArgumentError('Allowed is a whole number above 0.');
    })
    .default(50);
}

/** An option that may be given several times, or as a list with commas, each one of some words. */
export function severalOf<Word extends string>(
  flags: string,
  description: string,
  words: readonly Word[],
): Option {
  return new Option(flags, description).argParser((value: string, before: readonly Word[] | undefined) => {
    const chosen = value.split(',').map((one) => {
      const word = words.find((known) => known === one);
      if (word === undefined) throw new InvalidArgumentError(`Allowed choices are ${words.join(', ')}.`);
      return word;
    });
    return [...(before ?? []), ...chosen];
  });
}

/** What the options ask for. Ends with wrong usage (2) where a time is none. */
export function filterOf(options: FilterOptions, zone: StationZone, command: Command): RecordFilter {
  const { state, device, plate } = options;
  return {
    ...(state === undefined ? {} : { states: state }),
    ...(device === undefined ? {} : { deviceId: device }),
    ...(plate === undefined ? {} : { plateNo: cleanPlate(plate) }),
    ...timesOf(options, zone, command),
  };
}

/** The times that the options ask for, epoch milliseconds. Ends with wrong usage (2) where one is none. */
export function timesOf(
  options: Pick<FilterOptions, 'since' | 'until'>,
  zone: StationZone,
  command: Command,
): { since?: number; until?: number } {
  const now = Date.now();
  const read = (name: 'since' | 'until') => {
    const text = options[name];
    if (text === undefined) return {};
    const at = readMoment(text, now, zone);
    if (at !== undefined) return { [name]: at };
    return command.error(
      `error: option '--${name}' argument '${text}' is no time. Allowed are a length of time back such as 2h, ` +
        `a station time such as 2026-11-24 or "2026-11-24 08:00", and ISO 8601.`,
      { exitCode: 2 },
    );
  };
  return { ...read('since'), ...read('until') };
}
