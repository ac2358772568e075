import type { Log } from '../domain/log.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reason.ts';
import type { WarningSink } from '../domain/warnings.ts';

/** What the watch needs from around it. */
export interface ReplyWatchDeps {
  /** `gate.timeout`, milliseconds. */
  readonly timeoutMs: number;
  readonly warnings: WarningSink;
  readonly log: Log;
  /** Milliseconds that nobody sets. */
  readonly monotonic: () => number;
}

/** So many attempts in a row make a habit of the gate. */
const HABIT = 3;
/** A success that took more than this share of the time-out is slow. */
const SLOW = 0.7;
/** Said again after so long, milliseconds. */
const AGAIN_MS = 3_600_000;

/**
 * Sees by its replies what is wrong with a gate that answers: none can be read (an error, once an hour: no time will
 * mend that), they have another platform's form, or they come so late that the time-out is near.
 */
export class ReplyWatch {
  readonly #deps: ReplyWatchDeps;
  #unreadable = 0;
  #slow = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(deps: ReplyWatchDeps) {
    this.#deps = deps;
  }

  /** An attempt has ended. @param ms how long it took */
  see(outcome: Outcome, ms: number): void {
    this.#seeForm(outcome.reason, outcome.kind);
    this.#seePace(outcome, ms);
  }

  #seeForm(reason: Reason, kind: Outcome['kind']): void {
    const { log, warnings, monotonic } = this.#deps;
    if (kind === 'delivered' || kind === 'refused') {
      this.#unreadable = 0;
      this.#saidAt = Number.NEGATIVE_INFINITY;
      warnings.clear('gate-other-form');
      return;
    }
    if (!isUnreadable(reason)) return;
    this.#unreadable += 1;
    const { shape, names } = reason.params;
    if (shape === 'other-form') warnings.raise('gate-other-form', { detail: String(names ?? '') });
    if (this.#unreadable < HABIT || monotonic() - this.#saidAt < AGAIN_MS) return;
    this.#saidAt = monotonic();
    log.error(
      { event: 'gate.down', reason },
      'the gate answers, but no reply of it can be read, so nothing counts as delivered: compare gate.baseUrl, gate.dialect and gate.reply with the gate platform',
    );
  }

  #seePace({ kind }: Outcome, ms: number): void {
    const { timeoutMs, warnings } = this.#deps;
    if (kind !== 'delivered' && kind !== 'refused') return;
    if (ms <= timeoutMs * SLOW) {
      this.#slow = 0;
      warnings.clear('gate-slow');
      return;
    }
    this.#slow += 1;
    if (this.#slow >= HABIT)
      warnings.raise('gate-slow', { seconds: Math.round(ms / 100) / 10, timeout: timeoutMs / 1_000 });
  }
}

/** Whether something came that says nothing, by a gate that seems to be well. */
function isUnreadable({ code, params }: Reason): boolean {
  switch (code) {
    case 'gate.not-http':
    case 'gate.defect':
    case 'gate.reading-hangs':
      return true;
    case 'gate.no-result':
      return Number(params['status']) < 300;
    case 'gate.no-answer': {
      const { cause } = params;
      return typeof cause === 'object' && 'code' in cause && cause.code === 'gate.not-http';
    }
    default:
      return false;
  }
}
