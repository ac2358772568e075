import type { Observation } from '../domain/health.ts';
import type { Reason } from '../domain/reason.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { readLiveState } from '../ops/live-state.ts';
import type { Health } from '../outbox/reader/reader.ts';

/**
 * An installation as seen from outside: what the outbox file says, and what a daemon on it last said of itself, wherever
 * it said that last.
 * @param path the outbox file
 */
export function observe(path: string, health: Health, env: NodeJS.ProcessEnv): Observation {
  const { running, daemon, ...outbox } = health;
  return { running, outbox, daemon: newest(daemon, readLiveState(path, env['RUNTIME_DIRECTORY'])) };
}

/** The same where the file cannot be read; undefined where no daemon has said anything either. */
export function observeUnreadable(
  path: string,
  reason: Reason,
  isRunning: () => boolean,
  env: NodeJS.ProcessEnv,
): Observation | undefined {
  const daemon = readLiveState(path, env['RUNTIME_DIRECTORY']);
  if (daemon === undefined) return undefined;
  return { running: isRunning(), daemon, outbox: undefined, unreadable: reason };
}

function newest(one: Snapshot | undefined, other: Snapshot | undefined): Snapshot | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.at >= one.at ? other : one;
}
