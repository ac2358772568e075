/** Drains the events that a broker has queued for us, as fast as it can, by one of four ways. */
import { z } from 'zod';
import { systemClock } from '../../src/domain/clock.ts';
import { Plausibility } from '../../src/domain/plausible.ts';
import { Ingest } from '../../src/intake/ingest.ts';
import { MqttSubscriber } from '../../src/intake/mqtt/subscriber.ts';
import { silent } from '../support/log.ts';
import { openOutbox, pilegateMapping } from './fixture.ts';
import { report, task } from './harness.ts';

const { url, clientId, mode, count, warm, path } = task(
  z.object({
    url: z.string(),
    clientId: z.string(),
    /** none: neither mapped nor stored; mapped: not stored; each: a commit per event; ours. */
    mode: z.enum(['none', 'mapped', 'each', 'ours']),
    count: z.number(),
    /** So many events come before the clock starts: a daemon that runs for years has its code compiled. */
    warm: z.number(),
    path: z.string(),
  }),
);

let done = 0;
let started = 0;
const finished = Promise.withResolvers<void>();
/** What an event came to is known. */
function taken(): void {
  done += 1;
  if (done === warm) started = performance.now();
  if (done === count) finished.resolve();
}

/** The config's defaults. */
const DEFAULT_BOUNDS = {
  ahead: 600_000,
  refuseAhead: 86_400_000,
  behind: 604_800_000,
  refuseBehind: 31_536_000_000,
};
const mapping = pilegateMapping();
const outbox = openOutbox(path);
const stored = new Ingest({
  mapping,
  store: outbox,
  plausible: new Plausibility(DEFAULT_BOUNDS, { buildDate: 0, isRight: () => true }),
  warnings: { raise: () => {} },
  noted: () => {},
  heard: () => {},
  say: () => '',
  storageFault: () => true,
  longestWaitMs: 0,
  ready: () => {},
  count: taken,
  sayOnce: () => {},
  log: silent,
  clock: systemClock,
});
const intake = new MqttSubscriber({
  settings: {
    url: [url],
    clientId,
    protocol: 5,
    tls: {},
    sessionExpiry: 3_600_000,
    receiveMaximum: mode === 'each' ? 1 : 1000,
    statusTopic: `bench/${clientId}`,
    reconnect: { min: 500, max: 10_000 },
    maxPacket: 2 * 1_048_576,
  },
  filters: ['piles/+/session/end'],
  memory: { read: () => [], write: async () => {} },
  receiver: {
    take: (message) => {
      if (mode !== 'none' && mode !== 'mapped') return stored.take(message);
      if (mode === 'mapped') mapping.map({ ...message, receivedAt: Date.now() });
      taken();
      return Promise.resolve();
    },
  },
  storage: () => Promise.resolve(),
  state: () => '{}',
  changed: () => {},
  reconnected: () => {},
  warnings: { raise: () => {}, clear: () => {} },
  log: silent,
  clock: systemClock,
  random: Math.random,
});
const cpu = process.cpuUsage();
intake.start();
await finished.promise;
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(cpu);
await intake.stop();
outbox.close();
report({ rate: (count - warm) / seconds, seconds, cpuUs: (used.user + used.system) / count });
process.exit(0);
