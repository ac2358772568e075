import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ALLOCATOR, NODE_FLAGS } from '../../scripts/package/limits.ts';
import { owned } from '../support/cleanup.ts';
import { MAIN } from '../support/daemon.ts';

/** A process under measurement. */
export interface Program {
  readonly pid: number;
  /** From spawn to the word that it is ready, milliseconds. */
  readonly readyMs: number;
  /** Resident memory now, MiB. */
  resident(): number;
  /** The processor's time used so far, user and system, milliseconds. */
  cpuMs(): number;
  /** SIGTERM, and SIGKILL where that is not enough; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Runs a script on this node and waits until it says that it is ready.
 * @param ready what the line of stdout holds that says so; what comes after it is read and dropped
 */
export async function runProgram(
  argv: readonly string[],
  ready: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const spawned = performance.now();
  const child = owned(
    spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } }),
  );
  const said = Promise.withResolvers<number>();
  const last: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes(ready)) said.resolve(performance.now());
    last.push(line);
    if (last.length > 5) last.shift();
  });
  child.once('close', (code) => said.reject(new Error(`${argv[0]} ended with ${code}: ${last.join('\n')}`)));
  const readyMs = (await said.promise) - spawned;
  const pid = child.pid ?? -1;
  return {
    pid,
    readyMs,
    resident: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    cpuMs: () => cpuMs(pid),
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

/** How a daemon is run: node's own arguments, and the program's entry. */
export type Entry = readonly [...string[], string];

/** From its sources. */
export const SOURCES: Entry = [MAIN];

/** Runs the daemon until it is subscribed, from its sources unless told otherwise. */
export function runDaemon(
  config: string,
  { entry = SOURCES, env = {} }: { entry?: Entry; env?: Readonly<Record<string, string>> } = {},
): Promise<Program> {
  return runProgram([...entry, 'run', '--config', config], '"daemon.ready"', { ...ALLOCATOR, ...env });
}

/** Compiles the program as packaging does, and gives the way that the package runs it. */
export async function compiled(): Promise<Entry> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // Beside the libraries that it needs.
  const home = `${root}node_modules/.cache/pilegate/compiled`;
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const argv = [tsc, '-p', `${root}tsconfig.build.json`, '--outDir', `${home}/dist`];
  await promisify(execFile)(process.execPath, argv);
  copyFileSync(`${root}package.json`, `${home}/package.json`);
  return [...NODE_FLAGS, `${home}/dist/main.js`];
}

/** User and system time of a process: fields 14 and 15 of its stat, in hundredths of a second. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(late);
}
