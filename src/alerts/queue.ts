import pRetry, { AbortError } from 'p-retry';
import type { Clock } from '../domain/clock.ts';
import type { AlertMessage } from './message.ts';

/** Messages that wait for one receiver; the oldest go beyond that. */
export const QUEUE_MAX = 50;
/** A message that could not be sent for so long is no news any more, milliseconds (24 h). */
export const STALE_MS = 24 * 3_600_000;
/** The first and the longest wait between tries, milliseconds; a first wait of a second keeps a message current. */
const WAITS = { minTimeout: 1_000, maxTimeout: 5 * 60_000, factor: 2, randomize: true } as const;

/** A message as it waits. */
export interface Queued {
  readonly message: AlertMessage;
  /** When it was made, epoch milliseconds. */
  readonly at: number;
}

/** Where a queue's messages go, and who hears of it. */
export interface QueueDeps {
  readonly clock: Clock;
  /** Sends one message; throws where it was not taken. */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
  /** The queue is another: to be kept on disk. */
  changed(): void;
  sent(): void;
  /** @param last whether it is given up: it waited for {@link STALE_MS}, or there was no room */
  failed(why: string, last: boolean): void;
}

/** The messages of one receiver: sent one at a time in their order, each again until it is taken. */
export class AlertQueue {
  readonly #deps: QueueDeps;
  readonly #waiting: Queued[];
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;

  /** @param waiting what an earlier process left */
  constructor(deps: QueueDeps, waiting: readonly Queued[]) {
    this.#deps = deps;
    this.#waiting = waiting.slice(-QUEUE_MAX);
    this.#wake();
  }

  get waiting(): readonly Queued[] {
    return this.#waiting;
  }

  add(message: AlertMessage): void {
    if (this.#waiting.length >= QUEUE_MAX) {
      // The first one may be under way.
      this.#waiting.splice(1, 1);
      this.#deps.failed('there was no room for it', true);
    }
    this.#waiting.push({ message, at: this.#deps.clock.now() });
    this.#deps.changed();
    this.#wake();
  }

  /** Ends what is under way; what waits stays in {@link waiting}. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  #wake(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      // What was added while the last one came to its end.
      if (this.#waiting.length > 0 && !this.#stop.signal.aborted) this.#wake();
    });
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#stop.signal.aborted) return;
      const taken = await this.#sendOne(next);
      if (this.#stop.signal.aborted && !taken) return;
      this.#waiting.shift();
      this.#deps.changed();
    }
  }

  async #sendOne({ message, at }: Queued): Promise<boolean> {
    const { clock, send, sent, failed } = this.#deps;
    const signal = this.#stop.signal;
    try {
      await pRetry(
        async () => {
          try {
            await send(message, signal);
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            const last = clock.now() - at > STALE_MS;
            if (!signal.aborted) failed(why, last);
            throw last ? new AbortError(why) : new Error(why, { cause: error });
          }
        },
        { retries: Number.POSITIVE_INFINITY, ...WAITS, signal, unref: true },
      );
      sent();
      return true;
    } catch {
      return false;
    }
  }
}
