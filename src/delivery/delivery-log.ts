import type { GateState, GateView, Pending, Settlement } from '../domain/delivery.ts';
import type { Log } from '../domain/log.ts';
import { type Outcome, refusalSubject, saysBusy } from '../domain/outcome.ts';
import type { Charged } from './poison-detector.ts';

/** An attempt that ended, for the log. */
export interface Told {
  readonly record: Pending;
  readonly outcome: Outcome;
  readonly settlement: Settlement;
  /** How long the post took, milliseconds. */
  readonly ms: number;
  /** From the event's arrival to now, milliseconds. */
  readonly sinceEventMs: number;
  /** Whether the settlement stood: a hand may have parked the record meanwhile. */
  readonly stood: boolean;
  readonly gate: GateState;
}

const PARKED = 'parked: a person must look at it (pilegate records show ORDER)';

/** Says how an attempt ended. During an outage the failures of single probes are detail: the outage is said once. */
export function tellAttempt(log: Log, told: Told): void {
  const { record, outcome, settlement, sinceEventMs, gate } = told;
  const { orderNo } = record;
  const { deviceId, plateNo } = record.record;
  const attempt = record.attempts + 1;
  const ms = Math.round(told.ms);
  if (outcome.kind === 'delivered') {
    const event = 'record.delivered';
    log.info({ event, orderNo, deviceId, plateNo, attempt, ms, sinceEventMs }, 'delivered');
    const { warning } = outcome;
    if (warning !== undefined)
      log.warn({ orderNo, deviceId, plateNo, warning }, 'delivered, though the gate words it oddly');
    return;
  }
  const { reason, status } = outcome;
  const seen = { orderNo, deviceId, plateNo, attempt, ms, reason, status };
  const level = gate === 'up' ? 'warn' : 'debug';
  if (settlement.state === 'parked' && told.stood) log.error({ event: 'record.parked', ...seen }, PARKED);
  else if (saysBusy(outcome))
    log[level](
      { event: 'record.unanswered', ...seen },
      'the gate takes no more at the moment: it gets fewer posts',
    );
  else if (outcome.kind === 'refused')
    log[level]({ event: 'record.refused', ...seen }, 'the gate refused the record');
  else if (outcome.kind === 'unanswered' || (outcome.kind === 'misconfigured' && outcome.sent))
    log[level]({ event: 'record.unanswered', ...seen }, 'no readable answer; it may have arrived');
  else log.debug(seen, 'the record could not be sent');
}

/** Says that a record is parked for failures which another one's success showed to be its own. */
export function tellCharged(log: Log, { record, why }: Charged): void {
  const { orderNo } = record;
  const { deviceId, plateNo } = record.record;
  log.error({ event: 'record.parked', orderNo, deviceId, plateNo, reason: why }, PARKED);
}

/**
 * Says that the gate's state changed.
 * @param lastedMs how long the trouble has lasted, milliseconds
 * @param keyRemedy what to do about a wrong key, in plain words
 */
export function tellGate(
  log: Log,
  before: GateState,
  now: Pick<GateView, 'state' | 'reason'>,
  lastedMs: number,
  keyRemedy: string,
): void {
  const { reason } = now;
  switch (now.state) {
    case 'up':
      log.info(
        { event: 'gate.up', after: before, lastedMs: Math.round(lastedMs) },
        'the gate takes records again',
      );
      return;
    case 'down':
      log.warn({ event: 'gate.down', reason }, 'the gate is away: probing until it is back');
      return;
    case 'held': {
      const remedy =
        refusalSubject(reason) === 'key'
          ? keyRemedy
          : 'mend gate.baseUrl, gate.parkId or gate.portName, or have the gate platform mended; pilegate doctor names the fault';
      log.error(
        { event: 'gate.held', reason, remedy },
        'the gate refuses for a fault of the set-up: all records are held',
      );
    }
  }
}
