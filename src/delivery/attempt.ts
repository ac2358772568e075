import type { Pending, Settlement } from '../domain/delivery.ts';
import type { Outcome } from '../domain/outcome.ts';
import { reason } from '../domain/reason.ts';
import { type ChargingRecord, STATION_FIELDS, withIdentity } from '../domain/record.ts';
import type { AttemptGuard } from './attempt-guard.ts';
import type { DeliveryDeps } from './ports.ts';

/** A post that has ended. */
export interface Tried {
  readonly outcome: Outcome;
  /** The record as it was sent: station fields follow today's config. */
  readonly sent: ChargingRecord;
  /** When it began: epoch milliseconds, and monotonic ones. */
  readonly at: number;
  readonly began: number;
  /** How long it took, milliseconds. */
  readonly ms: number;
  /** From the event's arrival to the answer, milliseconds. */
  readonly sinceEventMs: number;
}

/**
 * Posts a record once. Whatever is thrown is an outcome too, and so is an attempt that the guard gives up: a defect must
 * neither lose the record nor stop the others.
 */
export async function attempt(
  deps: Pick<DeliveryDeps, 'clock' | 'log' | 'observe' | 'identity' | 'send' | 'settings'>,
  record: Pending,
  guard: Pick<AttemptGuard, 'watch'>,
): Promise<Tried> {
  const { clock, log, observe } = deps;
  const { orderNo } = record;
  const sent = withIdentity(record.record, record.ruled, deps.identity());
  const [at, began] = [clock.now(), clock.monotonic()];
  let outcome: Outcome;
  try {
    outcome = await guard.watch(deps.send(sent), () => {
      const seconds = deps.settings.attemptMs / 1000;
      log.error(
        { event: 'attempt.stuck', orderNo, seconds },
        'an attempt did not end in time: the record is tried again; please report this defect of pilegate',
      );
      return { kind: 'unanswered', reason: reason('gate.attempt-stuck', { seconds }) };
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error({ err: error, orderNo }, 'a defect of pilegate: the record could not be posted');
    outcome = { kind: 'unanswered', reason: reason('gate.defect', { error: why }) };
  }
  const ms = clock.monotonic() - began;
  const sinceEventMs = Math.max(0, clock.now() - record.receivedAt);
  observe(outcome.kind, ms, outcome.kind === 'delivered' ? sinceEventMs : undefined);
  return { outcome, sent, at, began, ms, sinceEventMs };
}

/** Where the config has changed since the record was made, the store is told what was sent. */
export function withSent(settlement: Settlement, { record }: Pending, sent: ChargingRecord): Settlement {
  if (settlement.state !== 'delivered') return settlement;
  const changed = STATION_FIELDS.some((field) => sent[field] !== record[field]);
  return changed ? { state: 'delivered', sent } : settlement;
}
