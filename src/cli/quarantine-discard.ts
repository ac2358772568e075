import { Command } from 'commander';
import { systemClock } from '../domain/clock.ts';
import { OperatorActions } from '../outbox/admin.ts';
import { type Told, tellAll } from './order-results.ts';
import { eventId } from './quarantine-show.ts';
import { withOutbox } from './with-outbox.ts';

/** `quarantine discard`: closes events for good. */
export function quarantineDiscardCommand(): Command {
  return new Command('discard')
    .description('close quarantined events for good; they stay on file with the reason for a while')
    .argument('<id...>', 'as `quarantine list` has them', (text, before: readonly number[] = []) => [
      ...before,
      eventId(text),
    ])
    .requiredOption('--why <text>', 'the reason, for whoever asks later')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nExample:\n  pilegate quarantine discard 12 --why "test message of the installer"',
    )
    .action(run);
}

async function run(
  ids: readonly number[],
  { why, json }: { why: string; json?: true },
  command: Command,
): Promise<void> {
  if (why.trim() === '') command.error("error: option '--why' must say why", { exitCode: 2 });
  await withOutbox(command, async ({ path, reader, texts }) => {
    const hands = new OperatorActions(path, systemClock);
    try {
      const results = await hands.discard(ids, why.trim());
      const told = results.map((done, index): Told => {
        const id = ids[index] ?? 0;
        if (done) return { name: id, result: 'discarded', done, words: texts.orders.discarded };
        const state = reader.event(id)?.state ?? 'unknown';
        const result = state === 'open' ? 'unknown' : state;
        return { name: id, result, done, words: texts.orders.notOpen[result] };
      });
      tellAll(told, json);
    } finally {
      hands.close();
    }
  });
}
