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
  /** Ids whose rows say that they may be posted though they may not: their charge is on its way, or their outcome could not be written. */
  readonly #held = new Set<number>();

  /** @param moved called when a pending record's schedule has moved; `nextAt` as in {@link Settlement} */
  constructor(store: Store, log: Log, moved: (nextAt: number | undefined) => void) {
    this.#store = store;
    this.#log = log;
    this.#moved = moved;
  }

  /** How many records it holds back. */
  get holding(): number {
    return this.#held.size;
  }

  /** Whether a record is not to be posted now, whatever its row says. */
  holds(id: number): boolean {
    return this.#held.has(id);
  }

  /** Writes an attempt's end, and what it says of others; tells whether it stood. Never rejects. */
  async settle(
    { id, orderNo }: Pending,
    attempt: Attempt,
    settlement: Settlement,
    charges: readonly Charged[],
  ): Promise<boolean> {
    const settled = this.#store.settle(id, attempt, settlement);
    if (charges.length > 0) await Promise.all(charges.map((charged) => this.#charge(charged)));
    try {
      const stood = await settled;
      if (settlement.state === 'pending') this.#moved(settlement.nextAt);
      return stood;
    } catch (error) {
      // At the very end, where storage is still failed, or by a defect: another post must not come of it.
      this.#held.add(id);
      this.#moved(undefined);
      const { kind } = attempt.outcome;
      this.#log.error(
        { err: error, orderNo, outcome: kind },
        'the outcome could not be written: the record stays pending, and may be sent twice after a restart',
      );
      return false;
    }
  }

  async #charge(charged: Charged): Promise<void> {
    const { charge, record } = charged;
    this.#held.add(charge.id);
    try {
      await this.#store.charge(charge);
      if (charge.parked) tellCharged(this.#log, charged);
    } catch (error) {
      this.#log.error(
        { err: error, orderNo: record.orderNo },
        'a failure could not be charged to its record',
      );
    }
    this.#held.delete(charge.id);
    this.#moved(charge.parked ? undefined : charge.nextAt);
  }
}
