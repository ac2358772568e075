import { Command } from 'commander';
import { ask, canAsk } from './ask.ts';
import { type Told, tellAll } from './order-results.ts';
import { say } from './output.ts';
import { progress } from './progress.ts';
import { eventId } from './quarantine-show.ts';
import {
  checkNamed,
  chosenEvents,
  MANY,
  type SelectionOptions,
  sayDryRun,
  withSelection,
} from './selection.ts';
import { withActions } from './with-actions.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface DiscardOptions extends SelectionOptions {
  readonly why: string;
  readonly json?: true;
}

/** `quarantine discard`: closes events for good. */
export function quarantineDiscardCommand(): Command {
  return withSelection(new Command('discard'))
    .description('close quarantined events for good; they stay on file with the reason for a while')
    .argument('[id...]', 'as `quarantine list` has them', (text, before: readonly number[] = []) => [
      ...before,
      eventId(text),
    ])
    .requiredOption('--why <text>', 'the reason, for whoever asks later')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
More than ${MANY} are asked for on a terminal; elsewhere they need --yes (exit 2).

Examples:
  pilegate quarantine discard 12 --why "test message of the installer"
  pilegate quarantine discard --source session-end --reason decode.not-json --why "heartbeats" --dry-run`,
    )
    .action(run);
}

async function run(
  ids: readonly number[] | undefined,
  options: DiscardOptions,
  command: Command,
): Promise<void> {
  const why = options.why.trim();
  if (why === '') command.error("error: option '--why' must say why", { exitCode: 2 });
  checkNamed(ids?.length ?? 0, undefined, options, 'ids', command);
  await withOutbox(command, async (open) => {
    const texts = open.texts.actions;
    const chosen =
      ids !== undefined && ids.length > 0
        ? ids
        : [...chosenEvents(options, open, command)].map(({ id }) => id);
    if (options.dryRun) return wouldDiscard(chosen, options.json, open);
    if (chosen.length === 0) return say(open.texts.listing.noEvents);
    if (chosen.length > MANY && !options.yes) {
      if (!canAsk()) command.error(`error: ${texts.needsYes(chosen.length)}`, { exitCode: 2 });
      if (!(await ask(texts.askDiscard(chosen.length)))) return say(texts.notDone);
    }
    const bar = progress();
    try {
      const results = await withActions(open, (actions) =>
        actions.discard(chosen, why, (done, total) => bar.at(done, total)),
      );
      bar.end();
      const told = results.map((done, index): Told => {
        const id = chosen[index] ?? 0;
        return done
          ? { name: id, result: 'discarded', done, words: open.texts.orders.discarded }
          : notOpen(id, open);
      });
      tellAll(told, options.json);
    } finally {
      bar.end();
    }
  });
}

function notOpen(id: number, { reader, texts }: Open): Told {
  const state = reader.event(id)?.state ?? 'unknown';
  const result = state === 'open' ? 'unknown' : state;
  return { name: id, result, done: false, words: texts.orders.notOpen[result] };
}

function wouldDiscard(ids: readonly number[], json: true | undefined, open: Open): void {
  const results = ids.map((id): Told => {
    const event = open.reader.event(id);
    if (event?.state !== 'open') return notOpen(id, open);
    const words = open.texts.actions.would.discard(open.told(event.reason));
    return { name: id, result: 'would-discard', done: true, words };
  });
  tellAll(results, json);
  sayDryRun(results.filter(({ done }) => done).length, open);
}
