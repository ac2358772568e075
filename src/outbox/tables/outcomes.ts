import type { Charge, Counted, Settlement } from '../../domain/delivery.ts';
import type { Attempt } from '../../domain/outcome.ts';
import { type Reason, reason, storedReason } from '../../domain/reason.ts';
import { publicRecord } from '../../domain/record.ts';
import type { Db } from '../database.ts';
import { HISTORY_FIRST, HISTORY_MOST } from './records.ts';

const LATE = storedReason(reason('operator.corrected-late', {}));

/** How posts end: the statements that write it, prepared once. */
export class Settling {
  readonly #delivered;
  readonly #retryLater;
  readonly #parked;
  readonly #tried;
  readonly #charge;
  readonly #chargeLast;

  constructor(db: Db) {
    // A first attempt replaces the empty list; later ones go at its end, and the middle makes room.
    const history = `CASE WHEN history = '[]' THEN '[' || @attempt || ']'
      WHEN json_array_length(history) >= ${HISTORY_MOST} THEN json_insert(json_remove(history, '$[${HISTORY_FIRST}]'), '$[#]', json(@attempt))
      ELSE json_insert(history, '$[#]', json(@attempt)) END`;
    // A person may have corrected the record since the attempt read it.
    const same = "(@corrections = 'any' OR coalesce(corrections, '') = @corrections)";
    const tried = `attempts = attempts + @sent, last_outcome = @outcome, last_error = @error, history = ${history}`;
    // `OR FAIL` as in `Records.add`: nothing can fail half-way in one row.
    // A clock that says 1970 must not make a record look settled long ago, and soon forgotten.
    const settled = 'next_at = NULL, settled_at = max(@at, received_at)';
    this.#delivered = db.prepare(
      `UPDATE OR FAIL records SET state = 'delivered', ${settled}, record = coalesce(@record, record), ${tried.replace('@error', `iif(${same}, @error, @late)`)}
       WHERE id = @id AND (state = 'pending' OR state = 'parked')`,
    );
    const counted = `WHERE id = @id AND state = 'pending' AND ${same} AND refusals = coalesce(@countedRefusals, refusals) AND strikes = coalesce(@countedStrikes, strikes)`;
    this.#retryLater = db.prepare(
      `UPDATE OR FAIL records SET next_at = @nextAt, refusals = @refusals, strikes = @strikes, ${tried} ${counted}`,
    );
    this.#parked = db.prepare(
      `UPDATE OR FAIL records SET state = 'parked', ${settled}, refusals = refusals + 1, ${tried} ${counted}`,
    );
    this.#tried = db.prepare(`UPDATE OR FAIL records SET ${tried} ${counted}`);
    this.#charge = db.prepare(
      `UPDATE records SET strikes = @strikes, refusals = @refusals, next_at = @nextAt ${counted}`,
    );
    this.#chargeLast = db.prepare(
      `UPDATE records SET state = 'parked', ${settled}, strikes = @strikes, refusals = @refusals ${counted}`,
    );
  }

  /**
   * Writes how an attempt ended. The gate's success stands whatever a hand did meanwhile; anything else only on a
   * pending record. False where it did not stand.
   * @param counted where a hand has begun to count anew since, the record stays as the hand left it, and only the
   *   attempt is written; a refusal for good parks it all the same
   */
  settle(id: number, attempt: Attempt, settlement: Settlement, counted?: Counted): boolean {
    const { outcome } = attempt;
    const at = attempt.at + Math.round(attempt.ms);
    const tried = {
      id,
      attempt: JSON.stringify(attempt),
      sent: wasSent(attempt) ? 1 : 0,
      outcome: outcome.kind,
    };
    if (settlement.state === 'delivered') {
      const record = settlement.sent === undefined ? null : JSON.stringify(publicRecord(settlement.sent));
      const odd = outcome.kind === 'delivered' ? outcome.warning : outcome.reason;
      const error = odd === undefined ? null : storedReason(odd);
      const late = LATE;
      return (
        this.#delivered.run({ ...tried, corrections: correctionsOf(counted), late, error, at, record })
          .changes > 0
      );
    }
    const isFinal = outcome.kind === 'refused' && outcome.means === 'final';
    const moved = {
      ...tried,
      ...before(isFinal ? undefined : counted),
      corrections: correctionsOf(counted),
    };
    const stood = this.#moved(moved, settlement, outcome.reason, at);
    if (!stood) this.#tried.run({ ...tried, ...before(undefined), error: storedReason(outcome.reason) });
    return stood;
  }

  #moved(
    tried: object,
    settlement: Exclude<Settlement, { state: 'delivered' }>,
    reason: Reason,
    at: number,
  ): boolean {
    if (settlement.state === 'parked')
      return this.#parked.run({ ...tried, error: storedReason(settlement.why), at }).changes > 0;
    const { nextAt = null, refusals, strikes } = settlement;
    return (
      this.#retryLater.run({ ...tried, error: storedReason(reason), nextAt, refusals, strikes }).changes > 0
    );
  }

  /** Charges a pending record with failures that were its own, without an attempt. False where it did not stand, as in `settle`. */
  charge({ id, strikes, refusals, nextAt, parked }: Charge, now: number, counted?: Counted): boolean {
    const charged = { id, strikes, refusals, ...before(counted) };
    const { changes } = parked
      ? this.#chargeLast.run({ ...charged, at: now })
      : this.#charge.run({ ...charged, nextAt: nextAt ?? null });
    return changes > 0;
  }
}

/** The counts that a record must still have; none where that does not matter. */
function before(counted: Counted | undefined) {
  return {
    countedRefusals: counted?.refusals ?? null,
    countedStrikes: counted?.strikes ?? null,
    corrections: correctionsOf(counted),
  };
}

/** The corrections that a record must still have; `any` where that does not matter. */
function correctionsOf(counted: Counted | undefined): string {
  return counted?.corrections === undefined ? 'any' : (counted.corrections ?? '');
}

/** Whether the request left us: `attempts` counts every post. */
function wasSent({ outcome }: Attempt): boolean {
  return outcome.kind === 'misconfigured' ? outcome.sent : outcome.kind !== 'unreachable';
}
