import { gateAccount } from '../../config/gate-secrets.ts';
import type { LoadedConfig } from '../../config/loaded.ts';
import { BACKLOG_MS, type ProblemCode, problemsOf } from '../../domain/health.ts';
import { refusalSubject } from '../../domain/outcome.ts';
import { reason } from '../../domain/reason.ts';
import type { ConfigReading } from './config.ts';
import type { OutboxFacts, Read } from './outbox.ts';
import { combined, found, problemVerdict, type Verdict } from './verdict.ts';

/** So long without an event is a finding, milliseconds. */
const QUIET_MS = 24 * 3_600_000;

/** An older version stored none. */
const NO_REASON = reason('prose', { text: '' });

/** What no other check looks at by itself. */
const SAID: ReadonlySet<ProblemCode> = new Set(['broker-down', 'gate-down', 'attempt-stuck']);

/** Whether the daemon runs, and what it says of itself. @param installed this program's version */
export function daemonVerdict({ running, read }: OutboxFacts, installed: string): Verdict {
  if (running === undefined) return found('yellow', 'daemon.unknown', {});
  if (!running) return found('red', 'no-daemon', {});
  const daemon = read?.health.daemon;
  if (daemon === undefined) return found('green', 'daemon.running-unseen', {});
  const { mqtt, pid, version } = daemon;
  // Its last word may be old: whether it is confirmed is for `status` to say.
  const problems = problemsOf({ running, daemon, outbox: undefined }, daemon.at);
  const faults = problems.filter(({ code }) => SAID.has(code)).map(problemVerdict);
  if (version !== installed) faults.push(found('yellow', 'daemon.version', { running: version, installed }));
  if (faults.length > 0) return combined(faults);
  return found('green', 'daemon.running', { version, pid, since: mqtt.since });
}

/** When the last event came. @param listen the command that listens to the piles */
export function eventsVerdict({ newestEvent }: Read, listen: string, now: number): Verdict {
  if (newestEvent === undefined) return found('yellow', 'events.none', { listen });
  const ms = Math.max(0, now - newestEvent);
  if (ms <= QUIET_MS) return found('green', 'events.recent', { ms, at: newestEvent });
  return found('yellow', 'events.quiet', { ms, at: newestEvent, listen });
}

/** Who the config says we are, for words; never the key itself. */
export interface Identity {
  /** The keys and values by which the gate knows us. */
  readonly account: string;
  /** Where the key is read from. */
  readonly keyOrigin: string;
}

/** Who a config says we are. */
export function identityIn(
  { secrets: { gate: keys }, service }: ConfigReading,
  { config: { gate } }: LoadedConfig,
): Identity {
  return {
    account: gateAccount(gate),
    keyOrigin: keys?.origin || service.find(({ name }) => name.startsWith('gate.'))?.line || 'gate.keyFile',
  };
}

/** Whether the gate refuses all records: by what the daemon says, or said last, and by the attempts on record. */
export function refusalsVerdict({ health, refusals }: Read, identity: Identity): Verdict {
  const gate = health.daemon?.gate;
  const held = gate?.state === 'held' ? { at: gate.since, reason: gate.reason } : undefined;
  // A daemon that holds nothing knows better than single attempts.
  const refused = held ?? (health.running ? undefined : refusals[0]);
  if (refused === undefined) return found('green', 'refusals.none', {});
  const { account, keyOrigin } = identity;
  const why = { since: refused.at, reason: refused.reason ?? NO_REASON };
  switch (refusalSubject(refused.reason)) {
    case 'key':
      return found('red', 'refusals.key', { ...why, keyOrigin });
    case 'park':
      return found('red', 'refusals.park', { ...why, account });
    default:
      return found('red', 'refusals.all', why);
  }
}

/** Records that should be gone by now. */
export function backlogVerdict({ health }: Read, now: number): Verdict {
  const { counts, oldestPending } = health;
  const count = counts.pending;
  const ms = oldestPending === undefined ? 0 : now - oldestPending;
  if (ms <= BACKLOG_MS) return found('green', 'backlog.none', { count });
  return found('yellow', 'backlog', { count, ms });
}

/** Records that wait for a person. */
export function parkedVerdict({ health }: Read): Verdict {
  const count = health.counts.parked;
  return count === 0 ? found('green', 'parked.none', {}) : found('yellow', 'parked', { count });
}

/** Events that wait for a person, or had to go for want of room. */
export function quarantineVerdict({ health }: Read): Verdict {
  const open = health.counts.quarantine;
  const faults: Verdict[] = [];
  if (open > 0) faults.push(found('yellow', 'quarantine', { count: open }));
  if (health.dropped > 0) faults.push(found('yellow', 'dropped', { count: health.dropped }));
  return faults.length === 0 ? found('green', 'quarantine.none', {}) : combined(faults);
}
