import { Command } from 'commander';
import type { StoredRecord } from '../outbox/reader/rows.ts';
import { ask, canAsk } from './ask.ts';
import { orderProblem, type Told, tellAll } from './order-results.ts';
import { say } from './output.ts';
import { progress } from './progress.ts';
import { ordersOf } from './records-retry.ts';
import {
  checkNamed,
  chosenRecords,
  MANY,
  type SelectionOptions,
  sayDryRun,
  withSelection,
} from './selection.ts';
import { withActions } from './with-actions.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ParkOptions extends SelectionOptions {
  readonly why?: string;
  readonly json?: true;
}

/** `records park`: sets records aside, for a person. */
export function recordsParkCommand(): Command {
  return withSelection(new Command('park'))
    .description('set records aside: they are not sent until a person says so (records retry)')
    .argument('[order...]', 'order numbers')
    .option('--why <text>', 'the reason, kept with the record and in the audit')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
A running daemon acts within a second; a post under way is not called back. Chosen by --reason, --source, --device or
--since are the records that are pending or wait. More than ${MANY} are asked for on a terminal. Exits 1 where an order
is unknown or delivered; the others are done.

Examples:
  pilegate records park 2026112408000001 --why "test session"
  pilegate records park --device D009 --since 1h --why "pile under repair" --dry-run`,
    )
    .action(run);
}

async function run(orders: readonly string[], options: ParkOptions, command: Command): Promise<void> {
  checkNamed(orders.length, undefined, options, 'orders', command);
  const { why, json } = options;
  await withOutbox(command, async (open) => {
    const texts = open.texts.actions;
    const chosen =
      orders.length > 0
        ? orders.flatMap((orderNo) => open.reader.order(orderNo).record ?? [])
        : [...chosenRecords(options, ['pending', 'waiting'], open, command)];
    const names = orders.length > 0 ? orders : ordersOf(chosen);
    if (options.dryRun) return wouldPark(chosen, names, json, open);
    if (names.length === 0) return say(open.texts.listing.noRecords);
    if (names.length > MANY && !options.yes && canAsk() && !(await ask(texts.askPark(names.length))))
      return say(texts.notDone);
    const bar = progress();
    try {
      const results = await withActions(open, (actions) =>
        actions.park(names, why, (done, total) => bar.at(done, total)),
      );
      bar.end();
      const told = results.map((result, index): Told => {
        const orderNo = names[index] ?? '';
        if (result === 'unknown') return orderProblem(orderNo, result, names.length === 1, open);
        const words = open.texts.orders.parked[result];
        return { name: orderNo, result, done: result !== 'delivered', words };
      });
      tellAll(told, json);
    } finally {
      bar.end();
    }
  });
}

function wouldPark(
  chosen: readonly StoredRecord[],
  names: readonly string[],
  json: true | undefined,
  open: Open,
): void {
  const { would } = open.texts.actions;
  const byOrder = new Map(chosen.map((record) => [record.orderNo, record]));
  const results = names.map((orderNo): Told => {
    const record = byOrder.get(orderNo);
    if (record === undefined) return orderProblem(orderNo, 'unknown', names.length === 1, open);
    const { state, lastError } = record;
    const done = state === 'pending' || state === 'waiting';
    const name = open.texts.names[state];
    const why = lastError === undefined ? '' : open.told(lastError);
    return {
      name: orderNo,
      result: done ? 'would-park' : state,
      done,
      words: done ? would.park(name, why) : would.not(name),
    };
  });
  tellAll(results, json);
  sayDryRun(results.filter(({ done }) => done).length, open);
}
