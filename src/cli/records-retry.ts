import { Command } from 'commander';
import { systemClock } from '../domain/clock.ts';
import { Failure } from '../domain/failure.ts';
import { OperatorActions } from '../outbox/admin.ts';
import { orderProblem, type Told, tellAll } from './order-results.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';
import { remappedText } from './remapped-text.ts';
import { type Supplied, setOption } from './set-option.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface RetryOptions {
  readonly parked?: true;
  readonly set?: Supplied;
  readonly json?: true;
}

/** `records retry`: makes records due now, with a fresh limit. */
export function recordsRetryCommand(): Command {
  return new Command('retry')
    .description('send records now, with a fresh limit of refusals; a parked one becomes pending again')
    .argument('[order...]', 'order numbers')
    .option('--parked', 'all that are parked')
    .addOption(setOption('supply what one that waits lacks; several times'))
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
A running daemon acts within a second. Exits 1 where an order is unknown, delivered or waits; the others are done.

Examples:
  pilegate records retry 2026112408000001
  pilegate records retry --parked
  pilegate records retry 2026112408000001 --set plateNo=浙BD12345`,
    )
    .action(run);
}

async function run(orders: readonly string[], options: RetryOptions, command: Command): Promise<void> {
  const { parked, set, json } = options;
  if ((orders.length === 0) !== (parked === true))
    command.error('error: name orders, or say --parked', { exitCode: 2 });
  if (set !== undefined && orders.length !== 1)
    command.error('error: --set goes with one order', { exitCode: 2 });
  await withOutbox(command, async (open) => {
    if (set !== undefined) return tellAll([await supply(orders[0] ?? '', set, open, command)], json);
    const hands = new OperatorActions(open.path, systemClock);
    try {
      if (parked) await retryParked(hands, open, json);
      else tellAll(await retry(hands, orders, open), json);
    } finally {
      hands.close();
    }
  });
}

async function retry(hands: OperatorActions, orders: readonly string[], open: Open): Promise<Told[]> {
  const results = await hands.retry(orders);
  return results.map((result, index) => {
    const orderNo = orders[index] ?? '';
    if (result === 'unknown' || result === 'waiting')
      return orderProblem(orderNo, result, orders.length === 1, open);
    return { name: orderNo, result, done: result !== 'delivered', words: open.texts.orders.retried[result] };
  });
}

async function retryParked(hands: OperatorActions, { texts }: Open, json: true | undefined): Promise<void> {
  const told = progress();
  try {
    const result = await hands.retryParked((done, total) => told.at(done, total));
    told.end();
    if (json) printJson(result);
    else print(texts.orders.retriedAll(result.due, result.waiting));
  } finally {
    told.end();
  }
}

/** Completes a waiting record by what a person supplies. */
async function supply(orderNo: string, set: Supplied, open: Open, command: Command): Promise<Told> {
  const { record } = open.reader.order(orderNo);
  if (record === undefined) return orderProblem(orderNo, 'unknown', true, open);
  if (record.state !== 'waiting')
    throw new Failure(open.texts.orders.lacksNothing(orderNo, open.texts.names[record.state]));
  const { withRemap } = await import('./remap.ts');
  const result = await withRemap(command, (remap) => remap.complete(record.id, set));
  return { name: orderNo, result: result?.kind ?? 'gone', ...remappedText(result, open) };
}
