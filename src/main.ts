#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { Failure } from './domain/failure.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.stderr.on('error', () => {});

// In a checkout the sources are stripped of their types at each start: kept, a short command takes half the time.
if (import.meta.url.endsWith('.ts'))
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/pilegate', import.meta.url)));

try {
  const { buildProgram } = await import('./cli/program.ts');
  const program = await buildProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  process.exit(told(error));
}

/** Tells a person what went wrong; gives the exit code. */
function told(error: unknown): number {
  // Commander has told it already; every end of its own but help and version is a wrong usage.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`pilegate: a defect, please report it:\n${inspect(error)}\n`);
  return 1;
}
