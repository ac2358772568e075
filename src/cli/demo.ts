import { Command } from 'commander';
import { summaryLine } from './demo/summary.ts';
import { interrupted } from './interrupted.ts';
import { print, printJson } from './output.ts';

/** `demo`: the whole way from pile to gate in one process on embedded parts, with an outage, in half a minute. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('show it all at work: piles, broker, daemon and gate in one process, with an outage')
    .option('--json', 'the summary as one JSON object on stdout, the rest on stderr')
    .addHelpText(
      'after',
      `
Ten made-up piles publish sessions to an embedded broker; the real daemon keeps them in an outbox on disk and
hands them to a simulated gate, which then goes away for 8 s and comes back. Sockets and disk are real, all in
a temporary directory and on 127.0.0.1. On a terminal it is a live view, elsewhere plain lines. It ends by itself
within 40 s; Ctrl-C ends it sooner. Exits 1 if any record was lost.

Examples:
  pilegate demo
  pilegate demo --json 2>/dev/null | jq .medianMs`,
    )
    .action(run);
}

async function run({ json }: { json?: true }): Promise<void> {
  const [{ assemble }, { DEMO_PACE, play }, { openScreen }] = await Promise.all([
    import('./demo/assemble.ts'),
    import('./demo/scenario.ts'),
    import('./demo/screen.ts'),
  ]);
  const startedAt = performance.now();
  const screen = openScreen(json ? process.stderr : process.stdout, process.env);
  const stop = interrupted();
  await using assembly = await assemble((words) => screen.tell(performance.now() - startedAt, words));
  screen.tell(performance.now() - startedAt, 'ten piles, broker, daemon and gate are at work');
  const summary = await play(assembly.cast, DEMO_PACE, screen, startedAt, stop);
  if (json) printJson(summary);
  else print(summaryLine(summary));
  if (summary.lost > 0) process.exitCode = 1;
}
