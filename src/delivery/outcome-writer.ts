import type { Pending, Settlement } from '../domain/delivery.ts';
import type { Attempt } from '../domain/outcome.ts';
import { OutcomeBatch } from './batch.ts';
import { tellCharged } from './delivery-log.ts';
import type { Charged } from './poison-detector.ts';
import type { DeliveryDeps } from './ports.ts';

/** What the settler asks and tells. */
export interface OutcomeWriterHooks {
  /** Whether no answer is to come any more of the posts under way. */
  complete(): boolean;
  /** A pending record's schedule has moved; `nextAt` as in {@link Settlement}. */
  moved(nextAt: number | undefined): void;
}

/** Brings what attempts came to onto disk. */
export class OutcomeWriter {
  readonly #deps: Pick<DeliveryDeps, 'store' | 'log' | 'clock'>;
  readonly #hooks: OutcomeWriterHooks;
  readonly #convoy: OutcomeBatch;
  /** Ids whose rows say that they may be posted though they may not: their charge is on its way, or their outcome could not be written. */
  readonly #held = new Set<number>();
  #gathering = 0;

  constructor(deps: Pick<DeliveryDeps, 'store' | 'log' | 'clock'>, hooks: OutcomeWriterHooks) {
    this.#deps = deps;
    this.#hooks = hooks;
    this.#convoy = new OutcomeBatch(() => deps.clock.monotonic(), hooks.complete);
  }

  /** How many records it holds back. */
  get holding(): number {
    return this.#held.size;
  }

  /** How many outcomes wait for company: the store does not know of them yet. */
  get gathering(): number {
    return this.#gathering;
  }

  /** Whether a record is not to be posted now, whatever its row says. */
  holds(id: number): boolean {
    return this.#held.has(id);
  }

  /** Writes an attempt's end, and what it says of others; tells whether it stood. Never rejects. */
  async settle(
    record: Pending,
    attempt: Attempt,
    settlement: Settlement,
    charges: readonly Charged[],
  ): Promise<boolean> {
    const { store, log, clock } = this.#deps;
    const { id, orderNo } = record;
    for (const { charge } of charges) this.#held.add(charge.id);
    // A schedule is by the clock, which may be set: rows on disk then move with it, and what waits here would not.
    const isPlanned =
      charges.length > 0 || (settlement.state === 'pending' && settlement.nextAt !== undefined);
    const company = isPlanned ? undefined : this.#convoy.join();
    if (company !== undefined) {
      this.#gathering += 1;
      await company;
      this.#gathering -= 1;
    }
    const began = clock.monotonic();
    const settled = store.settle(id, attempt, settlement, record);
    if (charges.length > 0) await Promise.all(charges.map((charged) => this.#charge(charged)));
    try {
      const stood = await settled;
      this.#convoy.wrote(clock.monotonic() - began);
      if (settlement.state === 'pending') this.#hooks.moved(settlement.nextAt);
      return stood;
    } catch (error) {
      // At the very end, where storage is still failed, or by a defect: another post must not come of it.
      this.#held.add(id);
      this.#hooks.moved(undefined);
      const { kind } = attempt.outcome;
      log.error(
        { err: error, orderNo, outcome: kind },
        'the outcome could not be written: the record stays pending, and may be sent twice after a restart',
      );
      return false;
    }
  }

  async #charge(charged: Charged): Promise<void> {
    const { charge, record } = charged;
    const { store, log } = this.#deps;
    try {
      const stood = await store.charge(charge, record);
      if (charge.parked && stood) tellCharged(log, charged);
    } catch (error) {
      log.error({ err: error, orderNo: record.orderNo }, 'a failure could not be charged to its record');
    }
    this.#held.delete(charge.id);
    this.#hooks.moved(charge.parked ? undefined : charge.nextAt);
  }
}
