import type { Health } from '../outbox/reader/reader.ts';

/** Something that is wrong: red stops records on their way to the gate, yellow waits for a person or may become red. */
export type Fault =
  | { readonly level: 'red'; readonly kind: 'no-daemon'; readonly before: boolean }
  | { readonly level: 'red'; readonly kind: 'broker'; readonly since: number | undefined }
  | { readonly level: 'red'; readonly kind: 'down' | 'held'; readonly since: number; readonly reason: string }
  | { readonly level: 'yellow'; readonly kind: 'backlog'; readonly count: number; readonly ms: number }
  | { readonly level: 'yellow'; readonly kind: 'parked' | 'quarantine' | 'dropped'; readonly count: number };

/** A pending record older than this is worth a look even though the gate is up, milliseconds. */
const OLD_MS = 10 * 60_000;

/**
 * What is wrong, the worst first; nothing where all is well. Pure.
 * @param now the wall clock, epoch milliseconds
 */
export function faultsOf(health: Health, now: number): Fault[] {
  const { running, daemon, counts, dropped, oldestPending } = health;
  const faults: Fault[] = [];
  if (!running) faults.push({ level: 'red', kind: 'no-daemon', before: daemon !== undefined });
  if (running && daemon !== undefined && daemon.gate.state !== 'up')
    faults.push({
      level: 'red',
      kind: daemon.gate.state,
      since: daemon.gate.since,
      reason: daemon.gate.reason,
    });
  if (running && daemon?.mqtt.connected !== true)
    faults.push({ level: 'red', kind: 'broker', since: daemon?.mqtt.since });
  const ms = oldestPending === undefined ? 0 : now - oldestPending;
  if (faults.length === 0 && ms > OLD_MS)
    faults.push({ level: 'yellow', kind: 'backlog', count: counts.pending, ms });
  for (const [kind, count] of [
    ['parked', counts.parked],
    ['quarantine', counts.quarantine],
    ['dropped', dropped],
  ] as const)
    if (count > 0) faults.push({ level: 'yellow', kind, count });
  return faults;
}
