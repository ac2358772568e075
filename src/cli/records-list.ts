import { Command } from 'commander';
import type { StoredRecord } from '../outbox/reader/rows.ts';
import { type FilterOptions, filterOf, limitOption, withFilters } from './filters.ts';
import { walk } from './for-each-row.ts';
import { print, printJson, say } from './output.ts';
import { safe } from './payload.ts';
import { recordJson } from './record-json.ts';
import { table } from './table.ts';
import { zonedHead } from './voice.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly json?: true;
}

/** `records list`: the records, the newest first. */
export function recordsListCommand(): Command {
  return withFilters(new Command('list'))
    .description('list the records, the last to arrive first')
    .addOption(limitOption())
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Examples:
  pilegate records list --state parked
  pilegate records list --plate 浙BD12345 --since 2h
  pilegate records list --state pending,waiting --json | jq -r .orderNo`,
    )
    .action(run);
}

async function run(options: ListOptions, command: Command): Promise<void> {
  await withOutbox(command, async (open) => {
    const rows: string[][] = [];
    const show = (record: StoredRecord): void => {
      if (options.json) printJson(recordJson(record, open.zone));
      else rows.push(cells(record, open));
    };
    const filter = filterOf(options, open.zone, command);
    const { count, more } = await walk(open.reader.records(filter, 'newest-first'), options.limit, show);
    if (rows.length > 0) for (const line of recordTable(rows, open)) print(line);
    const words = open.texts.listing;
    if (count === 0) say(words.noRecords);
    if (more) say(words.more(count));
  });
}

function recordTable(rows: readonly (readonly string[])[], { texts, zone }: Open): string[] {
  const words = texts.listing;
  const timed = (head: string) => zonedHead(head, zone, Date.now());
  const heads = [
    timed(words.received),
    words.order,
    words.plate,
    words.device,
    timed(words.end),
    words.state,
  ];
  return table(
    [
      ...heads.map((head) => ({ head })),
      { head: words.posts, align: 'right' },
      { head: timed(words.next) },
      { head: words.why },
    ],
    rows,
  );
}

function cells({ record, state, nextAt, ...stored }: StoredRecord, { texts, told, zone }: Open): string[] {
  const error = told(stored.lastError ?? '');
  return [
    zone.local(stored.receivedAt),
    stored.orderNo ?? '-',
    record.plateNo || '-',
    record.deviceId || '-',
    record.endTime || '-',
    texts.names[state],
    String(stored.attempts),
    state === 'pending' && nextAt !== undefined ? zone.local(nextAt) : '-',
    error.length > WHY ? `${error.slice(0, WHY - 1)}…` : error,
  ].map((cell) => safe(cell).replaceAll('\t', ' '));
}

/** Characters of the reason in the table; `records show` has all of them. */
const WHY = 60;
