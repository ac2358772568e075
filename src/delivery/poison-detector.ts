import { outageWait, refusalWait } from '../domain/backoff.ts';
import type { Random } from '../domain/clock.ts';
import type { Charge, Pending } from '../domain/delivery.ts';
import type { Reason } from '../domain/reason.ts';
import type { DeliverySettings } from './ports.ts';

/** So many failures without a readable result, each followed by another record's success, are the record's own. */
const STRIKES = 3;

/** A record that was sent and brought no readable result: another one's success charges it. */
interface Failure {
  readonly record: Pending;
  /** What was seen. */
  readonly why: Reason;
  /** Whether it waits already, though nothing was charged. */
  deferred: boolean;
}

/** A record whose failure turned out to be its own, how its schedule moves, and what was seen. */
export interface Charged {
  readonly record: Pending;
  readonly charge: Charge;
  readonly why: Reason;
}

/** So often the gate may say "later" to a record while it takes others between, before that is taken for the record's own. */
const LATERS = 3;
/** Records remembered for it at most. */
const REMEMBERED = 1_000;

const NONE: readonly Charged[] = [];

/** The records tried in vain since the last success, the one tried longest ago first: who is probed next, who is charged. */
export class PoisonDetector {
  readonly #settings: DeliverySettings;
  readonly #random: Random;
  /** By id; undefined where nothing is to be charged: of those there may be many, so no more is kept. */
  readonly #trials = new Map<number, Failure | undefined>();

  /** How often the gate said "later" to a record, each time after it took another one; and how many it had taken then. */
  readonly #later = new Map<number, { readonly times: number; readonly taken: number }>();
  #taken = 0;

  constructor(settings: DeliverySettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  get size(): number {
    return this.#trials.size;
  }

  has(id: number): boolean {
    return this.#trials.has(id);
  }

  /** A record was tried in vain. @param failure what was seen, where the fault may be its own */
  add(record: Pending, failure: Reason | undefined): void {
    this.#keep(record, failure === undefined ? undefined : { record, why: failure, deferred: false });
  }

  /**
   * A record failed as it has done before, each time to another one's success: that says nothing of the gate. It waits
   * as its own schedule has it, and is charged once another one succeeds.
   * @returns when it is tried again, epoch milliseconds; undefined where it has not failed so often
   */
  failedAgain(record: Pending, why: Reason, now: number): number | undefined {
    if (record.strikes < STRIKES) return undefined;
    this.#keep(record, { record, why, deferred: true });
    return Math.round(now + refusalWait(this.#settings.refusal, record.refusals + 1, this.#random));
  }

  /**
   * The gate said "later" to a record. That is about the gate and charges nobody; but where it says so to the same one
   * again and again and takes others between, the others must not wait for it.
   * @returns when it is tried again, epoch milliseconds; undefined where it keeps its place
   */
  busyAgain({ id }: Pending, now: number): number | undefined {
    const before = this.#later.get(id);
    const times = before?.taken === this.#taken ? before.times : (before?.times ?? 0) + 1;
    this.#later.delete(id);
    this.#later.set(id, { times, taken: this.#taken });
    const [oldest] = this.#later.keys();
    if (this.#later.size > REMEMBERED && oldest !== undefined) this.#later.delete(oldest);
    if (times <= LATERS) return undefined;
    return Math.round(now + outageWait(this.#settings.outage, times, this.#random));
  }

  /** A record is tried again: what comes of it counts, not what came before. */
  delete(id: number): void {
    this.#trials.delete(id);
  }

  /** The record to probe with: one not tried in vain yet, else the one whose try is the longest ago. */
  probe(candidates: readonly Pending[]): Pending | undefined {
    const other = candidates.find(({ id }) => !this.#trials.has(id));
    if (other !== undefined) return other;
    const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    for (const id of this.#trials.keys()) {
      const candidate = byId.get(id);
      if (candidate !== undefined) return candidate;
    }
    return undefined;
  }

  /**
   * A record succeeded: each failure before it was its record's own, and is charged once.
   * @param waited whether the failed ones were probed on the outage schedule and so have waited enough: after an
   *   outage they take their place in the order again
   */
  succeeded(id: number, now: number, waited: boolean): readonly Charged[] {
    this.#taken += 1;
    this.#later.delete(id);
    if (this.#trials.size === 0) return NONE;
    const charged = this.#failures().map(({ record, why }) => ({
      record,
      charge: this.#strike(record, now, waited),
      why,
    }));
    this.#trials.clear();
    return charged;
  }

  /** Another record was refused: that charges nobody, but who failed waits its turn on the outage schedule. */
  refused(now: number): readonly Charged[] {
    if (this.#trials.size === 0) return NONE;
    const waiting = this.#failures().filter(({ deferred }) => !deferred);
    return waiting.map((failure) => {
      failure.deferred = true;
      const { record, why } = failure;
      const { id, strikes, refusals } = record;
      const nextAt = Math.round(now + outageWait(this.#settings.outage, strikes + 1, this.#random));
      return { record, charge: { id, strikes, refusals, nextAt, parked: false }, why };
    });
  }

  /** As the one tried last. */
  #keep({ id }: Pending, failure: Failure | undefined): void {
    this.#trials.delete(id);
    this.#trials.set(id, failure);
  }

  #failures(): Failure[] {
    return [...this.#trials.values()].filter((trial) => trial !== undefined);
  }

  /** One failure more is the record's own; from the third on it keeps the refusal schedule, to its end. */
  #strike({ id, strikes, refusals }: Pending, now: number, waited: boolean): Charge {
    const { outage, refusal } = this.#settings;
    const struck = strikes + 1;
    if (struck < STRIKES) {
      const nextAt = waited ? undefined : Math.round(now + outageWait(outage, struck, this.#random));
      return { id, strikes: struck, refusals, nextAt, parked: false };
    }
    const refused = refusals + 1;
    const nextAt = Math.round(now + refusalWait(refusal, refused, this.#random));
    return { id, strikes: struck, refusals: refused, nextAt, parked: refused >= refusal.attempts };
  }
}
