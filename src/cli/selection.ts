/** What bulk commands choose by, in place of names: reason, source, device, time. All that is said must hold. */
import type { Command } from 'commander';
import { type Reason, readReason } from '../domain/reason.ts';
import { inEnglish } from '../i18n/english.ts';
import type { StoredEvent, StoredRecord } from '../outbox/reader/rows.ts';
import type { RecordState } from '../outbox/tables/records.ts';
import { SINCE, timesOf } from './filters.ts';
import { say } from './output.ts';
import type { Open } from './with-outbox.ts';

/** The options, as commander gives them. */
export interface SelectionOptions {
  readonly reason?: string;
  readonly source?: string;
  readonly device?: string;
  readonly since?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** So many at once are dealt with without a question. */
export const MANY = 20;

/** Adds the options to a command. */
export function withSelection(command: Command): Command {
  return command
    .option('--reason <text>', 'in place of names: those with this reason, a code or part of its text')
    .option('--source <name>', 'in place of names: those of this source')
    .option('--device <id>', 'in place of names: those of this device')
    .option(...SINCE)
    .option('--dry-run', 'list what would be done, and do nothing')
    .option('--yes', 'do not ask');
}

/** Whether anything is chosen by a filter. */
export function isFiltered({ reason, source, device, since }: SelectionOptions): boolean {
  return [reason, source, device, since].some((one) => one !== undefined);
}

/** Ends with wrong usage (2) unless either names or a filter (or `all`) are given. */
export function checkNamed(
  names: number,
  all: true | undefined,
  options: SelectionOptions,
  what: string,
  command: Command,
): void {
  const filtered = isFiltered(options) || all === true;
  if (names > 0 === filtered)
    command.error(`error: name ${what}, or choose by --reason, --source, --device, --since`, { exitCode: 2 });
}

/** The records of these states that the options choose, the first to arrive first. */
export function* chosenRecords(
  options: SelectionOptions,
  states: readonly RecordState[],
  open: Open,
  command: Command,
): Generator<StoredRecord> {
  const { since } = timesOf(options, open.zone, command);
  const filter = {
    states,
    ...(options.device === undefined ? {} : { deviceId: options.device }),
    ...(since === undefined ? {} : { since }),
  };
  for (const { rows } of open.reader.records(filter, 'oldest-first'))
    for (const row of rows)
      if (
        (options.source === undefined || row.source === options.source) &&
        (options.reason === undefined || isBecauseOf(row.lastError, options.reason, open))
      )
        yield row;
}

/** The open quarantined events that the options choose, the first to arrive first. */
export function* chosenEvents(
  options: SelectionOptions,
  open: Open,
  command: Command,
): Generator<StoredEvent> {
  const { since } = timesOf(options, open.zone, command);
  const filter = { states: ['open'] as const, ...(since === undefined ? {} : { since }) };
  for (const { rows } of open.reader.events(filter, 'oldest-first'))
    for (const row of rows)
      if (
        (options.source === undefined || row.source === options.source) &&
        (options.device === undefined || isOfDevice(row, options.device)) &&
        (options.reason === undefined || isBecauseOf(readReason(row.reason), options.reason, open))
      )
        yield row;
}

/** Says how many would be dealt with. */
export function sayDryRun(count: number, { texts }: Open): void {
  say(texts.actions.dryRun(count));
}

/** A code is meant exactly; anything else is part of the reason's text, in English or as it is shown here. */
function isBecauseOf(why: Reason | undefined, wanted: string, { told }: Open): boolean {
  if (why === undefined) return false;
  if (why.code === wanted) return true;
  const part = wanted.toLowerCase();
  return [inEnglish(why), told(why)].some((text) => text.toLowerCase().includes(part));
}

/** An event that became no record names its device in its topic, or in its body. */
function isOfDevice({ topic, payload }: StoredEvent, device: string): boolean {
  if (topic.split('/').includes(device)) return true;
  try {
    const body: unknown = JSON.parse(Buffer.from(payload ?? []).toString());
    return typeof body === 'object' && body !== null && String(Reflect.get(body, 'deviceId')) === device;
  } catch {
    return false;
  }
}
