import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { Outbox } from './outbox.ts';
import { SEEN_MS } from './tables/meta.ts';
import type { Pruned } from './tables/pruning.ts';

/** What housekeeping needs from around it. */
export interface RetentionDeps {
  readonly outbox: Outbox;
  /** How long delivered records are kept, milliseconds (`outbox.keepDelivered`). */
  readonly keepDelivered: number;
  /** The program's build date, epoch milliseconds. */
  readonly buildDate: number;
  readonly log: Log;
  readonly clock: Clock;
}

/** Between two steps, milliseconds: intake and delivery go first. */
const PAUSE_MS = 50;
/** After the clock jumped, or where it is at the start as far ahead of all that the file tells of, nothing is pruned for so long, milliseconds. */
const DISTRUST_MS = 24 * 3_600_000;

/** Forgets what is old, in small steps that nobody waits for, and gives the room back. */
export class Retention {
  readonly #deps: RetentionDeps;
  /** Monotonic milliseconds: nothing is pruned before. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
    const newest = deps.outbox.upkeep.newestStamp();
    if (newest !== undefined && deps.clock.now() - newest > DISTRUST_MS) this.distrustClock();
  }

  /** The wall clock jumped: what is old can no longer be told for a while. */
  distrustClock(): void {
    this.#notBefore = this.#deps.clock.monotonic() + DISTRUST_MS;
  }

  /** Does what there is to do, and resolves when that is done. Called every few seconds; one run at a time. Never rejects. */
  async run(): Promise<void> {
    if (this.#stopped) return;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Resolves when the step under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #work(): Promise<void> {
    const { outbox, log } = this.#deps;
    const total = { delivered: 0, contexts: 0, quarantine: 0, seen: 0 };
    try {
      total.delivered += await outbox.checkSize();
      for (let more = this.#trustsClock(); more && !this.#stopped; ) {
        const pruned = await this.#step();
        total.delivered += pruned.delivered;
        total.contexts += pruned.contexts;
        total.quarantine += pruned.quarantine;
        total.seen += pruned.seen;
        more = pruned.more;
        if (more) await pause();
      }
      while (!this.#stopped && (await outbox.prune((pruning) => pruning.giveBack()))) await pause();
    } catch (error) {
      // Storage has failed and said so; what is old can wait.
      log.debug({ err: error }, 'housekeeping put off');
    }
    if (total.delivered > 0) log.info({ event: 'outbox.pruned', ...total }, 'old records were forgotten');
  }

  /** A step that finds nothing writes nothing: at rest there is no fsync. */
  #step(): Promise<Pruned> {
    const { outbox, clock, keepDelivered } = this.#deps;
    const now = clock.now();
    return outbox.prune((pruning) =>
      pruning.prune({ now, delivered: now - keepDelivered, seen: now - SEEN_MS }),
    );
  }

  #trustsClock(): boolean {
    const { clock, buildDate } = this.#deps;
    return clock.now() >= buildDate && clock.monotonic() >= this.#notBefore;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}
