import type { Db } from '../database.ts';
import type { OutboxOptions } from '../options.ts';
import { Contexts } from './contexts.ts';
import { Upkeep } from './meta.ts';
import { Settling } from './outcomes.ts';
import { Pruning } from './pruning.ts';
import { Quarantine } from './quarantine.ts';
import { Records } from './records.ts';
import { Waiting } from './waiting.ts';

/** All statements of one open file. */
export interface Tables {
  readonly records: Records;
  readonly waiting: Waiting;
  readonly settling: Settling;
  readonly quarantine: Quarantine;
  readonly contexts: Contexts;
  readonly upkeep: Upkeep;
  readonly pruning: Pruning;
}

/** Prepares all statements on a file that is open. */
export function prepareTables(db: Db, { limits }: Pick<OutboxOptions, 'limits'>): Tables {
  return {
    records: new Records(db),
    waiting: new Waiting(db),
    settling: new Settling(db),
    quarantine: new Quarantine(db, limits),
    contexts: new Contexts(db),
    upkeep: new Upkeep(db),
    pruning: new Pruning(db),
  };
}
