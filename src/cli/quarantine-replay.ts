import { Command } from 'commander';
import { type Told, tellAll } from './order-results.ts';
import { say } from './output.ts';
import { isWhole } from './payload.ts';
import { progress } from './progress.ts';
import { eventId } from './quarantine-show.ts';
import type { Remap } from './remap.ts';
import { remappedText } from './remapped-text.ts';
import { type Supplied, setOption } from './set-option.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ReplayOptions {
  readonly all?: true;
  readonly set?: Supplied;
  readonly json?: true;
}

/** Events mapped and committed at once: a daemon beside us waits for that. */
const AT_ONCE = 200;

/** `quarantine replay`: maps events again with today's config. */
export function quarantineReplayCommand(): Command {
  return new Command('replay')
    .description("map quarantined events again with today's config; what becomes a record goes to the gate")
    .argument('[id...]', 'as `quarantine list` has them', (text, before: readonly number[] = []) => [
      ...before,
      eventId(text),
    ])
    .option('--all', 'all that are there')
    .addOption(setOption('supply a field, in place of what the rules make of it; several times'))
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Times are given as the station's clock shows them, energy in kWh, money in yuan. A running daemon sends the records
within a second. Exits 1 where an event became no record; it stays, with today's reason.

Examples:
  pilegate quarantine replay 12 --set plateNo=浙BD12345
  pilegate quarantine replay --all`,
    )
    .action(run);
}

async function run(
  ids: readonly number[] | undefined,
  { all, set = {}, json }: ReplayOptions,
  command: Command,
): Promise<void> {
  if ((ids === undefined || ids.length === 0) !== (all === true))
    command.error('error: name ids, or say --all', { exitCode: 2 });
  await withOutbox(command, async (open) => {
    const chosen = all ? openIds(open) : (ids ?? []);
    if (chosen.length === 0) return say(open.texts.listing.noEvents);
    const { withRemap } = await import('./remap.ts');
    await withRemap(command, async (remap) => {
      const told = progress();
      for (let at = 0; at < chosen.length; at += AT_ONCE) {
        const some = chosen.slice(at, at + AT_ONCE);
        const results = await Promise.all(some.map((id) => replay(id, set, remap, open)));
        told.end();
        tellAll(results, json);
        told.at(at + some.length, chosen.length);
      }
      told.end();
    });
  });
}

function openIds({ reader }: Open): number[] {
  const ids: number[] = [];
  for (const { rows } of reader.events({ states: ['open'] }, 'oldest-first'))
    ids.push(...rows.map(({ id }) => id));
  return ids;
}

async function replay(id: number, set: Supplied, remap: Remap, open: Open): Promise<Told> {
  const { reader, texts } = open;
  const event = reader.event(id);
  const problem = (result: keyof typeof texts.orders.notOpen): Told => ({
    name: id,
    result,
    done: false,
    words: texts.orders.notOpen[result],
  });
  if (event === undefined) return problem('unknown');
  if (event.state !== 'open') return problem(event.state);
  if (!isWhole(event)) return problem('cut');
  const result = await remap.replay(id, set);
  const warnings = result?.kind === 'accepted' ? result.made.warnings.map(open.told) : [];
  return { name: id, result: result?.kind ?? 'gone', warnings, ...remappedText(result, open) };
}
