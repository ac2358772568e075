import type { AlertName, Condition } from '../domain/alerts.ts';
import type { Problem } from '../domain/health.ts';

/** One cause has at most one beginning in so long, milliseconds. */
export const CAUSE_MS = 60_000;
/** All beginnings together in {@link CAUSE_MS}. */
export const BEGINNINGS_MAX = 15;
/** After a start nothing is over for so long, milliseconds: broker and gate are not yet known again. */
export const GRACE_MS = 10_000;
/** Causes that are kept as told; more than that begin only when others are over. */
export const CAUSES_MAX = 200;

/** A cause whose beginning was said and whose end was not. */
export interface Begun {
  readonly alert: AlertName;
  readonly device: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** As it was when it began. */
  readonly problem: Problem;
}

/** Something to say. */
export interface Saying extends Begun {
  readonly state: 'begin' | 'end';
}

/**
 * Says each cause once when it begins and once when it is over. A cause that comes and goes is said at most once a
 * minute; what is over before its turn is not said at all. Pure but for its memory: clocks come in.
 */
export class AlertWatch {
  readonly #begun = new Map<string, Begun>();
  /** When a cause was last said to begin, by the monotonic clock. */
  readonly #saidAt = new Map<string, number>();
  readonly #startedAt: number;

  /** @param begun what an earlier process said and did not end @param monotonic now, milliseconds */
  constructor(begun: readonly Begun[], monotonic: number) {
    for (const one of begun) this.#begun.set(keyOf(one), one);
    this.#startedAt = monotonic;
  }

  /** What was said to have begun and is not over: kept on disk. */
  get begun(): readonly Begun[] {
    return [...this.#begun.values()];
  }

  /**
   * What is to be said now, ends first.
   * @param now the wall clock, epoch milliseconds @param monotonic milliseconds
   */
  look(conditions: readonly Condition[], now: number, monotonic: number): Saying[] {
    const held = new Map(conditions.map((one) => [keyOf(one), one]));
    const sayings: Saying[] = [];
    if (monotonic - this.#startedAt >= GRACE_MS)
      for (const [key, begun] of this.#begun)
        if (!held.has(key)) {
          this.#begun.delete(key);
          sayings.push({ ...begun, state: 'end' });
        }
    for (const [key, said] of this.#saidAt) if (monotonic - said >= CAUSE_MS) this.#saidAt.delete(key);
    for (const [key, { alert, device, problem, since }] of held) {
      if (this.#begun.has(key) || this.#saidAt.has(key)) continue;
      if (this.#saidAt.size >= BEGINNINGS_MAX || this.#begun.size >= CAUSES_MAX) break;
      const begun = { alert, device, problem, since: since ?? now };
      this.#begun.set(key, begun);
      this.#saidAt.set(key, monotonic);
      sayings.push({ ...begun, state: 'begin' });
    }
    return sayings;
  }

  /** The wall clock was set by so many milliseconds: causes keep their age. */
  shift(by: number): void {
    for (const [key, one] of this.#begun) this.#begun.set(key, { ...one, since: one.since + by });
  }
}

function keyOf({ alert, device }: { readonly alert: string; readonly device: string }): string {
  return `${alert} ${device}`;
}
