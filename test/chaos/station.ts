import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { owned } from '../support/cleanup.ts';
import { type CliResult, pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { faketimeEnv, setFakeClock } from '../support/faketime.ts';
import type { Shim } from '../support/shim.ts';
import { within } from '../support/wait.ts';
import type { Link } from './link.ts';

/** What a station box is made of. */
export interface StationOptions {
  /** Where its logs are kept. */
  readonly dir: string;
  readonly config: string;
  readonly link: Link;
  /** Between the daemon and its disk, where there is one. */
  readonly shim: Shim | undefined;
  /** The library that fakes the clock, where there is one. */
  readonly faketime: string | undefined;
}

/** An end of the daemon that nobody asked for. */
export interface OwnEnd {
  readonly at: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The service manager starts it again after so long, milliseconds. */
const RESTART_MS = 1_000;

/** The box with the daemon on it, which is started again whenever it ends by itself. */
export class Station {
  readonly log: string;
  readonly stderr: string;
  /** Ends of the daemon that were not this run's doing. */
  readonly ownEnds: OwnEnd[] = [];
  readonly #options: StationOptions;
  readonly #clockFile: string;
  readonly #env: Record<string, string | undefined>;
  #child: ChildProcess | undefined;
  /** False while it is to be down. */
  #wanted = false;

  constructor(options: StationOptions) {
    const { dir, shim, faketime } = options;
    this.#options = options;
    this.log = join(dir, 'daemon.ndjson');
    this.stderr = join(dir, 'daemon.stderr');
    this.#clockFile = join(dir, 'clock');
    this.setClock(0);
    const preloads = [shim?.env['LD_PRELOAD'], faketime].filter((library) => library !== undefined);
    this.#env = {
      ...shim?.env,
      VITEST: undefined,
      ...(faketime === undefined ? {} : faketimeEnv(faketime, this.#clockFile)),
      ...(preloads.length === 0 ? {} : { LD_PRELOAD: preloads.join(' ') }),
    };
  }

  /** Sets the box's clock. @param offset seconds before or after the right time */
  setClock(offset: number): void {
    setFakeClock(this.#clockFile, offset);
  }

  start(): void {
    this.#wanted = true;
    const command = [process.execPath, MAIN, 'run', '--config', this.#options.config];
    const [program = '', ...args] = this.#options.link.inside(command);
    const [out, err] = [openSync(this.log, 'a'), openSync(this.stderr, 'a')];
    const child = owned(
      spawn(program, args, { stdio: ['ignore', out, err], env: { ...process.env, ...this.#env } }),
    );
    closeSync(out);
    closeSync(err);
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#child !== child || !this.#wanted) return;
      this.#child = undefined;
      this.ownEnds.push({ at: Date.now(), code, signal });
      void sleep(RESTART_MS).then(() => {
        if (this.#wanted && this.#child === undefined) this.start();
      });
    });
  }

  /** Ends it by a signal, and resolves when it is gone, with its exit code; null where it was killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#wanted = false;
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = once(child, 'exit');
    child.kill(signal);
    // Ten seconds are promised; the rest is for a busy machine.
    await within(gone, `the daemon to end on ${signal}`, 20_000);
    return child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Runs a command on the box, with its clock and its disk. */
  async hand(...args: readonly string[]): Promise<CliResult> {
    return await pilegate([...args, '--config', this.#options.config], { env: this.#env, limitMs: 60_000 });
  }

  /** The daemon's log lines so far; what is no JSON is left out. */
  lines(): Readonly<Record<string, unknown>>[] {
    return readFileSync(this.log, 'utf8').split('\n').flatMap(parsed);
  }
}

function parsed(line: string): Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [{ ...value }] : [];
  } catch {
    return [];
  }
}
