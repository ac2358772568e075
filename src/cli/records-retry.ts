import { Command } from 'commander';
import { isHeldUnanswered } from '../domain/outcome.ts';
import type { OperatorActions, Retried } from '../outbox/admin.ts';
import type { StoredRecord } from '../outbox/reader/rows.ts';
import { ask, canAsk } from './ask.ts';
import { checkSet, correctionOf } from './correct.ts';
import { currentOperator } from './operator.ts';
import { orderProblem, type Told, tellAll } from './order-results.ts';
import { print, printJson, say } from './output.ts';
import { shellWord } from './payload.ts';
import { progress } from './progress.ts';
import { remappedText } from './remapped-text.ts';
import {
  checkNamed,
  chosenRecords,
  isFiltered,
  MANY,
  type SelectionOptions,
  sayDryRun,
  withSelection,
} from './selection.ts';
import { type Supplied, setOption } from './set-option.ts';
import { withActions } from './with-actions.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface RetryOptions extends SelectionOptions {
  readonly parked?: true;
  readonly set?: Supplied;
  readonly why?: string;
  readonly json?: true;
}

/** `records retry`: makes records due now, with a fresh limit. */
export function recordsRetryCommand(): Command {
  return withSelection(new Command('retry'))
    .description('send records now, with a fresh limit of refusals; a parked one becomes pending again')
    .argument('[order...]', 'order numbers')
    .option('--parked', 'all that are parked')
    .addOption(setOption('correct a value in a record, or supply what one that waits lacks; several times'))
    .option('--why <text>', 'the reason, kept in the audit')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
A running daemon acts within a second. What is set is in the record from then on, and what the event said stays beside
it (records show). Chosen by --reason, --source, --device or --since are the records that are parked, and those whose
next attempt is put off. More than ${MANY} are asked for on a terminal. Exits 1 where an order is unknown, delivered or
waits; the others are done.

Examples:
  pilegate records retry 2026112408000001
  pilegate records retry 2026112408000001 --set plateNo=浙BD12345 --why "misread"
  pilegate records retry --reason 停车场不存在 --since 2h --dry-run
  pilegate records retry --parked`,
    )
    .action(run);
}

async function run(orders: readonly string[], options: RetryOptions, command: Command): Promise<void> {
  const { parked, set } = options;
  if (orders.length === 0 && set !== undefined)
    command.error('error: --set goes with one order', { exitCode: 2 });
  checkNamed(orders.length, parked, options, 'orders, or say --parked', command);
  checkSet(set, orders, command);
  await withOutbox(command, async (open) => {
    if (set !== undefined && !options.dryRun) return corrected(orders[0] ?? '', set, options, open, command);
    const chosen = chosenFor(orders, options, open, command);
    if (options.dryRun) return wouldRetry(chosen, orders, options, open);
    if (chosen.length === 0 && orders.length === 0 && !parked) return say(open.texts.listing.noRecords);
    if (
      chosen.length > MANY &&
      !options.yes &&
      canAsk() &&
      !(await ask(open.texts.actions.askRetry(chosen.length)))
    )
      return say(open.texts.actions.notDone);
    const held = new Set(ordersOf(chosen.filter(({ lastError }) => isHeldUnanswered(lastError))));
    await withActions(open, async (actions) => {
      if (parked && !isFiltered(options)) return retryParked(actions, open, options, held.size);
      tellAll(
        await retry(actions, orders.length > 0 ? orders : ordersOf(chosen), options, open, held),
        options.json,
      );
    });
  });
}

/** The order numbers of records; those that wait for theirs have none. */
export function ordersOf(records: readonly StoredRecord[]): string[] {
  return records.flatMap(({ orderNo }) => orderNo ?? []);
}

function chosenFor(
  orders: readonly string[],
  options: RetryOptions,
  open: Open,
  command: Command,
): StoredRecord[] {
  if (orders.length > 0) return orders.flatMap((orderNo) => open.reader.order(orderNo).record ?? []);
  const states = options.parked ? (['parked'] as const) : (['parked', 'pending'] as const);
  // A pending record that is due goes by itself.
  return [...chosenRecords(options, states, open, command)].filter(
    ({ state, nextAt }) => state === 'parked' || nextAt !== undefined,
  );
}

function wouldRetry(
  chosen: readonly StoredRecord[],
  orders: readonly string[],
  { json }: RetryOptions,
  open: Open,
): void {
  const { would } = open.texts.actions;
  const results = chosen.map((record): Told => {
    const { orderNo = '-', state, lastError } = record;
    const done = state === 'parked' || state === 'pending';
    const name = open.texts.names[state];
    const words = done
      ? would.retry(name, lastError === undefined ? '' : open.told(lastError))
      : would.not(name);
    return { name: orderNo, result: done ? 'would-retry' : state, done, words };
  });
  const found = new Set(ordersOf(chosen));
  for (const orderNo of orders)
    if (!found.has(orderNo)) results.push(orderProblem(orderNo, 'unknown', orders.length === 1, open));
  tellAll(results, json);
  sayDryRun(results.filter(({ done }) => done).length, open);
}

async function retry(
  actions: OperatorActions,
  orders: readonly string[],
  { why, json }: RetryOptions,
  open: Open,
  held: ReadonlySet<string>,
): Promise<Told[]> {
  const bar = progress();
  try {
    const results = await actions.retry(orders, why, {
      step: (done, total) => {
        if (!json) bar.at(done, total);
      },
    });
    return results.map((result, index) => {
      const orderNo = orders[index] ?? '';
      return told(orderNo, result, orders.length === 1, open, held.has(orderNo));
    });
  } finally {
    bar.end();
  }
}

/** @param held whether it had been sent and not answered */
function told(orderNo: string, result: Retried, alone: boolean, open: Open, held: boolean): Told {
  if (result === 'unknown' || result === 'waiting') return orderProblem(orderNo, result, alone, open);
  const { actions, orders } = open.texts;
  const words =
    result === 'delivered'
      ? actions.deliveredNotRetried(`pilegate records resend ${shellWord(orderNo)} --why TEXT`)
      : orders.retried[held && result === 'due' ? 'held' : result];
  return { name: orderNo, result, done: result !== 'delivered', words };
}

async function retryParked(
  actions: OperatorActions,
  { texts }: Open,
  { why, json }: RetryOptions,
  held: number,
): Promise<void> {
  const bar = progress();
  try {
    const result = await actions.retryParked((done, total) => bar.at(done, total), why);
    bar.end();
    if (json) printJson(result);
    else print(texts.orders.retriedAll(result.due, result.waiting));
    if (held > 0) say(texts.orders.retriedHeld(held));
  } finally {
    bar.end();
  }
}

/** Corrects a record and makes it due; one that waits is completed by what is set. */
async function corrected(
  orderNo: string,
  set: Supplied,
  options: RetryOptions,
  open: Open,
  command: Command,
): Promise<void> {
  const { why, json } = options;
  const { record } = open.reader.order(orderNo);
  if (record === undefined) return tellAll([orderProblem(orderNo, 'unknown', true, open)], json);
  const waits = record.state === 'waiting' || (record.state === 'parked' && record.nextAt !== undefined);
  if (!waits) {
    const correction = record.state === 'delivered' ? undefined : correctionOf(record, set, open);
    const [result = 'unknown'] = await withActions(open, (actions) =>
      actions.retry([orderNo], why, { correction }),
    );
    return tellAll([told(orderNo, result, true, open, isHeldUnanswered(record.lastError))], json);
  }
  if (record.state === 'parked') await withActions(open, (actions) => actions.retry([orderNo], why));
  const { withRemap } = await import('./remap.ts');
  const result = await withRemap(command, (remap) =>
    remap.complete(record.id, set, { operator: currentOperator(), command: 'records retry', why }),
  );
  tellAll([{ name: orderNo, result: result?.kind ?? 'gone', ...remappedText(result, open) }], json);
}
