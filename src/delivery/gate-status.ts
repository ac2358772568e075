import type { Clock } from '../domain/clock.ts';
import type { GateState, GateView } from '../domain/delivery.ts';
import type { Log } from '../domain/log.ts';
import type { Reason } from '../domain/reason.ts';
import { tellGate } from './delivery-log.ts';

/** Different things told of one trouble, at most: reasons may hold what changes with every answer. */
const TOLD = 20;

/** What the watch needs from around it. */
export interface GateStatusDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly keyRemedy: string;
  gateChanged(view: GateView): void;
}

/** Tells the world how the gate is: an outage once when it begins and once, with its length, when it is over. */
export class GateStatus {
  readonly #deps: GateStatusDeps;
  #state: GateState = 'up';
  #reason: Reason | undefined;
  /** Since when this state lasts, and since when all is not well; monotonic, milliseconds. */
  #since: number;
  #troubleSince: number;
  /** What was told of this trouble. */
  #told = new Set<string>();

  constructor(deps: GateStatusDeps) {
    this.#deps = deps;
    this.#since = deps.clock.monotonic();
    this.#troubleSince = this.#since;
  }

  /** Goes on where another watch ended. */
  follow(before: GateStatus): void {
    this.#state = before.#state;
    this.#reason = before.#reason;
    this.#since = before.#since;
    this.#troubleSince = before.#troubleSince;
    this.#told = before.#told;
  }

  /** The gate as it was last seen; `since` by the wall clock as it is now, whatever it was set to meanwhile. */
  get view(): GateView {
    const { clock } = this.#deps;
    const since = Math.round(clock.now() - (clock.monotonic() - this.#since));
    return { state: this.#state, since, reason: this.#reason };
  }

  /** The gate was looked at. @param reason why it is down or held */
  look(state: GateState, reason: Reason | undefined): void {
    const before = this.#state;
    const sameHold = state !== 'held' || isSame(reason, this.#reason);
    this.#reason = reason;
    if (state === before && sameHold) return;
    const now = this.#deps.clock.monotonic();
    if (before === 'up') this.#troubleSince = now;
    if (state !== before) this.#since = now;
    this.#state = state;
    this.#tell(before, now - this.#troubleSince);
    this.#deps.gateChanged(this.view);
  }

  #tell(before: GateState, lastedMs: number): void {
    const { log, keyRemedy } = this.#deps;
    const what = this.#state === 'held' ? `held: ${JSON.stringify(this.#reason)}` : this.#state;
    if (this.#state === 'up') this.#told.clear();
    else if (this.#told.has(what) || this.#told.size >= TOLD) return;
    else this.#told.add(what);
    tellGate(log, before, { state: this.#state, reason: this.#reason }, lastedMs, keyRemedy);
  }
}

function isSame(one: Reason | undefined, other: Reason | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
