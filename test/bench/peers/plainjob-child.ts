/** plainjob as the outbox: its queue and workers as its README has them, in one process with the MQTT consumer. */
import Database from 'better-sqlite3';
import { z } from 'zod';
import { consume, consumerTask, poster } from './consumer.ts';
import { fromPeers } from './install.ts';

interface Queue {
  add(type: string, data: unknown): { id: number };
}
type Define = (options: object) => Queue;
type Worker = (
  type: string,
  run: (job: { data: string }) => Promise<void>,
  options: object,
) => { start(): Promise<void> };

const isFunction = (value: unknown) => typeof value === 'function';
const { better, defineQueue, defineWorker } = z
  .object({
    better: z.custom<(db: Database.Database) => object>(isFunction),
    defineQueue: z.custom<Define>(isFunction),
    defineWorker: z.custom<Worker>(isFunction),
  })
  .parse(await fromPeers('plainjob'));

const { url, gateUrl, path, concurrency } = consumerTask();
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
const queue = defineQueue({
  connection: better(new Database(path)),
  logger: quiet,
  // What was under way at a kill comes again after this; 30 minutes and 1 minute by default.
  timeout: 5_000,
  maintenanceInterval: 1_000,
});
const post = poster(gateUrl, concurrency);
// A worker does one job at a time.
for (let n = 0; n < concurrency; n += 1) {
  const run = async ({ data }: { data: string }): Promise<void> =>
    await post(z.string().parse(JSON.parse(data)));
  void defineWorker('event', run, { queue, logger: quiet, pollIntervall: 100 }).start();
}
await consume(url, (event) => queue.add('event', event));
