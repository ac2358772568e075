import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LogEvent } from '../../src/domain/log.ts';
import { owned } from './cleanup.ts';
import { PATIENCE_MS, within } from './wait.ts';

/** The program's entry. */
export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How to start a daemon. */
export interface DaemonOptions {
  /** The config file. */
  readonly config: string;
  /** Laid over this process's environment; an undefined value removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Further arguments, after `run --config FILE`. */
  readonly args?: readonly string[];
  /** A module that node loads before the program (`--import`), for placing faults. */
  readonly preload?: string;
}

/** A log line as parsed; one that is no JSON object is kept as `{raw}`. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What to wait for: an event's name, or a test of the line. */
export type LogMatch = LogEvent | ((line: LogLine) => boolean);

/** A daemon in a process of its own. */
export interface DaemonProcess {
  readonly pid: number;
  /** Its log lines so far, over all its starts. */
  readonly lines: readonly LogLine[];
  /** What it wrote to stderr so far, over all its starts. */
  stderr(): string;
  /** The lines that match, in order; `from` is an index into `lines`, 0 by default. */
  logged(match: LogMatch, from?: number): LogLine[];
  /**
   * The first line that matches, once it is there; counted from the last start, or from index `from` of `lines`.
   * Throws when the daemon ends first or `limitMs` passes, telling what was seen.
   */
  log(match: LogMatch, options?: { from?: number; limitMs?: number }): Promise<LogLine>;
  /** Waits for `daemon.ready`. */
  ready(): Promise<LogLine>;
  /** Sends a signal; SIGKILL resolves once the process is gone, any other at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM; resolves with the exit code. Throws after 15 s: the ten that are promised, and some for a busy machine. */
  stop(): Promise<number | null>;
  /** Resolves with the exit code once it has ended by itself. */
  exited(limitMs?: number): Promise<number | null>;
  /** Stops it where it runs, and starts it again. */
  restart(): Promise<void>;
}

/** Starts `pilegate run` on this node. Does not wait: `await daemon.ready()`. */
export function spawnDaemon(options: DaemonOptions): DaemonProcess {
  const lines: LogLine[] = [];
  const watchers = new Set<() => void>();
  let stderr = '';
  let started = 0;

  const start = (): ChildProcess => {
    started = lines.length;
    const child = spawn(process.execPath, argv(options), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    owned(child);
    const changed = (): void => {
      for (const watcher of watchers) watcher();
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(parse(line));
      changed();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // 'close' comes after the last line, 'exit' may not.
    child.once('close', () => {
      running = false;
      changed();
    });
    running = true;
    return child;
  };
  let running = true;
  let child = start();

  const closed = async (limitMs: number, what: string): Promise<number | null> => {
    if (running) await within(once(child, 'close'), what, limitMs, seen);
    return child.exitCode;
  };
  const seen = (): string =>
    `\nstderr: ${stderr.slice(-2000)}\nlast of ${lines.length} lines:\n${lines
      .slice(-20)
      .map((line) => JSON.stringify(line))
      .join('\n')}`;

  const log: DaemonProcess['log'] = async (match, { from = started, limitMs = PATIENCE_MS } = {}) => {
    const test = matcher(match);
    const found = Promise.withResolvers<LogLine>();
    let next = from;
    const look = (): void => {
      for (; next < lines.length; next += 1) {
        const line = lines[next];
        if (line && test(line)) found.resolve(line);
      }
      // Comes too late, and so without effect, where a line was found.
      if (!running) found.reject(new Error(`the daemon ended before ${match}${seen()}`));
    };
    watchers.add(look);
    look();
    try {
      return await within(found.promise, `the log line ${match}`, limitMs, seen);
    } finally {
      watchers.delete(look);
    }
  };

  const kill: DaemonProcess['kill'] = async (signal) => {
    if (!running) return;
    child.kill(signal);
    if (signal === 'SIGKILL') await closed(PATIENCE_MS, 'the daemon to be gone');
  };
  const stop = async (): Promise<number | null> => {
    await kill('SIGTERM');
    return await closed(15_000, 'the daemon to stop on SIGTERM');
  };

  return {
    get pid() {
      return child.pid ?? -1;
    },
    lines,
    stderr: () => stderr,
    logged: (match, from = 0) => lines.slice(from).filter(matcher(match)),
    log,
    ready: () => log('daemon.ready'),
    kill,
    stop,
    exited: (limitMs = PATIENCE_MS) => closed(limitMs, 'the daemon to end'),
    restart: async () => {
      await stop();
      child = start();
    },
  };
}

function argv({ preload, config, args = [] }: DaemonOptions): string[] {
  return [...(preload ? ['--import', preload] : []), MAIN, 'run', '--config', config, ...args];
}

function matcher(match: LogMatch): (line: LogLine) => boolean {
  return typeof match === 'string' ? (line) => line['event'] === match : match;
}

function parse(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Not JSON: kept as it is.
  }
  return { raw: line };
}
