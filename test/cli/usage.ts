import { type Command, CommanderError } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';

/** What the program says about a wrong usage; in this process, since that is where most of it is decided. */
export async function wrongUsage(argv: readonly string[]): Promise<string> {
  const program = await buildProgram(argv);
  let said = '';
  const listen = (command: Command): void => {
    command.configureOutput({ writeErr: (text) => (said += text) });
    for (const child of command.commands) listen(child);
  };
  listen(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // Of these only help and version, which end with 0, are no wrong usage: see command-line.ts.
    if (error instanceof CommanderError && error.exitCode !== 0) return said;
    throw error;
  }
  throw new Error(`no wrong usage: ${argv.join(' ')}`);
}
