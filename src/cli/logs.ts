import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import { parseLogLine, pretty } from '../ops/pretty.ts';
import { wantsColour } from './output.ts';

/** From the worst to the least. */
const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

interface LogsOptions {
  readonly follow?: true;
  readonly order?: string;
  readonly device?: string;
  readonly level?: (typeof LEVELS)[number];
  readonly since?: string;
  readonly unit: string;
  readonly json?: true;
}

/** `logs`: log lines from stdin or the journal, readable, and only those that are asked for. */
export function logsCommand(): Command {
  return new Command('logs')
    .description('make log lines readable: those piped into it, or else those of the service in the journal')
    .option('--follow', 'go on with new lines as they come')
    .option('--order <orderNo>', "one record's story")
    .option('--device <id>', 'one device')
    .addOption(new Option('--level <level>', 'this level and worse').choices(LEVELS))
    .option('--since <time>', 'of the journal: from then on, as journalctl has it, such as "1 hour ago"')
    .option('--unit <name>', 'of the journal: the service', 'pilegate')
    .option('--json', 'the lines as they are, one JSON object a line')
    .addHelpText(
      'after',
      `
Examples:
  pilegate logs --follow --level warn
  pilegate logs --order 2026112408000001 --since today
  pilegate run | pilegate logs`,
    )
    .action(run);
}

async function run(options: LogsOptions): Promise<void> {
  const wanted = filterOf(options);
  const colour = wantsColour(process.env);
  const show = (line: string): void => {
    if (wanted(line)) process.stdout.write(options.json ? `${line}\n` : pretty(line, colour));
  };
  if (isPiped()) await each(process.stdin, show);
  else await eachOfJournal(options, show);
}

/**
 * Which lines are wanted. What is no log line (systemd's own words about the service) is wanted only where nothing
 * is asked for, and never as JSON.
 */
export function filterOf({
  order,
  device,
  level,
  json,
}: Pick<LogsOptions, 'order' | 'device' | 'level' | 'json'>): (line: string) => boolean {
  const asked = [order, device, level].some((value) => value !== undefined);
  if (!asked && !json) return () => true;
  const worst = LEVELS.slice(0, level === undefined ? undefined : LEVELS.indexOf(level) + 1);
  return (line) => {
    const entry = parseLogLine(line);
    if (!entry) return false;
    if (order !== undefined && entry['orderNo'] !== order) return false;
    if (device !== undefined && entry['deviceId'] !== device) return false;
    return level === undefined || worst.some((word) => word === entry['level']);
  };
}

/** Whether something is piped or redirected into us; a terminal or /dev/null is not. */
function isPiped(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

async function each(input: Readable, show: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) show(line);
}

async function eachOfJournal(options: LogsOptions, show: (line: string) => void): Promise<void> {
  const { follow, since, unit } = options;
  const args = ['--no-pager', '--output', 'cat', '--unit', unit];
  if (since !== undefined) args.push('--since', since);
  // Following, journalctl would begin with the last ten lines, of which none may be wanted.
  if (follow) args.push('--follow', '--no-tail');
  const journal = spawn('journalctl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(journal, 'close');
  try {
    await Promise.all([each(journal.stdout, show), ended]);
  } catch (error) {
    throw new Failure(
      `cannot read the journal: ${error instanceof Error ? error.message : error}: pipe a log into this command instead`,
      1,
      { cause: error },
    );
  }
  if (journal.exitCode !== 0)
    throw new Failure(
      `cannot read the journal: journalctl ended with ${journal.exitCode}; see its words above`,
    );
}
