/** Posts a backlog as fast as it can: by delivery with its outbox, or by nothing but undici. */
import { openSync } from 'node:fs';
import { Pool } from 'undici';
import { z } from 'zod';
import { DeliveryWorker } from '../../src/delivery/worker.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { DOCUMENT_REPLY } from '../../src/gate/carpark/settings.ts';
import { sign } from '../../src/gate/carpark/sign.ts';
import { createGateClient } from '../../src/gate/client.ts';
import type { GateSettings } from '../../src/gate/settings.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { Metrics } from '../../src/ops/metrics.ts';
import { Sink } from '../../src/ops/sink.ts';
import { openOutbox, recordOf } from './fixture.ts';
import { report, task } from './harness.ts';

const { mode, url, key, concurrency, count, path, warm } = task(
  z.object({
    mode: z.enum(['floor', 'ours']),
    url: z.string(),
    key: z.string(),
    concurrency: z.number(),
    count: z.number(),
    path: z.string(),
    /** What goes before the clock starts, out of an outbox of its own: a daemon that runs for years has its code compiled. */
    warm: z.object({ path: z.string(), count: z.number() }),
  }),
);
const post = { floor: (_: string, posts: number) => floor(posts), ours }[mode];
await post(warm.path, warm.count);
const seconds = await post(path, count);
report({ rate: count / seconds });
process.exit(0);

/** undici, sign, POST, and the body read: nothing less would be a delivery. */
async function floor(count: number): Promise<number> {
  const pool = new Pool(new URL(url).origin, { connections: concurrency });
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        const record: Record<string, string> = { ...recordOf(next++) };
        record['sign'] = sign(record, key);
        const response = await pool.request({
          method: 'POST',
          path: '/chargePile/chargingRecord',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify(record),
        });
        // No reading of JSON by a schema here: it would lower the floor.
        const reply = await response.body.text();
        if (!reply.includes('"result":0')) throw new Error(`refused: ${reply}`);
      }
    }),
  );
  return (performance.now() - started) / 1000;
}

/** The product: outbox, delivery, gate client, log and metrics. */
async function ours(path: string, count: number): Promise<number> {
  const outbox = openOutbox(path);
  const settings: GateSettings = {
    dialect: 'carpark',
    baseUrl: url,
    service: 'chargePile/chargingRecord',
    timeout: 10_000,
    concurrency,
    emptyFields: 'send',
    signEmptyFields: false,
    moneyUnit: 'yuan',
    extraFields: {},
    reply: DOCUMENT_REPLY,
    proxy: 'off',
    tls: {},
    refusals: [],
  };
  const client = createGateClient(
    settings,
    { key },
    { version: 'bench', zone: new StationZone('Asia/Shanghai') },
  );
  const metrics = new Metrics(() => {
    throw new Error('nobody scrapes');
  });
  const { log } = createLogger({
    level: 'info',
    format: 'json',
    isTTY: false,
    destination: new Sink(openSync('/dev/null', 'w')),
  });
  const before = outbox.upkeep.counts().delivered;
  const done = Promise.withResolvers<void>();
  let left = count;
  const { portName, parkId, stationId, stationName } = recordOf(0);
  const delivery = new DeliveryWorker({
    settings: {
      order: 'newest-first',
      outage: { min: 1_000, max: 120_000, factor: 2 },
      refusal: { min: 60_000, max: 21_600_000, factor: 3, attempts: 8 },
      concurrency,
      attemptMs: 31_000,
    },
    store: {
      writable: () => outbox.usable,
      ready: (order, limit) => outbox.ready(order, limit),
      pending: (id) => outbox.pending(id),
      nextDeferred: () => outbox.nextDeferred(),
      promote: (limit) => outbox.promote(limit),
      settle: async (id, attempt, settlement, counted) => {
        const stood = await outbox.settle(id, attempt, settlement, counted);
        left -= 1;
        if (left === 0) done.resolve();
        return stood;
      },
      charge: (charge, counted) => outbox.charge(charge, counted),
    },
    send: (record) => client.send(record),
    identity: () => ({ portName, parkId, stationId, stationName }),
    gateChanged: () => {},
    observe: (kind, ms, endToGateMs) => metrics.attempt(kind, ms, endToGateMs),
    keyRemedy: '',
    log,
    clock: systemClock,
    random: Math.random,
  });
  const started = performance.now();
  delivery.start();
  await done.promise;
  const took = (performance.now() - started) / 1000;
  await delivery.stop();
  const delivered = outbox.upkeep.counts().delivered - before;
  if (delivered < count) throw new Error(`only ${delivered} of ${count} delivered`);
  outbox.close();
  return took;
}
