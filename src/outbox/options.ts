import type { Clock } from '../domain/clock.ts';
import type { StorageError } from './errors.ts';
import type { Replaced } from './place.ts';
import type { SalvageReport } from './recovery/salvage.ts';
import type { QuarantineLimits } from './tables/quarantine.ts';

/** See {@link OutboxOptions.contextRows}. */
export const CONTEXT_ROWS = 20_000;

/** What the outbox needs to be told. */
export interface OutboxOptions {
  readonly path: string;
  readonly limits: QuarantineLimits;
  /** How many values of a context are kept, by its name (`contexts[].maxRows`); {@link CONTEXT_ROWS} unless said. */
  readonly contextRows?: (context: string) => number;
  /** Where the file may not grow further, bytes (`outbox.maxSize`). */
  readonly maxSize: number;
  /** The program's build date, epoch milliseconds: a wall clock before it is not sane. */
  readonly buildDate: number;
  readonly clock: Clock;
  /** False for a command beside a daemon: it writes, but does not claim the file. Default true. */
  readonly exclusive?: boolean;
  readonly hooks: OutboxHooks;
}

/** What the outbox tells of itself. */
export interface OutboxHooks {
  /** Storage fails: nothing is taken until `recovered`. */
  failed(error: StorageError): void;
  /** Storage works again. */
  recovered(failedForMs: number): void;
  /** A commit of so many jobs took so long, milliseconds. */
  committed(jobs: number, ms: number): void;
  /** The file was damaged; what could be read of it lies in a new one. */
  salvaged?(report: SalvageReport): void;
  /** The file was deleted, replaced or moved while it was open; its rows lie in a new one at its name. */
  replaced?(what: Replaced): void;
}
