import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { mappingOf } from '../daemon/setup.ts';
import { systemClock } from '../domain/clock.ts';
import type { InboundEvent } from '../domain/event.ts';
import type { Act } from '../domain/operator.ts';
import { draftOf, partsOf } from '../intake/ingest.ts';
import type { Accepted } from '../outbox/accept.ts';
import { Outbox } from '../outbox/outbox.ts';
import { toFailure } from '../outbox/reader/reader.ts';
import type { Completion } from '../outbox/reprocess.ts';
import { BUILD_DATE } from '../version.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Supplied } from './set-option.ts';

/** An event that held several sessions: what became of each. */
export interface TakenApart {
  readonly kind: 'apart';
  readonly results: readonly Accepted[];
}

/** Maps stored events again with today's config; each promise settles when it is on disk. */
export interface Remap {
  /**
   * Takes a quarantined event the way of a fresh one; undefined where it is not open, or not kept whole.
   * @param mayReplace whether a conflict may take the place of a parked record of its order
   */
  replay(
    id: number,
    supplied: Supplied,
    act: Act,
    mayReplace: boolean,
  ): Promise<Accepted | TakenApart | undefined>;
  /** Completes a waiting record by what is supplied; undefined where it waits no more. */
  complete(recordId: number, supplied: Supplied, act: Act): Promise<Completion | undefined>;
}

/**
 * Opens the outbox for mapping events again, beside a daemon or without one, for as long as `work` takes. There
 * must be an outbox: open it for reading first.
 * @throws Failure (78) where the config is wrong, (1) where the outbox cannot be written
 */
export async function withRemap<T>(command: Command, work: (remap: Remap) => Promise<T>): Promise<T> {
  const loaded = loadConfig(command.optsWithGlobals<GlobalOptions>().config, process.env);
  const { outbox: where, quarantine } = loaded.config;
  const mapping = mappingOf(loaded);
  const draft = (event: InboundEvent, supplied: Supplied) => draftOf(mapping.map(event, supplied));
  try {
    const outbox = new Outbox({
      path: where.path,
      limits: quarantine,
      maxSize: where.maxSize,
      buildDate: BUILD_DATE,
      clock: systemClock,
      exclusive: false,
      // What failed is told by the promise that failed.
      hooks: { failed: () => {}, recovered: () => {}, committed: () => {} },
    });
    try {
      return await work({
        replay: async (id, supplied, act, replace) => {
          const by = { act, supplied, replace };
          const held = outbox.held(id);
          if (held === undefined) return undefined;
          const mapped = mapping.map(held, supplied);
          const parts = partsOf(held, mapped);
          if (parts === undefined) return outbox.replay(held, draftOf(mapped), by);
          return { kind: 'apart', results: await outbox.replayParts(held, parts, by) };
        },
        complete: async (recordId, supplied, act) => {
          const waiting = outbox.waiting(recordId);
          if (waiting === undefined) return undefined;
          const made = draft(waiting, supplied);
          return 'complete' in made
            ? outbox.complete(waiting, made, { act, supplied, replace: false })
            : { kind: 'quarantined', id: 0, as: 'unmappable', fault: made, dropped: [] };
        },
      });
    } finally {
      outbox.close();
    }
  } catch (error) {
    throw toFailure(where.path, error);
  }
}
