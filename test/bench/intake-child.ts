/** Drains the events that a broker has queued for us, as fast as it can, by one of four ways. */
import { z } from 'zod';
import { systemClock } from '../../src/domain/clock.ts';
import { Arrivals } from '../../src/intake/arrivals.ts';
import { Intake } from '../../src/intake/intake.ts';
import { openOutbox, pilegateMapping, silent } from './fixture.ts';
import { report, task } from './harness.ts';

const { url, clientId, mode, count, path } = task(
  z.object({
    url: z.string(),
    clientId: z.string(),
    /** none: neither mapped nor stored; mapped: not stored; each: a commit per event; ours. */
    mode: z.enum(['none', 'mapped', 'each', 'ours']),
    count: z.number(),
    path: z.string(),
  }),
);

const mapping = pilegateMapping();
const outbox = openOutbox(path);
const stored = new Arrivals({
  map: (event) => mapping.map(event),
  store: outbox,
  storageFault: () => true,
  longestWaitMs: 0,
  ready: () => {},
  count: () => {},
  sayOnce: () => {},
  log: silent,
  clock: systemClock,
});
let done = 0;
let first = 0;
const finished = Promise.withResolvers<void>();
const intake = new Intake({
  settings: {
    url,
    clientId,
    protocol: 5,
    tls: {},
    sessionExpiry: 3_600_000,
    receiveMaximum: mode === 'each' ? 1 : 1000,
    statusTopic: `bench/${clientId}`,
  },
  filters: ['piles/+/session/end'],
  memory: { read: () => [], write: async () => {} },
  take: async (message) => {
    first ||= performance.now();
    if (mode === 'mapped') mapping.map({ ...message, receivedAt: Date.now() });
    else if (mode !== 'none') await stored.take(message);
    done += 1;
    if (done === count) finished.resolve();
  },
  storage: () => Promise.resolve(),
  state: () => '{}',
  changed: () => {},
  log: silent,
  clock: systemClock,
  random: Math.random,
});
const cpu = process.cpuUsage();
intake.start();
await finished.promise;
const seconds = (performance.now() - first) / 1000;
const used = process.cpuUsage(cpu);
await intake.stop();
outbox.close();
report({ rate: count / seconds, seconds, cpuUs: (used.user + used.system) / count });
process.exit(0);
