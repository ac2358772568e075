import type { Log } from '../domain/log.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Pending, Settlement, Store } from './ports.ts';
import { tellCharged } from './story.ts';
import type { Charged } from './trials.ts';

/** Brings what attempts came to onto disk. */
export class Settler {
  readonly #store: Store;
  readonly #log: Log;
  readonly #moved: (nextAt: number | undefined) => void;
  readonly #charging = new Set<number>();

  /** @param moved called when a pending record's schedule has moved; `nextAt` as in {@link Settlement} */
  constructor(store: Store, log: Log, moved: (nextAt: number | undefined) => void) {
    this.#store = store;
    this.#log = log;
    this.#moved = moved;
  }

  /** How many charges are on their way to disk. */
  get charging(): number {
    return this.#charging.size;
  }

  /** Whether a record's charge is on its way to disk: until then its row says it may be posted. */
  charges(id: number): boolean {
    return this.#charging.has(id);
  }

  /** Writes an attempt's end, and what it says of others; tells whether it stood. Never rejects. */
  async settle(
    { id, orderNo }: Pending,
    attempt: Attempt,
    settlement: Settlement,
    charges: readonly Charged[],
  ): Promise<boolean> {
    try {
      const settled = this.#store.settle(id, attempt, settlement);
      if (charges.length > 0) await Promise.all(charges.map((charged) => this.#charge(charged)));
      const stood = await settled;
      if (settlement.state === 'pending') this.#moved(settlement.nextAt);
      return stood;
    } catch (error) {
      // Only at the very end, where storage is still failed: the record stays pending and may be sent twice.
      this.#log.error(
        { err: error, orderNo, outcome: attempt.outcome.kind },
        'the outcome could not be written',
      );
      return false;
    }
  }

  async #charge(charged: Charged): Promise<void> {
    const { charge } = charged;
    this.#charging.add(charge.id);
    try {
      await this.#store.charge(charge);
    } finally {
      this.#charging.delete(charge.id);
    }
    if (charge.parked) tellCharged(this.#log, charged);
    this.#moved(charge.parked ? undefined : charge.nextAt);
  }
}
