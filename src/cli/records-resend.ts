import { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { StationZone } from '../domain/station-time.ts';
import { openDialect } from '../gate/dialects.ts';
import type { Resent } from '../outbox/admin.ts';
import { ask, canAsk } from './ask.ts';
import { checkSet, correctionOf } from './correct.ts';
import type { GlobalOptions } from './global-options.ts';
import { orderProblem, type Told, tellAll } from './order-results.ts';
import { say } from './output.ts';
import { sayDryRun } from './selection.ts';
import { type Supplied, setOption } from './set-option.ts';
import { withActions } from './with-actions.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ResendOptions {
  readonly why: string;
  readonly set?: Supplied;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `records resend`: posts delivered records again. */
export function recordsResendCommand(): Command {
  return new Command('resend')
    .description('send delivered records again, once, as fresh ones: where the gate has lost them')
    .argument('<order...>', 'order numbers')
    .requiredOption('--why <text>', 'the reason, kept in the audit')
    .addOption(setOption('correct a value before it is sent; several times'))
    .option('--dry-run', 'list what would be done, and do nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Asks first on a terminal, and says whether this gate's interface allows a repeat; elsewhere it needs --yes (exit 2).
What is set is in the record from then on, and what the event said stays beside it. Exits 1 where an order is not
delivered or unknown; the others are done.

Examples:
  pilegate records resend 2026112408000001 --why "the gate platform lost it"
  pilegate records resend 2026112408000001 --set plateNo=浙BD12345 --why "misread plate" --yes`,
    )
    .action(run);
}

async function run(orders: readonly string[], options: ResendOptions, command: Command): Promise<void> {
  const { set, json } = options;
  const why = options.why.trim();
  if (why === '') command.error("error: option '--why' must say why", { exitCode: 2 });
  checkSet(set, orders, command);
  await withOutbox(command, async (open) => {
    const { actions: texts } = open.texts;
    const records = orders.flatMap((orderNo) => open.reader.order(orderNo).record ?? []);
    const delivered = records.filter(({ state }) => state === 'delivered');
    const [first] = delivered;
    const correction = set === undefined || first === undefined ? undefined : correctionOf(first, set, open);
    if (options.dryRun) return wouldResend(orders, open, json);
    if (delivered.length > 0 && !options.yes) {
      const risk = texts.risk[repeatIn(command)];
      if (!canAsk()) command.error(`error: ${texts.resendNeedsYes(risk)}`, { exitCode: 2 });
      if (!(await ask(texts.askResend(delivered.length, risk)))) return say(texts.notDone);
    } else if (delivered.length > 0) say(texts.risk[repeatIn(command)]);
    const results = await withActions(open, (actions) => actions.resend(orders, why, correction));
    tellAll(
      results.map((result, index) => told(orders[index] ?? '', result, orders.length === 1, open)),
      json,
    );
  });
}

function told(orderNo: string, result: Resent, alone: boolean, open: Open): Told {
  const { actions } = open.texts;
  if (result !== 'unknown')
    return { name: orderNo, result, done: result === 'due', words: actions.resent[result] };
  if (open.reader.order(orderNo).pruned !== undefined)
    return { name: orderNo, result: 'pruned', done: false, words: actions.pruned };
  return orderProblem(orderNo, result, alone, open);
}

function wouldResend(orders: readonly string[], open: Open, json: true | undefined): void {
  const { would, resent } = open.texts.actions;
  const results = orders.map((orderNo): Told => {
    const state = open.reader.order(orderNo).record?.state;
    if (state === undefined) return told(orderNo, 'unknown', orders.length === 1, open);
    if (state !== 'delivered') return { name: orderNo, result: state, done: false, words: resent[state] };
    return {
      name: orderNo,
      result: 'would-resend',
      done: true,
      words: would.resend(open.texts.names[state]),
    };
  });
  tellAll(results, json);
  sayDryRun(results.filter(({ done }) => done).length, open);
}

/** Whether the gate's dialect allows a repeat; a config that is wrong elsewhere leaves it open. */
function repeatIn(command: Command): 'harmless' | 'doubtful' {
  try {
    const { config } = loadConfig(command.optsWithGlobals<GlobalOptions>().config, process.env);
    return openDialect(config.gate, {}, { now: Date.now, uuid: () => '', zone: new StationZone('UTC') })
      .repeat;
  } catch {
    return 'doubtful';
  }
}
