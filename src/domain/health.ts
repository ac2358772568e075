/**
 * The one judge of what is wrong: `status`, `doctor`, the page, `/readyz`, the status topic and the alert rules show
 * what it says, by the same codes and thresholds.
 */
import { type Reason, type ReasonParam, readReason, reason } from './reason.ts';
import { CONFIRMED_MS, type OutboxFacts, type Snapshot } from './snapshot.ts';
import { isWarningCode, WARNINGS, type Warning, type WarningCode } from './warnings.ts';

/** Red: records do not reach the gate. Yellow: something waits for a person or may become red. */
export type Level = 'red' | 'yellow' | 'green';

/** The parameters of each problem that is not a warning. Times are epoch milliseconds. */
export interface ProblemParams {
  /** No daemon holds the outbox. `before`: whether one ever did. */
  readonly 'no-daemon': { readonly before: boolean };
  /** A daemon holds the outbox but has not confirmed its state for {@link CONFIRMED_MS}; `since`: its last word. */
  readonly 'daemon-silent': { readonly since: number | undefined };
  readonly 'broker-down': { readonly since: number | undefined };
  readonly 'gate-down': { readonly since: number; readonly reason: Reason };
  readonly 'gate-held': { readonly since: number; readonly reason: Reason };
  /** Attempts that did not end by `gate.timeout` + 1 s, and still have not. */
  readonly 'attempt-stuck': { readonly count: number };
  /** The outbox cannot be read from here. */
  readonly 'outbox-unreadable': { readonly reason: Reason };
  /** `count` pending, the oldest for `ms` milliseconds. */
  readonly backlog: { readonly count: number; readonly ms: number };
  readonly parked: { readonly count: number };
  readonly quarantine: { readonly count: number };
  readonly dropped: { readonly count: number };
}

/** A problem's code: one of its own, or a warning's. */
export type ProblemCode = keyof ProblemParams | WarningCode;

/** Something that is wrong. */
export interface Problem {
  readonly level: 'red' | 'yellow';
  readonly code: ProblemCode;
  readonly params: Readonly<Record<string, ReasonParam>>;
}

/** What can be seen of an installation, from inside or outside. */
export interface Observation {
  /** Whether a process holds the outbox. */
  readonly running: boolean;
  /** What a daemon last said of itself; where none runs, the one before. */
  readonly daemon: Snapshot | undefined;
  /** What the file says now; the daemon's own word where the file cannot be read. */
  readonly outbox: OutboxFacts | undefined;
  /** Why the file could not be read. */
  readonly unreadable?: Reason;
}

/** A pending record older than this is a problem even though the gate is up, milliseconds (10 min). */
export const BACKLOG_MS = 10 * 60_000;

/** A state that an older version stored without its reason. */
const NO_REASON = reason('prose', { text: '' });

/** Whether a live daemon confirmed its state a moment ago. @param now the wall clock, epoch milliseconds */
export function isConfirmed({ running, daemon }: Observation, now: number): boolean {
  return running && daemon !== undefined && Math.abs(now - daemon.at) <= CONFIRMED_MS;
}

/**
 * What is wrong, the worst first; nothing where all is well. Pure.
 * @param now the wall clock, epoch milliseconds
 */
export function problemsOf(seen: Observation, now: number): Problem[] {
  const { running, daemon } = seen;
  const outbox = seen.outbox ?? daemon;
  const found: Problem[] = [];
  const add = <C extends keyof ProblemParams>(level: Problem['level'], code: C, params: ProblemParams[C]) =>
    found.push({ level, code, params: { ...params } });
  const warn = ({ code, params }: Pick<Warning, 'code' | 'params'>) =>
    found.push({ level: WARNINGS[code].level, code, params });

  if (!running) add('red', 'no-daemon', { before: daemon !== undefined });
  else if (!isConfirmed(seen, now)) add('red', 'daemon-silent', { since: daemon?.at });
  if (running && daemon !== undefined) {
    const { storage, gate, mqtt, stuckAttempts } = daemon;
    if (storage.state === 'failed')
      warn({ code: 'storage-failed', params: { reason: readReason(storage.reason) } });
    if (gate.state !== 'up')
      add('red', `gate-${gate.state}`, { since: gate.since, reason: gate.reason ?? NO_REASON });
    if (!mqtt.connected) add('red', 'broker-down', { since: mqtt.since });
    if (stuckAttempts > 0) add('red', 'attempt-stuck', { count: stuckAttempts });
  }
  if (seen.unreadable !== undefined) add('red', 'outbox-unreadable', { reason: seen.unreadable });
  for (const warning of daemon?.warnings ?? [])
    if (warning.code !== 'storage-failed' && warning.code !== 'gate-untried') warn(warning);
  if (outbox !== undefined) {
    const { counts, oldestPending, lastDelivery, dropped } = outbox;
    const ms = oldestPending === undefined ? 0 : now - oldestPending;
    // In an outage a backlog is no news.
    if (ms > BACKLOG_MS && !found.some(({ level }) => level === 'red'))
      add('yellow', 'backlog', { count: counts.pending, ms });
    if (counts.parked > 0) add('yellow', 'parked', { count: counts.parked });
    if (counts.quarantine > 0) add('yellow', 'quarantine', { count: counts.quarantine });
    if (dropped > 0) add('yellow', 'dropped', { count: dropped });
    if (counts.delivered === 0 && lastDelivery === undefined) warn({ code: 'gate-untried', params: {} });
  }
  return found.sort((a, b) => Number(b.level === 'red') - Number(a.level === 'red'));
}

/** The worst of the levels; green where there is no problem. */
export function levelOf(problems: readonly Problem[]): Level {
  if (problems.some(({ level }) => level === 'red')) return 'red';
  return problems.length > 0 ? 'yellow' : 'green';
}

/** The problems that are warnings, as `status --json` and the status topic list them. */
export function warningsAmong(problems: readonly Problem[]): (Problem & { readonly code: WarningCode })[] {
  return problems.filter((problem): problem is Problem & { readonly code: WarningCode } =>
    isWarningCode(problem.code),
  );
}

/** Whether delivery and intake do their work, for `/readyz`: red problems but those of the gate's own. */
export function unreadyOf(problems: readonly Problem[]): Problem[] {
  return problems.filter(
    ({ level, code }) => level === 'red' && code !== 'gate-down' && code !== 'gate-held',
  );
}
