import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Counts } from '../../src/domain/snapshot.ts';
import type { SalvageReport } from '../../src/outbox/recovery/salvage.ts';
import { owned } from '../support/cleanup.ts';
import { until, within } from '../support/wait.ts';

/** What the outbox in the other process is asked. */
export type Ask = { readonly id: number } & Wish;

type Wish =
  /** Whole records, the first of order `from`; together, or each once the one before is on disk. */
  | { readonly ask: 'accept'; readonly from: number; readonly count: number; readonly together: boolean }
  | { readonly ask: 'deliver'; readonly count: number; readonly together: boolean }
  | { readonly ask: 'ready' | 'counts' | 'checkSize' | 'housekeeping' | 'close' };

/** What it tells. */
export type Tell =
  | { readonly tell: 'open' }
  | { readonly tell: 'refused'; readonly message: string }
  | { readonly tell: 'failed'; readonly code: string; readonly message: string }
  | { readonly tell: 'recovered'; readonly ms: number }
  | { readonly tell: 'committed'; readonly jobs: number }
  | { readonly tell: 'salvaged'; readonly report: SalvageReport }
  | { readonly tell: 'answer'; readonly to: number; readonly ok: boolean; readonly result: unknown };

/** An outbox in a process of its own. */
export interface OutboxProcess {
  readonly pid: number;
  /** All that it told so far. */
  readonly told: readonly Tell[];
  accept(from: number, count: number, how?: 'together' | 'one by one'): Promise<unknown>;
  deliver(count: number, how?: 'together' | 'one by one'): Promise<unknown>;
  ready(): Promise<unknown>;
  counts(): Promise<Counts>;
  checkSize(): Promise<unknown>;
  /** What a daemon does every few seconds, five times over. */
  housekeeping(): Promise<unknown>;
  /** The first thing it tells of this kind, from now on or before. */
  hears<K extends Tell['tell']>(kind: K, limitMs?: number): Promise<Extract<Tell, { tell: K }>>;
  close(): Promise<void>;
  kill(): Promise<void>;
}

/** How the other process is started. */
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly maxSize?: number;
}

/** Starts an outbox on `path` in a process of its own, and waits until it is open, or refused. */
export async function spawnOutbox(path: string, options: ProcessOptions = {}): Promise<OutboxProcess> {
  const file = fileURLToPath(new URL('./child.ts', import.meta.url));
  const args = [path, ...(options.maxSize === undefined ? [] : [String(options.maxSize)])];
  // It is no test: what cleans up after tests must not look for one.
  const env = { ...process.env, ...options.env, VITEST: undefined };
  const child = owned(fork(file, args, { execArgv: [], env }));
  const told: Tell[] = [];
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  child.on('message', (message: Tell) => {
    told.push(message);
    if (message.tell !== 'answer') return;
    const answer = waiting.get(message.to);
    if (message.ok) answer?.resolve(message.result);
    else answer?.reject(new Error(String(message.result)));
  });
  child.once('exit', () => {
    for (const answer of waiting.values()) answer.reject(new Error('the process ended'));
  });
  const ask = async (wish: Wish): Promise<unknown> => {
    const id = waiting.size + 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    child.send({ ...wish, id });
    return await within(answer.promise, `the answer to ${wish.ask}`, 25_000);
  };
  const hears: OutboxProcess['hears'] = async (kind, limitMs = 15_000) => {
    const found = await until(
      () => told.find((one) => one.tell === kind),
      `"${kind}"; told: ${JSON.stringify(told.slice(-5))}`,
      limitMs,
    );
    return found as Extract<Tell, { tell: typeof kind }>;
  };
  const gone = once(child, 'exit');
  await until(() => told[0], 'the outbox to be open');
  return {
    pid: child.pid ?? -1,
    told,
    accept: (from, count, how = 'together') =>
      ask({ ask: 'accept', from, count, together: how === 'together' }),
    deliver: (count, how = 'together') => ask({ ask: 'deliver', count, together: how === 'together' }),
    ready: () => ask({ ask: 'ready' }),
    counts: async () => (await ask({ ask: 'counts' })) as Counts,
    checkSize: () => ask({ ask: 'checkSize' }),
    housekeeping: () => ask({ ask: 'housekeeping' }),
    hears,
    close: async () => {
      await ask({ ask: 'close' });
      await gone;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
