import { Command } from 'commander';
import { systemClock } from '../domain/clock.ts';
import { OperatorActions } from '../outbox/admin.ts';
import { orderProblem, tellAll } from './order-results.ts';
import { withOutbox } from './with-outbox.ts';

/** `records park`: sets records aside, for a person. */
export function recordsParkCommand(): Command {
  return new Command('park')
    .description('set records aside: they are not sent until a person says so (records retry)')
    .argument('<order...>', 'order numbers')
    .option('--why <text>', 'the reason, kept with the record')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
A running daemon acts within a second; a post under way is not called back. Exits 1 where an order is unknown or
delivered; the others are done.

Example:
  pilegate records park 2026112408000001 --why "test session"`,
    )
    .action(run);
}

async function run(
  orders: readonly string[],
  { why, json }: { why?: string; json?: true },
  command: Command,
): Promise<void> {
  await withOutbox(command, async (open) => {
    const hands = new OperatorActions(open.path, systemClock);
    try {
      const results = await hands.park(orders, why);
      const told = results.map((result, index) => {
        const orderNo = orders[index] ?? '';
        if (result === 'unknown') return orderProblem(orderNo, result, orders.length === 1, open);
        return {
          name: orderNo,
          result,
          done: result !== 'delivered',
          words: open.texts.orders.parked[result],
        };
      });
      tellAll(told, json);
    } finally {
      hands.close();
    }
  });
}
