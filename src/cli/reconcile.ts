import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import { fieldNamed, publicName, RECORD_FIELDS, type RecordField } from '../domain/record.ts';
import { visibleJson } from '../domain/visible-text.ts';
import { ReconcilingReader } from '../outbox/reader/reconciling.ts';
import { toStdout } from './export-out.ts';
import { SINCE, timesOf, UNTIL } from './filters.ts';
import { say } from './output.ts';
import { safe } from './payload.ts';
import { type Columns, columnsOf, NoColumn } from './reconcile/list-columns.ts';
import { cellText, isRounded, saysSame } from './reconcile/list-values.ts';
import { ENCODINGS, type ListEncoding, rowsOf } from './reconcile/read-list.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ReconcileOptions {
  readonly column?: Readonly<Partial<Record<RecordField, string>>>;
  readonly encoding: ListEncoding;
  readonly since?: string;
  readonly until?: string;
  readonly json?: true;
}

/** What became of an order of the list, or what the list lacks. */
type Status = keyof Open['texts']['upkeep']['reconciled'];

/** What differs, by public name: the list's value, and the outbox's. */
type Differs = Readonly<Record<string, readonly [list: string, outbox: string]>>;

interface Finding {
  readonly orderNo: string;
  readonly status: Status;
  readonly differs: Differs;
}

/** Lines written at once. */
const BATCH = 1_000;

/** `reconcile`: holds the operator's own list of orders against the outbox. */
export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description(
      'hold your own list of orders (CSV) against the outbox: what is missing was never published here',
    )
    .argument('<file>', 'the list: CSV with a head, in UTF-8 or GB18030, with commas, semicolons or tabs')
    .addOption(
      new Option(
        '--column <field=name>',
        'which column holds a field, where its name is not known; several times',
      ).argParser(columnOption),
    )
    .addOption(new Option('--encoding <encoding>', 'of the list').choices(ENCODINGS).default('auto'))
    .option(SINCE[0], 'also name the orders that arrived since then and are not in the list')
    .option(UNTIL[0], 'the same, arrived before')
    .option('--json', 'one JSON object an order: {"orderNo","status","differs":{field:[list,outbox]}}')
    .addHelpText(
      'after',
      `
Each order is delivered, pending, waiting, parked, quarantined, missing, or differs with the fields; what is delivered as
the list has it is counted only, but with --json. Besides the order number, columns with a known name (plateNo or 车牌号,
endTime or 结束时间, power or 电量, totalMoney or 总金额 …) and those of --column are compared; empty cells are not, times to
the minute where the list has no seconds. Exits 1 where any is missing or differs.

Examples:
  pilegate reconcile orders.csv --column orderNo=订单号
  pilegate reconcile november.csv --since 2026-11-01 --until 2026-12-01 --json | jq 'select(.status != "delivered")'`,
    )
    .action(run);
}

function columnOption(
  text: string,
  before: ReconcileOptions['column'],
): Readonly<Partial<Record<RecordField, string>>> {
  const [, name = '', column = ''] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
  const field = fieldNamed(name);
  if (field === undefined)
    throw new InvalidArgumentError(
      `Allowed is FIELD=NAME, where FIELD is one of ${RECORD_FIELDS.map(publicName).join(', ')}.`,
    );
  return { ...before, [field]: column };
}

async function run(file: string, options: ReconcileOptions, command: Command): Promise<void> {
  await withOutbox(command, async (open) => {
    const { since, until } = timesOf(options, open.zone, command);
    const reader = new ReconcilingReader(open.path);
    try {
      const report = new Report(options.json, open);
      await readList(file, options, { reader, report, open, command });
      if (since !== undefined || until !== undefined)
        for (const orders of reader.unlisted(since ?? 0, until ?? Number.MAX_SAFE_INTEGER)) {
          for (const orderNo of orders) report.add({ orderNo, status: 'unlisted', differs: {} });
          await report.flush();
        }
      await report.end();
      if (report.count('missing') + report.count('differs') > 0) process.exitCode = 1;
    } finally {
      reader.close();
    }
  });
}

interface Work {
  readonly reader: ReconcilingReader;
  readonly report: Report;
  readonly open: Open;
  readonly command: Command;
}

async function readList(file: string, options: ReconcileOptions, work: Work): Promise<void> {
  const { report, open } = work;
  const texts = open.texts.upkeep;
  let columns: Columns | undefined;
  let lines = 0;
  try {
    if (!existsSync(file)) throw new Error('ENOENT');
    for await (const row of rowsOf(file, options.encoding)) {
      if (columns === undefined) {
        columns = headOf(row, options, work);
        continue;
      }
      const found = compare(row, columns, work);
      if (found === undefined) report.withoutOrder();
      else report.add(found);
      lines += 1;
      if (lines % BATCH === 0) await report.flush();
    }
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error) || !isOfFile(error)) throw error;
    throw new Failure(texts.unreadable(safe(file), safe(error.message)), 1, { cause: error });
  }
  if (columns === undefined) throw new Failure(texts.emptyList(safe(file)));
}

/** What reading a list throws: of the file system, or of the parser. */
function isOfFile(error: Error): boolean {
  return (
    error.message === 'ENOENT' ||
    'syscall' in error ||
    ('code' in error && String(error.code).startsWith('CSV_'))
  );
}

/** Ends with wrong usage (2) where no column holds order numbers, or one that is named is not there. */
function headOf(row: readonly string[], options: ReconcileOptions, { open, command }: Work): Columns {
  const texts = open.texts.upkeep;
  const heads = row.map(cellText);
  const shown = heads.map((head) => safe(head)).join(', ');
  const columns = columnsOf(heads, options.column ?? {});
  if (columns instanceof NoColumn)
    return command.error(`error: ${texts.noColumn(safe(columns.name), shown)}`, { exitCode: 2 });
  if (!columns.has('orderNo')) return command.error(`error: ${texts.noOrderColumn(shown)}`, { exitCode: 2 });
  say(
    texts.compared(
      [...columns].map(([field, at]) => `${publicName(field)}=${safe(heads[at] ?? '')}`).join(', '),
    ),
  );
  return columns;
}

/** What became of the order in a row; undefined where it names none. */
function compare(row: readonly string[], columns: Columns, { reader, open }: Work): Finding | undefined {
  const cell = (field: RecordField) => cellText(row[columns.get(field) ?? -1] ?? '');
  const orderNo = cell('orderNo');
  if (orderNo === '') return undefined;
  if (columns.size === 1) return { orderNo, status: statusOf(reader.status(orderNo)), differs: {} };
  const known = reader.find(orderNo);
  if (!('record' in known)) return { orderNo, status: statusOf(known.status), differs: {} };
  const differs: Record<string, readonly [string, string]> = {};
  for (const field of columns.keys()) {
    const [listed, recorded] = [cell(field), known.record[field]];
    // What a waiting record lacks is no contradiction.
    if (field === 'orderNo' || (known.status === 'waiting' && recorded === '')) continue;
    if (!saysSame(field, listed, recorded, open.zone)) differs[publicName(field)] = [listed, recorded];
  }
  return { orderNo, status: Object.keys(differs).length > 0 ? 'differs' : known.status, differs };
}

function statusOf(status: ReturnType<ReconcilingReader['status']>): Status {
  return status === 'pruned' ? 'delivered' : status;
}

/** Writes what becomes of each order, and counts. */
class Report {
  readonly #json: true | undefined;
  readonly #open: Open;
  readonly #out = toStdout();
  readonly #counts = new Map<Status, number>();
  #lines: string[] = [];
  #withoutOrder = 0;
  #rounded: { count: number; example: string } = { count: 0, example: '' };

  constructor(json: true | undefined, open: Open) {
    this.#json = json;
    this.#open = open;
  }

  add({ orderNo, status, differs }: Finding): void {
    this.#counts.set(status, this.count(status) + 1);
    if (status === 'missing' && isRounded(orderNo))
      this.#rounded = { count: this.#rounded.count + 1, example: orderNo };
    if (this.#json) this.#lines.push(visibleJson({ orderNo, status, differs }));
    else if (status !== 'delivered') {
      const word = this.#open.texts.upkeep.reconciled[status];
      const values = Object.entries(differs).map(
        ([field, [list, outbox]]) => `${field}: ${list} ≠ ${outbox || '-'}`,
      );
      this.#lines.push(safe([orderNo, word, values.join('; ')].filter(Boolean).join('  ')));
    }
  }

  withoutOrder(): void {
    this.#withoutOrder += 1;
  }

  count(status: Status): number {
    return this.#counts.get(status) ?? 0;
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    await this.#out.write(`${lines.join('\n')}\n`);
  }

  async end(): Promise<void> {
    await this.flush();
    const { upkeep } = this.#open.texts;
    const all = [...this.#counts].filter(([status]) => status !== 'unlisted');
    const listed = all.reduce((sum, [, n]) => sum + n, 0);
    say(
      upkeep.listed(
        listed,
        [...this.#counts].map(([status, n]) => `${n} ${upkeep.reconciled[status]}`).join(', ') || '-',
      ),
    );
    if (this.#withoutOrder > 0) say(upkeep.withoutOrder(this.#withoutOrder));
    if (this.#rounded.count > 0) say(upkeep.rounded(this.#rounded.count, safe(this.#rounded.example)));
  }
}
