import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** What a program said before it ended. */
export interface Said {
  /** Undefined where it did not start, or was ended since it took too long. */
  readonly code: number | undefined;
  /** The last bytes, as text. */
  readonly stdout: string;
  readonly stderr: string;
}

/** How much of a program's words is kept. */
export interface Bounds {
  /** After so long it is ended, milliseconds. */
  readonly limitMs: number;
  /** Of each stream so many bytes are kept, the last ones. */
  readonly maxBytes: number;
}

/** Runs a program to its end, within bounds. Never rejects: why it did not start stands in `stderr`. */
export async function runBounded(
  program: string,
  args: readonly string[],
  { limitMs, maxBytes }: Bounds,
): Promise<Said> {
  const child = spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close').then(
    () => '',
    (error: unknown) => String(error),
  );
  const [stdout, stderr, failed] = await Promise.all([
    lastOf(child.stdout, maxBytes),
    lastOf(child.stderr, maxBytes),
    ended,
  ]);
  return { code: child.exitCode ?? undefined, stdout, stderr: `${stderr}${failed}` };
}

/** Runs a command of this program to its end, within bounds, as {@link runBounded}. */
export async function ownCommand(args: readonly string[], bounds: Bounds): Promise<Said> {
  return await runBounded(process.execPath, ownArguments(args), bounds);
}

function ownArguments(args: readonly string[]): string[] {
  const [, main = ''] = process.argv;
  return [...process.execArgv, main, ...args];
}

/** The last bytes of a stream as text; a stream that fails ends there. */
async function lastOf(stream: Readable, maxBytes: number): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      kept.push(bytes);
      size += bytes.length;
      while (size - (kept[0]?.length ?? size) >= maxBytes) size -= kept.shift()?.length ?? 0;
    }
  } catch {
    // The program was ended; what it said until then counts.
  }
  return Buffer.concat(kept).subarray(-maxBytes).toString('utf8');
}
