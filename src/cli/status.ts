import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { levelOf, type Observation, problemsOf } from '../domain/health.ts';
import { reasonOf } from '../outbox/errors.ts';
import { isLocked } from '../outbox/lock.ts';
import { VERSION } from '../version.ts';
import type { GlobalOptions } from './global-options.ts';
import { findPlace, type Place } from './locate-outbox.ts';
import { observe, observeUnreadable } from './observe.ts';
import { colours, language, print, printJson } from './output.ts';
import { statusJson, statusLines } from './status-view.ts';
import { problemTexts, type Voice, voiceIn } from './voice.ts';
import { withOutbox } from './with-outbox.ts';

/** How often `--watch` looks, milliseconds. */
const WATCH_MS = 1_000;

interface StatusOptions extends GlobalOptions {
  readonly watch?: true;
  readonly json?: true;
  readonly check?: true;
}

/** What `--check` exits with, in the manner of monitoring plugins. */
const EXIT = { green: 0, yellow: 1, red: 2 } as const;

/** `status`: how it stands, in one screen. */
export function statusCommand(): Command {
  return new Command('status')
    .description('how it stands: what is wrong first; works on the outbox file, also when no daemon runs')
    .option('--check', 'exit 0 where it is green, 1 where yellow, 2 where red: for monitoring')
    .option('--watch', 'go on, once a second, until Ctrl-C')
    .option('--json', 'one JSON object; with --watch one a line')
    .addHelpText(
      'after',
      `
Red stops records on their way to the gate, yellow waits for a person. Green is said only where a running daemon
confirmed it within the last 10 s. Exits 0 whatever it has to say, unless --check is given.

Examples:
  pilegate status
  pilegate status --watch --lang zh
  pilegate status --json | jq .records.pending
  pilegate status --check || echo look at it`,
    )
    .action(run);
}

async function run(_: object, command: Command): Promise<void> {
  const { watch, json, check } = command.optsWithGlobals<StatusOptions>();
  await withStatus(command, async (status) => {
    if (watch) return await keepWatch(status, json);
    const { object, lines, level } = look(status);
    if (json) printJson(object);
    else for (const line of lines) print(line);
    if (check) process.exitCode = EXIT[level];
  });
}

/** What each look is made of. */
interface Status extends Place, Voice {
  observe(): Observation;
}

/**
 * Opens the outbox for as long as `work` takes; where it cannot be read but a daemon has said how it stands, shows that.
 * @throws Failure where neither is to be had
 */
async function withStatus(command: Command, work: (status: Status) => Promise<void>): Promise<void> {
  const { config, lang: option } = command.optsWithGlobals<StatusOptions>();
  try {
    await withOutbox(command, async ({ reader, ...open }) => {
      await work({ ...open, observe: () => observe(open.path, reader.health(), process.env) });
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const place = await findPlace(config, process.env).catch(() => undefined);
    if (place === undefined) throw error;
    const unreadable = () =>
      observeUnreadable(place.path, reasonOf(error), () => isLocked(place.path), process.env);
    const first = unreadable();
    if (first === undefined) throw error;
    const voice = await voiceIn(language(option, process.env), place.zone);
    await work({ ...place, ...voice, observe: () => unreadable() ?? first });
  }
}

function look(status: Status) {
  const now = Date.now();
  const { station, zone } = status;
  const around = { station, version: VERSION, zone, now, tell: problemTexts(status) };
  const seen = status.observe();
  return {
    object: statusJson(seen, around),
    lines: statusLines(seen, around, status, colours()),
    level: levelOf(problemsOf(seen, now)),
  };
}

/** Draws over itself on a terminal; elsewhere, or where the terminal has no size, one after the other. */
async function keepWatch(open: Status, json: true | undefined): Promise<void> {
  const [{ createLogUpdate }, { interrupted }] = await Promise.all([
    import('log-update'),
    import('./interrupted.ts'),
  ]);
  const ended = new AbortController();
  void interrupted().then(() => ended.abort());
  const { stdout } = process;
  const screen = stdout.isTTY && stdout.rows > 0 && !json ? createLogUpdate(stdout) : undefined;
  while (!ended.signal.aborted) {
    const { object, lines } = look(open);
    const text = [...lines, '', open.local(Date.now())].join('\n');
    if (json) printJson(object);
    else if (screen) screen(text);
    else print(`${text}\n`);
    await sleep(WATCH_MS, undefined, { signal: ended.signal }).catch(() => {});
  }
  screen?.done();
}
