import type { Grant } from '../../intake/mqtt/broker-probe.ts';
import type { BrokerTry } from './broker.ts';
import { combined, found, type Verdict } from './verdict.ts';

/** Which subscriptions are tried. */
export interface WantedTopics {
  /** Undefined where the rules are wrong. */
  readonly filters: readonly string[] | undefined;
  readonly shareGroup: string | undefined;
}

/** What a try says about the subscriptions. */
export function topicsVerdict({ probe }: BrokerTry, { filters, shareGroup }: WantedTopics): Verdict {
  if (filters === undefined) return found('yellow', 'subscriptions.rules-wrong', {});
  if (probe?.kind !== 'connected')
    return probe?.kind === 'silent' && probe.after === 'subscribe'
      ? found('red', 'subscriptions.unanswered', {})
      : found('yellow', 'subscriptions.no-login', {});
  const faults = probe.grants.flatMap((grant) => grantFaults(grant));
  if (shareGroup !== undefined && !probe.shares) faults.push(found('red', 'subscriptions.no-sharing', {}));
  if (faults.length > 0) return combined(faults);
  return found('green', 'subscriptions.granted', {
    filters: probe.grants.map(({ filter }) => filter).join(', '),
  });
}

function grantFaults({ filter, code }: Grant): Verdict[] {
  if (code === 1 || code === 2) return [];
  if (code === 0) return [found('red', 'subscriptions.qos0', { filter })];
  return [found('red', 'subscriptions.refused', { filter, code })];
}
