import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { colours, print, printJson } from './output.ts';
import { statusJson, statusLines } from './status-view.ts';
import { type Open, withOutbox } from './with-outbox.ts';

/** How often `--watch` looks, milliseconds. */
const WATCH_MS = 1_000;

interface StatusOptions {
  readonly watch?: true;
  readonly json?: true;
}

/** `status`: how it stands, in one screen. */
export function statusCommand(): Command {
  return new Command('status')
    .description('how it stands: what is wrong first; works on the outbox file, also when no daemon runs')
    .option('--watch', 'go on, once a second, until Ctrl-C')
    .option('--json', 'one JSON object; with --watch one a line')
    .addHelpText(
      'after',
      `
Red stops records on their way to the gate, yellow waits for a person. Exits 0 whatever it has to say.

Examples:
  pilegate status
  pilegate status --watch --lang zh
  pilegate status --json | jq .records.pending`,
    )
    .action(run);
}

async function run({ watch, json }: StatusOptions, command: Command): Promise<void> {
  await withOutbox(command, async (open) => {
    if (watch) return await keepWatch(open, json);
    if (json) printJson(look(open).json);
    else for (const line of look(open).lines) print(line);
  });
}

function look({ reader, station, zone, ...voice }: Open): { json: object; lines: string[] } {
  const around = { station, version: VERSION, zone, now: Date.now() };
  const health = reader.health();
  return { json: statusJson(health, around), lines: statusLines(health, around, voice, colours()) };
}

/** Draws over itself on a terminal; elsewhere, or where the terminal has no size, one after the other. */
async function keepWatch(open: Open, json: true | undefined): Promise<void> {
  const [{ createLogUpdate }, { interrupted }] = await Promise.all([
    import('log-update'),
    import('./interrupted.ts'),
  ]);
  const ended = new AbortController();
  void interrupted().then(() => ended.abort());
  const { stdout } = process;
  const screen = stdout.isTTY && stdout.rows > 0 && !json ? createLogUpdate(stdout) : undefined;
  while (!ended.signal.aborted) {
    const { json: object, lines } = look(open);
    const text = [...lines, '', open.local(Date.now())].join('\n');
    if (json) printJson(object);
    else if (screen) screen(text);
    else print(`${text}\n`);
    await sleep(WATCH_MS, undefined, { signal: ended.signal }).catch(() => {});
  }
  screen?.done();
}
