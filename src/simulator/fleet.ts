import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';

/** A made-up fleet. */
export interface FleetPlan {
  readonly url: string;
  readonly boxes: number;
  /** How many boxes say something new each second. */
  readonly changes: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** All statuses are at the broker. */
  published(): void;
}

/** Publishes the retained statuses of made-up boxes on `pilegate/{station}/status`, and then changes of some of them. */
export async function simulateFleet({ url, boxes, changes, signal, published }: FleetPlan): Promise<void> {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  const counts = new Uint32Array(boxes);
  const say = async (n: number): Promise<void> => {
    const station = `SIM${String(n + 1).padStart(5, '0')}`;
    await client.publishAsync(`pilegate/${station}/status`, statusOf(n, station, counts[n] ?? 0), {
      qos: 1,
      retain: true,
    });
  };
  try {
    for (let n = 0; n < boxes; n += 100)
      await Promise.all(Array.from({ length: Math.min(100, boxes - n) }, (_, i) => say(n + i)));
    published();
    let next = 0;
    while (!signal.aborted) {
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
      for (let i = 0; i < changes && !signal.aborted; i += 1) {
        counts[next] = (counts[next] ?? 0) + 1;
        await say(next);
        next = (next + 1) % boxes;
      }
    }
  } finally {
    await client.endAsync(true);
  }
}

/** Each twentieth box is offline, each thirtieth has another config. */
function statusOf(n: number, station: string, pending: number): string {
  return JSON.stringify({
    version: '0.2.0',
    station,
    name: `示例站 ${n + 1}`,
    connected: n % 20 !== 19,
    level: 'green',
    records: { waiting: 0, pending, delivered: 1000 + n, parked: 0 },
    gate: { state: 'up', keyFingerprint: 'abcd' },
    quarantine: 0,
    storage: { state: 'ok' },
    config: { hash: n % 30 === 29 ? 'ffffffffffffffff' : '0123456789abcdef' },
    boot: { startedAt: '2026-11-29T08:00:00.000+08:00', clientId: `pilegate-${station}` },
    devices: { total: 10, silent: [] },
    warnings: [],
  });
}
