import { Command, Option } from 'commander';
import { publicName, RECORD_FIELDS } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import { visible, visibleJson } from '../domain/visible-text.ts';
import { inEnglish } from '../i18n/english.ts';
import type { RecordStory, StoredRecord } from '../outbox/reader/rows.ts';
import { toFile, toStdout } from './export-out.ts';
import { type FilterOptions, filterOf, withFilters } from './filters.ts';
import { walk } from './for-each-row.ts';
import { say } from './output.ts';
import { auditJson, storyJson } from './record-json.ts';
import { isoTime } from './times.ts';
import { withOutbox } from './with-outbox.ts';

interface ExportOptions extends FilterOptions {
  readonly format: 'csv' | 'ndjson';
  readonly output?: string;
  readonly bom?: true;
}

/** `export`: the records for a dispute or an audit, the oldest first. */
export function exportCommand(): Command {
  return withFilters(new Command('export'))
    .description('write the records out for a dispute or an audit, the first to arrive first')
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'ndjson']).default('csv'))
    .option('--output <file>', 'into this file, which is there only once it is whole; else to stdout')
    .option('--bom', 'for CSV: begin with the mark by which Excel knows UTF-8')
    .addHelpText(
      'after',
      `
CSV has one line a record: where it stands, and its fields as the gate gets them. NDJSON also has the event as it
came and the attempts. Neither holds a key or a password.

Examples:
  pilegate export --since 2026-11-01 --until 2026-12-01 --bom --output november.csv
  pilegate export --plate 浙BD12345 --format ndjson | jq .history
  pilegate export --state delivered --since 24h > delivered.csv`,
    )
    .action(run);
}

async function run(options: ExportOptions, command: Command): Promise<void> {
  await withOutbox(command, async ({ reader, zone, texts }) => {
    const filter = filterOf(options, zone, command);
    const out = options.output === undefined ? toStdout() : toFile(options.output);
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      if (lines.length > 0) await out.write(`${lines.join('\n')}\n`);
      lines = [];
    };
    const all = Number.POSITIVE_INFINITY;
    try {
      let written: { count: number };
      if (options.format === 'csv') {
        lines.push(`${options.bom ? '\uFEFF' : ''}${HEADS.join(',')}`);
        const each = (row: StoredRecord) => lines.push(csvLine(row, zone));
        written = await walk(reader.records(filter, 'oldest-first'), all, each, flush);
      } else {
        const each = (row: RecordStory) => {
          const audit = row.orderNo === undefined ? [] : reader.auditOf(row.orderNo);
          const story = { ...storyJson(row, zone), audit: audit.map((entry) => auditJson(entry, zone)) };
          lines.push(visibleJson(story));
        };
        written = await walk(reader.stories(filter, 'oldest-first'), all, each, flush);
      }
      await flush();
      out.end();
      say(texts.listing.exported(written.count, options.output));
    } catch (error) {
      out.abandon();
      throw error;
    }
  });
}

const HEADS = [
  'state',
  'receivedAt',
  'deliveredAt',
  'attempts',
  'lastOutcome',
  'lastError',
  ...RECORD_FIELDS.map(publicName),
];

function csvLine(stored: StoredRecord, zone: StationZone): string {
  const { record, state, settledAt } = stored;
  const cells = [
    state,
    isoTime(zone, stored.receivedAt),
    state === 'delivered' && settledAt !== undefined ? isoTime(zone, settledAt) : '',
    String(stored.attempts),
    stored.lastOutcome ?? '',
    stored.lastError === undefined ? '' : inEnglish(stored.lastError),
    ...RECORD_FIELDS.map((field) => record[field]),
  ];
  return cells.map(csvCell).join(',');
}

/**
 * A cell as RFC 4180 has it: quoted where it must be. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front, which makes it text there; plain numbers are left. Unseen characters are written out.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(text: string): string {
  const seen = text.split(/(\r\n|[\t\r\n])/).map((part, at) => (at % 2 === 1 ? part : visible(part)));
  const shown = seen.join('');
  // The first sign that counts may stand behind blanks or quotes; full-width signs are folded by some spreadsheets.
  const formula = /^(?:[\t\r\n]|[\s"'\u201c\u201d\uff02\uff07]*[=+\-@\uff1d\uff0b\uff0d\uff20])/.test(text);
  const cell = formula && !/^[+-]?\d+(?:\.\d+)?$/.test(text) ? `'${shown}` : shown;
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
