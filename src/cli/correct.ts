import type { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { publicName } from '../domain/record.ts';
import { readCorrection } from '../mapping/correction.ts';
import type { Corrected } from '../outbox/admin.ts';
import type { StoredRecord } from '../outbox/reader/rows.ts';
import { safe } from './payload.ts';
import type { Supplied } from './set-option.ts';
import type { Open } from './with-outbox.ts';

/** Ends with wrong usage (2) where `--set` does not go with the orders that are named. */
export function checkSet(set: Supplied | undefined, orders: readonly string[], command: Command): void {
  if (set === undefined) return;
  if (orders.length !== 1) command.error('error: --set goes with one order', { exitCode: 2 });
}

/**
 * What `--set` makes of a record that is whole.
 * @throws Failure where a value is none
 */
export function correctionOf({ record }: StoredRecord, set: Supplied, open: Open): Corrected {
  if (set.orderNo !== undefined && set.orderNo.trim() !== record.orderNo)
    throw new Failure(`${safe(record.orderNo)}: --set orderNo: ${open.texts.actions.orderNoStays}`);
  const correction = readCorrection(record, set, open.zone);
  if ('values' in correction) return correction;
  throw new Failure(
    `${safe(record.orderNo)}: --set ${publicName(correction.field)}: ${safe(open.told(correction.reason))}`,
  );
}
