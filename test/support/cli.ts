import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { owned } from './cleanup.ts';
import { MAIN } from './daemon.ts';
import { within } from './wait.ts';

/** What a command left behind. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pilegate ARGS…` on this node to its end, with `stdin` as its input. */
export async function pilegate(
  args: readonly string[],
  options: {
    stdin?: string;
    cwd?: string;
    env?: Readonly<Record<string, string | undefined>>;
    limitMs?: number;
  } = {},
): Promise<CliResult> {
  const child = owned(
    spawn(process.execPath, [MAIN, ...args], {
      stdio: 'pipe',
      env: { ...process.env, ...options.env },
      ...(options.cwd ? { cwd: options.cwd } : {}),
    }),
  );
  // A command that ends without reading its input breaks this pipe; its result says all there is to say.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const closed = once(child, 'close');
  const [stdout, stderr] = await within(
    Promise.all([text(child.stdout), text(child.stderr), closed]),
    `pilegate ${args.join(' ')} to end`,
    options.limitMs ?? 30_000,
  );
  return { code: child.exitCode, stdout, stderr };
}
