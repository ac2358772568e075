import { Command, Option } from 'commander';
import {
  QUARANTINE_KINDS,
  QUARANTINE_STATES,
  type QuarantineState,
  type StoredEvent,
} from '../outbox/reader/rows.ts';
import { limitOption, SINCE, severalOf, timesOf, UNTIL } from './filters.ts';
import { walk } from './for-each-row.ts';
import { print, printJson, say } from './output.ts';
import { safe } from './payload.ts';
import { eventJson } from './record-json.ts';
import { table } from './table.ts';
import { zonedHead } from './voice.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ListOptions {
  readonly state?: readonly QuarantineState[];
  readonly kind?: StoredEvent['kind'];
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `quarantine list`: events that could not become records, the newest first. */
export function quarantineListCommand(): Command {
  return new Command('list')
    .description('list the events that could not become records, the last to arrive first')
    .addOption(
      severalOf(
        '--state <state>',
        `these: ${QUARANTINE_STATES.join(', ')} (default: open)`,
        QUARANTINE_STATES,
      ),
    )
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(QUARANTINE_KINDS))
    .option(...SINCE)
    .option(...UNTIL)
    .addOption(limitOption())
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
unmappable: no record could be made of it. conflict: another event of this order came first and stands.
expired: what it lacks did not come in time.

Examples:
  pilegate quarantine list
  pilegate quarantine list --kind expired --json | jq -r .id`,
    )
    .action(run);
}

async function run(options: ListOptions, command: Command): Promise<void> {
  await withOutbox(command, async (open) => {
    const { state = ['open'], kind, json } = options;
    const rows: string[][] = [];
    const show = (event: StoredEvent): void => {
      if (json) printJson(eventJson(event, open.zone));
      else rows.push(cells(event, open));
    };
    const times = timesOf(options, open.zone, command);
    const filter = { states: state, ...(kind === undefined ? {} : { kind }), ...times };
    const { count, more } = await walk(open.reader.events(filter, 'newest-first'), options.limit, show);
    const words = open.texts.listing;
    const { received, state: stateHead, kind: kindHead, source, topic, reason } = words;
    const heads = [
      'ID',
      zonedHead(received, open.zone, Date.now()),
      ...(options.state ? [stateHead] : []),
      kindHead,
      source,
      topic,
      words.field,
      reason,
    ];
    const columns = heads.map((head) => (head === 'ID' ? { head, align: 'right' as const } : { head }));
    if (rows.length > 0)
      for (const line of table(columns, options.state ? rows : rows.map(withoutState))) print(line);
    if (count === 0) say(words.noEvents);
    if (more) say(words.more(count));
    const { dropped } = open.reader.health();
    if (dropped > 0 && options.state === undefined) say(words.dropped(dropped));
  });
}

/** Where none was asked for, all are open. */
function withoutState(row: readonly string[]): string[] {
  return row.toSpliced(2, 1);
}

function cells(
  { id, receivedAt, state, kind, source, topic, field, ...event }: StoredEvent,
  { texts, told, zone }: Open,
): string[] {
  const reason = told(event.reason);
  const cut = reason.length > REASON ? `${reason.slice(0, REASON - 1)}…` : reason;
  return [
    String(id),
    zone.local(receivedAt),
    texts.names[state],
    texts.names[kind],
    source || '-',
    topic,
    field || '-',
    cut,
  ].map((cell) => safe(cell).replaceAll('\t', ' '));
}

/** Characters of the reason in the table; `quarantine show` has all of them. */
const REASON = 80;
