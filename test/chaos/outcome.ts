import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { OutboxReader } from '../../src/outbox/reader/reader.ts';
import type { Quarantined, Row } from './evidence.ts';
import { type Parts, TIMEOUT_MS } from './parts.ts';

const row = z
  .object({
    orderNo: z.string(),
    state: z.string(),
    record: z.record(z.string(), z.string()),
    history: z.array(z.object({ ms: z.number(), outcome: z.string() })),
  })
  .transform(
    ({ history, ...rest }): Row => ({
      ...rest,
      waitedInFull: history.filter(({ ms, outcome }) => outcome === 'unanswered' && ms >= TIMEOUT_MS).length,
    }),
  );
const entry = z.object({ kind: z.string(), payload: z.string().nullable() });

/** What the outbox says in the end, by the commands that an operator has. */
export async function readOutbox({
  station,
  dir,
}: Parts): Promise<{ rows: Row[]; quarantined: Quarantined[] }> {
  const file = join(dir, 'export.ndjson');
  const exported = await station.hand('export', '--format', 'ndjson', '--output', file);
  if (exported.code !== 0) throw new Error(`the export failed: ${exported.stderr}`);
  const rows: Row[] = [];
  for await (const line of createInterface({ input: createReadStream(file) }))
    rows.push(row.parse(JSON.parse(line)));
  const states = 'open,replayed,discarded,dropped';
  const listed = await station.hand('quarantine', 'list', '--state', states, '--limit', '9999999', '--json');
  if (listed.code !== 0) throw new Error(`the quarantine cannot be listed: ${listed.stderr}`);
  const lines = listed.stdout.split('\n').filter((line) => line !== '');
  return { rows, quarantined: lines.map((line) => entry.parse(JSON.parse(line))) };
}

/** Which of these orders the outbox has delivered and forgotten. */
export function forgottenOf({ disk }: Parts, orders: readonly string[]): Set<string> {
  const reader = new OutboxReader(join(disk.path, 'outbox.db'));
  try {
    return new Set(orders.filter((orderNo) => reader.order(orderNo).pruned !== undefined));
  } finally {
    reader.close();
  }
}
