import { isHeldUnanswered, refusalSubject } from '../domain/outcome.ts';
import type { SeenAttempt } from '../outbox/reader/rows.ts';
import { eventRemedy } from './event-remedy.ts';
import type { GateTrouble, Standing } from './order-status.ts';
import type { Voice } from './voice.ts';

/**
 * Why an order is where it is and what to do, in one or two sentences.
 * @param orderNo as the commands take it
 */
export function tellStanding(standing: Standing, orderNo: string, voice: Voice): string {
  const { local, told } = voice;
  const { orders } = voice.texts;
  const retry = `pilegate records retry ${orderNo}`;
  switch (standing.kind) {
    case 'due':
      if (standing.gate !== undefined) return orders.dueBut(gateText(standing.gate, voice));
      return standing.last === undefined ? orders.due : orders.dueAgain(lastText(standing.last, voice));
    case 'deferred': {
      const idle = standing.running ? '' : orders.idle;
      const again = orders.again(local(standing.at), standing.limit, idle, retry);
      const last = lastText(standing.last, voice);
      return standing.last?.outcome === 'refused'
        ? orders.deferredRefused(standing.refusals, last, again)
        : orders.deferredOther(last, again);
    }
    case 'waiting': {
      const { fields, needs, until } = standing;
      const what = fields.join(orders.comma) || orders.waitingFor;
      return orders.waiting(
        what + (needs.length === 0 ? '' : orders.needs(needs)),
        until === undefined ? '' : orders.until(local(until)),
        standing.running ? '' : orders.idle,
        `${retry} --set ${fields[0] ?? 'plateNo'}=${orders.value}`,
      );
    }
    case 'delivered':
      return standing.odd === undefined
        ? orders.delivered(local(standing.at), standing.posts)
        : orders.deliveredOdd(local(standing.at), standing.posts, told(standing.odd));
    case 'parked':
      return parkedText(standing, retry, voice);
    case 'parked-by-hand':
      return orders.parkedByPerson(local(standing.at), standing.why, standing.waited, retry);
    case 'quarantined': {
      const { field, reason } = standing.event;
      return orders.quarantined(field, told(reason), eventRemedy(standing.event, voice));
    }
    case 'pruned':
      return orders.pruned(local(standing.at), local(standing.knownUntil));
  }
}

function parkedText(
  { at, why, last, refusals, exhausted }: Extract<Standing, { kind: 'parked' }>,
  retry: string,
  voice: Voice,
): string {
  const { orders } = voice.texts;
  const since = voice.local(at);
  if (last?.outcome === 'refused') {
    const advice = orders.advice[adviceFor(last)];
    return orders.parkedRefused(refusals, exhausted, lastText(last, voice), since, advice, retry);
  }
  if (isHeldUnanswered(why)) return orders.parkedHeld(voice.told(why), since, retry);
  if (last?.outcome === 'unanswered') return orders.parkedUnanswered(voice.told(why), since, retry);
  return orders.parkedOther(since, voice.told(why), retry);
}

function gateText(trouble: GateTrouble, { texts, local, told }: Voice): string {
  if (trouble.kind === 'no-daemon') return texts.orders.gate['no-daemon']();
  return texts.orders.gate[trouble.kind]({ since: local(trouble.since), reason: told(trouble.reason ?? '') });
}

/** What was said, or seen, last; a refusal in the gate's own words. */
function lastText(last: SeenAttempt | undefined, { texts, told }: Voice): string {
  if (last === undefined) return texts.orders.unknownReason;
  if (last.outcome === 'refused' && last.result !== undefined)
    return `result ${last.result}${last.description ? `: ${last.description.replace(/\s+/g, ' ').trim()}` : ''}`;
  return told(last.reason);
}

type Advice = keyof Voice['texts']['orders']['advice'];

function adviceFor(last: SeenAttempt): Advice {
  return refusalSubject(last.reason) ?? 'other';
}
