import type { Config } from '../config/loaded.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { storedReason } from '../domain/reason.ts';
import type { StorageView } from '../domain/snapshot.ts';
import { CONTEXT_ROWS } from '../outbox/options.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { Replaced } from '../outbox/place.ts';
import type { SalvageReport } from '../outbox/recovery/salvage.ts';

/** The outbox of a daemon, and whether it can be written. */
export interface Storage {
  readonly outbox: Outbox;
  /** Resolves when it can be written: at once while it works. */
  works(): Promise<void>;
  view(): StorageView;
}

/** What the storage needs from around it. */
export interface StorageOptions {
  /** Asked each time: a reload changes it while the outbox stays open. */
  config(): Config;
  /** Epoch milliseconds: a wall clock before it is not sane. */
  readonly buildDate: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after every commit: how many jobs it took and how long, in milliseconds. */
  committed(jobs: number, ms: number): void;
  /** Called when it can be written again. */
  recovered(): void;
  /** Called when it cannot be written any more, once. */
  failed(): void;
  /** Called when a damaged outbox was replaced by what could be read of it. */
  salvaged(report: SalvageReport): void;
  /** Called when the outbox's file was deleted, replaced or moved, and its rows were taken over into a new one. */
  replaced(what: Replaced): void;
}

/**
 * Opens the outbox and says in the log how its storage fares.
 * @throws Failure where it cannot be opened
 */
export function openStorage({
  config,
  buildDate,
  clock,
  log,
  committed,
  recovered,
  failed,
  salvaged,
  replaced,
}: StorageOptions): Storage {
  let works = Promise.withResolvers<void>();
  works.resolve();
  let view: StorageView = { state: 'ok', since: clock.now(), reason: '' };
  const outbox = new Outbox({
    path: config().outbox.path,
    limits: {
      get maxRows() {
        return config().quarantine.maxRows;
      },
      get maxBytes() {
        return config().quarantine.maxBytes;
      },
    },
    contextRows: (name) =>
      config().contexts.find((context) => context.name === name)?.['maxRows'] ?? CONTEXT_ROWS,
    get maxSize() {
      return config().outbox.maxSize;
    },
    buildDate,
    clock,
    hooks: {
      failed: (error) => {
        works = Promise.withResolvers();
        view = { state: 'failed', since: clock.now(), reason: storedReason(error.reason) };
        log.error(
          { event: 'storage.failed', code: error.code, reason: error.message },
          'nothing can be stored: events stay with the broker until it can',
        );
        failed();
      },
      recovered: (failedForMs) => {
        log.info({ event: 'storage.recovered', failedForMs: Math.round(failedForMs) }, 'storage works again');
        view = { state: 'ok', since: clock.now(), reason: '' };
        works.resolve();
        recovered();
      },
      committed,
      replaced: (what) => {
        log.error(
          { event: 'outbox.replaced', ...what },
          what.rescued
            ? 'the outbox file was replaced while it was open: all its rows lie in a new one at its name'
            : 'the outbox file was replaced while it was open, and its rows could not be read any more',
        );
        replaced(what);
      },
      salvaged: (report) => {
        log.error(
          { event: 'storage.failed', ...report },
          'the outbox was damaged: all that could be read of it lies in a new one',
        );
        salvaged(report);
      },
    },
  });
  return { outbox, works: () => works.promise, view: () => view };
}
