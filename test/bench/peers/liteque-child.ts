/** liteque as the outbox: its queue and runner as its README has them, in one process with the MQTT consumer. */
import { z } from 'zod';
import { consume, consumerTask, poster } from './consumer.ts';
import { fromPeers } from './install.ts';

interface Client {
  transaction: (work: (db: Client) => unknown) => unknown;
}
interface Queue {
  enqueue(event: string, options: { idempotencyKey: string }): Promise<unknown>;
}
type MakeQueue = new (name: string, db: Client, options: object) => Queue;
type MakeRunner = new (queue: Queue, functions: object, options: object) => { run(): Promise<void> };

const isFunction = (value: unknown) => typeof value === 'function';
const { buildDBClient, SqliteQueue, Runner } = z
  .object({
    buildDBClient: z.custom<(path: string, options: object) => Client>(isFunction),
    SqliteQueue: z.custom<MakeQueue>(isFunction),
    Runner: z.custom<MakeRunner>(isFunction),
  })
  .parse(await fromPeers('liteque'));

const { url, gateUrl, path, concurrency } = consumerTask();
const db = buildDBClient(path, { runMigrations: true });
// It takes jobs in an asynchronous transaction, which this better-sqlite3 refuses, and which older ones ended before
// the first statement that changes anything: without one it does what it did there.
db.transaction = (work) => work(db);
const queue = new SqliteQueue('events', db, { defaultJobArgs: { numRetries: 10 }, keepFailedJobs: true });
const post = poster(gateUrl, concurrency);
const runner = new Runner(
  queue,
  { run: ({ data }: { data: string }) => post(data) },
  // What was under way at a kill comes again after `timeoutSecs`; 60 s and 1 s in its README.
  { concurrency, pollIntervalMs: 100, timeoutSecs: 5, validator: z.string() },
);
void runner.run();
const order = z.object({ orderNo: z.string() });
await consume(url, (event) =>
  queue.enqueue(event, { idempotencyKey: order.parse(JSON.parse(event)).orderNo }),
);
