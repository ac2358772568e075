import { Command } from 'commander';
import type { AuditEntry } from '../domain/operator.ts';
import { limitOption, SINCE, timesOf, UNTIL } from './filters.ts';
import { print, printJson, say } from './output.ts';
import { safe } from './payload.ts';
import { auditJson } from './record-json.ts';
import { table } from './table.ts';
import { zonedHead } from './voice.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface AuditOptions {
  readonly order?: string;
  readonly who?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `audit`: what operators did. */
export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'what operators did, the newest first: who, when, what it changed, and why; kept for 400 days',
    )
    .option('--order <order>', 'only with this order')
    .option('--who <name>', 'only by this person')
    .option(SINCE[0], 'done since: 2h, 2026-11-24, "2026-11-24 08:00" or ISO 8601')
    .option(UNTIL[0], 'done before')
    .addOption(limitOption())
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
WHO is the user that logged in, also behind sudo; where nobody did, the name in SUDO_USER, marked as such, or the user
of the process; on the page the name given at log-in.

Examples:
  pilegate audit
  pilegate audit --order 2026112408000001
  pilegate audit --since 30d --limit 100000 --json > audit.ndjson`,
    )
    .action(run);
}

async function run(options: AuditOptions, command: Command): Promise<void> {
  await withOutbox(command, (open) => {
    const filter = {
      ...(options.order === undefined ? {} : { orderNo: options.order }),
      ...(options.who === undefined ? {} : { who: options.who }),
      ...timesOf(options, open.zone, command),
    };
    const entries: AuditEntry[] = [];
    let more = false;
    for (const rows of open.reader.audit(filter)) {
      const room = options.limit - entries.length;
      entries.push(...rows.slice(0, room));
      more = rows.length > room;
      if (more) break;
    }
    if (options.json) for (const entry of entries) printJson(auditJson(entry, open.zone));
    else if (entries.length > 0) for (const line of auditLines(entries, open, true)) print(line);
    if (entries.length === 0) say(open.texts.actions.noAudit);
    if (more) say(open.texts.listing.more(entries.length));
  });
}

/** Operator actions as a table. @param named whether to name the order or the event of each */
export function auditLines(
  entries: readonly AuditEntry[],
  { texts, zone }: Pick<Open, 'texts' | 'zone'>,
  named: boolean,
): string[] {
  const { actions, listing } = texts;
  const heads = [
    zonedHead(listing.at, zone, Date.now()),
    actions.who,
    actions.command,
    ...(named ? [listing.order, actions.id] : []),
    actions.changed,
    listing.why,
  ];
  const rows = entries.map((entry) => [
    zone.local(entry.at),
    entry.who,
    entry.command,
    ...(named ? [entry.orderNo ?? '-', entry.eventId === undefined ? '-' : String(entry.eventId)] : []),
    changedText(entry.changed) || '-',
    entry.why ?? '-',
  ]);
  return table(
    heads.map((head) => ({ head })),
    rows.map((row) => row.map((cell) => safe(cell).replace(/\s+/g, ' '))),
  );
}

function changedText(changed: AuditEntry['changed']): string {
  return Object.entries(changed)
    .map(([field, [before, after]]) => `${field}: ${before || '-'} → ${after || '-'}`)
    .join('; ');
}
