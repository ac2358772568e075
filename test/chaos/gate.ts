import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { owned } from '../support/cleanup.ts';
import { TEST_KEY } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

/** The gate of a run, from outside. */
export interface Gate {
  /** Its base address. */
  readonly url: string;
  /** The ledger of all that arrived; see readLedger. */
  readonly ledger: string;
  /** How it answers from now on: a kind of LANES.replies, or '' for what a gate should do. */
  answers(mode: string): void;
  kill(): Promise<void>;
  /** Starts again on the same port, with its ledger. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts it on a free port of `host`; its files lie in `dir`. @param timeoutMs how long the daemon waits for an answer */
export async function startGate(dir: string, host: string, timeoutMs: number): Promise<Gate> {
  const [ledger, mode] = [join(dir, 'gate-ledger.ndjson'), join(dir, 'gate-mode')];
  let port = 0;
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const task = JSON.stringify({ host, port, key: TEST_KEY, ledger, mode, timeoutMs });
    const file = fileURLToPath(new URL('./gate-child.ts', import.meta.url));
    const started = owned(spawn(process.execPath, [file, task], { stdio: ['ignore', 'pipe', 'inherit'] }));
    child = started;
    const [line] = await within(
      once(createInterface({ input: started.stdout }), 'line'),
      'the gate to listen',
    );
    port = Number(line);
  };
  await start();
  return {
    url: `http://${host}:${port}/parkpot-service/`,
    ledger,
    answers: (how) => {
      writeFileSync(`${mode}.new`, how);
      renameSync(`${mode}.new`, mode);
    },
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    start,
    signal: (signal) => void child.kill(signal),
  };
}
