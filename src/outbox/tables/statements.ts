import type { Db } from '../database.ts';
import { CONTEXT_ROWS, type OutboxOptions } from '../options.ts';
import { Audit } from './audit.ts';
import { Contexts } from './contexts.ts';
import { Upkeep } from './meta.ts';
import { Settling } from './outcomes.ts';
import { Pruning } from './pruning.ts';
import { Quarantine } from './quarantine.ts';
import { Records } from './records.ts';
import { Waiting } from './waiting.ts';

/** What the values of all contexts take at most, bytes (64 MiB). */
const CONTEXT_BYTES = 67_108_864;
/** What contexts take at most of the file, and payloads in quarantine too: a quarter. They must never take the room of records. */
const SHARE = 4;

/** All statements of one open file. */
export interface Tables {
  readonly records: Records;
  readonly waiting: Waiting;
  readonly settling: Settling;
  readonly quarantine: Quarantine;
  readonly contexts: Contexts;
  readonly upkeep: Upkeep;
  readonly pruning: Pruning;
  readonly audit: Audit;
}

/** Prepares all statements on a file that is open. */
export function prepareTables(
  db: Db,
  options: Pick<OutboxOptions, 'limits' | 'maxSize' | 'contextRows'>,
): Tables {
  const { limits, contextRows = () => CONTEXT_ROWS } = options;
  return {
    records: new Records(db),
    waiting: new Waiting(db),
    settling: new Settling(db),
    quarantine: new Quarantine(db, {
      get maxRows() {
        return limits.maxRows;
      },
      get maxBytes() {
        return Math.min(limits.maxBytes, options.maxSize / SHARE);
      },
    }),
    contexts: new Contexts(db, {
      rows: contextRows,
      get bytes() {
        return Math.min(CONTEXT_BYTES, options.maxSize / SHARE);
      },
    }),
    upkeep: new Upkeep(db),
    pruning: new Pruning(db),
    audit: new Audit(db),
  };
}
