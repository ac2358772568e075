import { Command } from 'commander';
import type { Act } from '../domain/operator.ts';
import { readReason } from '../domain/reason.ts';
import type { StoredEvent } from '../outbox/reader/rows.ts';
import { ask, canAsk } from './ask.ts';
import { currentOperator } from './operator.ts';
import { type Told, tellAll } from './order-results.ts';
import { say } from './output.ts';
import { isWhole, safe } from './payload.ts';
import { progress } from './progress.ts';
import { eventId } from './quarantine-show.ts';
import type { Remap } from './remap.ts';
import { remappedText } from './remapped-text.ts';
import {
  checkNamed,
  chosenEvents,
  MANY,
  type SelectionOptions,
  sayDryRun,
  withSelection,
} from './selection.ts';
import { type Supplied, setOption } from './set-option.ts';
import { type Open, withOutbox } from './with-outbox.ts';

interface ReplayOptions extends SelectionOptions {
  readonly all?: true;
  readonly set?: Supplied;
  readonly why?: string;
  readonly json?: true;
}

/** Events mapped and committed at once: a daemon beside us waits for that. */
const AT_ONCE = 200;

/** `quarantine replay`: maps events again with today's config. */
export function quarantineReplayCommand(): Command {
  return withSelection(new Command('replay'))
    .description("map quarantined events again with today's config; what becomes a record goes to the gate")
    .argument('[id...]', 'as `quarantine list` has them', (text, before: readonly number[] = []) => [
      ...before,
      eventId(text),
    ])
    .option('--all', 'all that are there')
    .addOption(setOption('supply a field, in place of what the rules make of it; several times'))
    .option('--why <text>', 'the reason, kept in the audit')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Times are given as the station's clock shows them, energy in kWh, money in yuan. A running daemon sends the records
within a second. A conflict that is named takes the place of the parked record of its order, after a yes on a terminal;
one that --all or a filter chooses does so with --yes only. The former event is then kept as discarded. More than
${MANY} are asked for on a terminal. Exits 1 where an event became no record; it stays, with today's reason.

Examples:
  pilegate quarantine replay 12 --set plateNo=浙BD12345
  pilegate quarantine replay --reason rule.nothing-at --source meter-service --dry-run
  pilegate quarantine replay --all`,
    )
    .action(run);
}

async function run(
  ids: readonly number[] | undefined,
  options: ReplayOptions,
  command: Command,
): Promise<void> {
  const { all, json } = options;
  const named = ids ?? [];
  checkNamed(named.length, all, options, 'ids, or say --all', command);
  await withOutbox(command, async (open) => {
    const chosen = named.length > 0 ? named : [...chosenEvents(options, open, command)].map(({ id }) => id);
    if (options.dryRun) return wouldReplay(chosen, json, open);
    if (chosen.length === 0) return say(open.texts.listing.noEvents);
    const texts = open.texts.actions;
    if (chosen.length > MANY && !options.yes && canAsk() && !(await ask(texts.askReplay(chosen.length))))
      return say(texts.notDone);
    const { withRemap } = await import('./remap.ts');
    await withRemap(command, async (remap) => {
      const bar = progress();
      for (let at = 0; at < chosen.length; at += AT_ONCE) {
        const some = chosen.slice(at, at + AT_ONCE);
        const may = await mayReplace(named.length > 0 ? some : [], options, open);
        const replaces = (id: number) => may.has(id) || (named.length === 0 && options.yes === true);
        const results = await Promise.all(some.map((id) => replay(id, replaces(id), options, remap, open)));
        bar.end();
        tellAll(results, json);
        bar.at(at + some.length, chosen.length);
      }
      bar.end();
    });
  });
}

/** Which of the named events may take the place of a parked record: on a terminal each is asked for. */
async function mayReplace(
  ids: readonly number[],
  { yes }: ReplayOptions,
  { reader, texts, told }: Open,
): Promise<ReadonlySet<number>> {
  const may = new Set<number>();
  for (const id of ids) {
    const event = reader.event(id);
    if (event?.state !== 'open' || !isParkedConflict(event, reader)) continue;
    const { orderNo = '' } = event;
    const question = texts.actions.askReplace(id, safe(orderNo), safe(told(event.reason)));
    if (yes || !canAsk() || (await ask(question))) may.add(id);
  }
  return may;
}

function isParkedConflict({ kind, orderNo }: StoredEvent, reader: Open['reader']): boolean {
  return kind === 'conflict' && orderNo !== undefined && reader.order(orderNo).record?.state === 'parked';
}

async function replay(
  id: number,
  mayReplace: boolean,
  { set = {}, why }: ReplayOptions,
  remap: Remap,
  open: Open,
): Promise<Told> {
  const { reader, texts } = open;
  const event = reader.event(id);
  const problem = notReplayable(id, event, open);
  if (problem !== undefined) return problem;
  const act: Act = { operator: currentOperator(), command: 'quarantine replay', why };
  const result = await remap.replay(id, set, act, mayReplace);
  const warnings = result?.kind === 'accepted' ? result.made.warnings.map(open.told) : [];
  if (result?.kind === 'quarantined' && event !== undefined && isParkedConflict(event, reader))
    warnings.push(texts.actions.replaceable(id));
  return { name: id, result: result?.kind ?? 'gone', warnings, ...remappedText(result, open) };
}

/** Why an event cannot be mapped again; undefined where it can. */
function notReplayable(id: number, event: StoredEvent | undefined, { texts }: Open): Told | undefined {
  const problem = (result: keyof typeof texts.orders.notOpen): Told => ({
    name: id,
    result,
    done: false,
    words: texts.orders.notOpen[result],
  });
  if (event === undefined) return problem('unknown');
  if (event.state !== 'open') return problem(event.state);
  return isWhole(event) ? undefined : problem('cut');
}

function wouldReplay(ids: readonly number[], json: true | undefined, open: Open): void {
  const results = ids.map((id): Told => {
    const event = open.reader.event(id);
    const problem = notReplayable(id, event, open);
    if (problem !== undefined || event === undefined)
      return problem ?? { name: id, result: 'unknown', done: false, words: '' };
    const words = open.texts.actions.would.replay(open.told(readReason(event.reason)));
    return { name: id, result: 'would-replay', done: true, words };
  });
  tellAll(results, json);
  sayDryRun(results.filter(({ done }) => done).length, open);
}
