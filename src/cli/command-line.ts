import { inspect } from 'node:util';
import { type Command, CommanderError } from 'commander';
import { Failure } from '../domain/failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { language } from './output.ts';
import { buildProgram } from './program.ts';

/**
 * Runs one command line, and tells a person what went wrong; sets the process's exit code.
 * @param args the words after the program's name
 */
export async function runCommandLine(args: string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.stderr.on('error', () => {});
  let program: Command | undefined;
  try {
    program = await buildProgram(args);
    await program.parseAsync();
  } catch (error) {
    process.exit(await report(error, program?.opts<GlobalOptions>().lang));
  }
}

/** Says to a person what went wrong; gives the exit code. */
async function report(error: unknown, lang: GlobalOptions['lang']): Promise<number> {
  // Commander has said it already; every end of its own but help and version is a wrong usage.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    const { speechIn } = await import('./voice.ts');
    const { told } = await speechIn(language(lang, process.env));
    process.stderr.write(`${error.inWords(told)}\n`);
    return error.exitCode;
  }
  process.stderr.write(`pilegate: a defect, please report it:\n${inspect(error)}\n`);
  return 1;
}
