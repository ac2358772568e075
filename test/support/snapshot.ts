import type { Snapshot } from '../../src/domain/snapshot.ts';

/** What a healthy daemon says of itself at an instant (epoch milliseconds). */
export function makeSnapshot(now: number, over: Partial<Snapshot> = {}): Snapshot {
  const since = now - 60 * 60_000;
  return {
    at: now,
    version: '1.0.0',
    station: '3302120001',
    pid: 77,
    boot: { startedAt: since, clientId: 'pilegate-3302120001' },
    config: { hash: '0123456789abcdef' },
    mqtt: { connected: true, since },
    gate: { state: 'up', since, reason: undefined, keyFingerprint: 'ab12' },
    storage: { state: 'ok', since, reason: '' },
    devices: { total: 2, silent: [] },
    counts: { waiting: 1, pending: 2, delivered: 300, parked: 0, quarantine: 0 },
    dropped: 0,
    oldestPending: now - 60_000,
    lastDelivery: now - 5_000,
    warnings: [],
    stuckAttempts: 0,
    ...over,
  };
}
