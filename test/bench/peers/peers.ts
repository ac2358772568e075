import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type PileSession, seeded } from '../../../src/simulator/piles-session.ts';
import { makeEvents } from '../../support/events.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { publishAll } from '../../support/publish.ts';
import { tempDir, writeConfig } from '../../support/tmp.ts';
import { type NotingGate, startNotingGate } from '../gate.ts';
import { type Line, median } from '../harness.ts';
import { compiled, type Entry, type Program, runDaemon, runProgram } from '../program.ts';
import { installPeers, VERSIONS } from './install.ts';
import { runNodeRed } from './node-red.ts';

/** How many events are under way to the gate at a time, where that can be said. */
const CONCURRENCY = 4;
/** Nothing came for so long: nothing will. Longer than what is under way takes to come again. */
const QUIET_MS = 9_000;

interface Way {
  readonly url: string;
  readonly gateUrl: string;
}
/** Somebody between broker and gate; started again in the same directory after a kill. */
type Start = (dir: string, way: Way) => Promise<Program>;

function queueOf(name: string): Start {
  const file = fileURLToPath(new URL(`./${name}-child.ts`, import.meta.url));
  return (dir, way) =>
    runProgram(
      [file, JSON.stringify({ ...way, path: join(dir, 'queue.db'), concurrency: CONCURRENCY })],
      'ready',
    );
}

function pilegate(entry: Entry): Start {
  return (dir, { url, gateUrl }) => runDaemon(writeConfig(dir, { broker: { url }, gateUrl }), { entry });
}

/**
 * Ours and its peers between the same broker and gate, with the same events: events a second, and what each loses when
 * it is killed in mid-stream.
 * @param counts events published as fast as the broker takes them, for a rate and for a kill
 * @param seeds one kill for each
 */
export async function benchPeers(
  counts: { rate: number; kill: number },
  runs: number,
  seeds: readonly number[],
): Promise<Line[]> {
  await installPeers();
  const parties: Readonly<Record<string, Start>> = {
    [`Node-RED ${VERSIONS['node-red']}, mqtt in and http request`]: runNodeRed,
    [`plainjob ${VERSIONS.plainjob} as the outbox`]: queueOf('plainjob'),
    [`liteque ${VERSIONS.liteque} as the outbox`]: queueOf('liteque'),
    ours: pilegate(await compiled()),
  };
  const lines: Line[] = [];
  for (const [what, start] of Object.entries(parties)) {
    process.stderr.write(`  ${what} …\n`);
    const rates: number[] = [];
    let missing = 0;
    for (let run = 0; run < runs; run += 1) {
      const found = await rateOf(start, counts.rate, run + 1);
      rates.push(found.rate);
      missing += found.missing;
    }
    const kill = { published: 0, lost: 0, twice: 0 };
    for (const seed of seeds) {
      const one = await killed(start, counts.kill, seed);
      kill.published += one.published;
      kill.lost += one.lost;
      kill.twice += one.twice;
    }
    const group = `broker to gate, ${counts.rate.toLocaleString('en')} events at once`;
    const told = missing === 0 ? what : `${what} (${missing} never came, without a kill)`;
    lines.push({ group, what: told, value: median(rates), unit: 'events/s', kill });
  }
  return lines;
}

/** Events a second, from the first publish to the last receipt, with a process that has run for a while. */
async function rateOf(start: Start, count: number, seed: number): Promise<{ rate: number; missing: number }> {
  const { broker, gate, way, stop } = await open();
  const program = await start(tempDir(), way);
  const before = await passing(broker.url, gate);
  const warm = makeEvents({ count: 1_000, seed: 900 + seed });
  await publishAll(broker.url, warm);
  await settled(gate, before + warm.length);
  const events = makeEvents({ count, seed });
  const started = performance.now();
  await publishAll(broker.url, events);
  await settled(gate, gate.came.size + missingOf(events, gate));
  await program.kill();
  await stop();
  const last = Math.max(...events.map(({ orderNo }) => gate.came.get(orderNo)?.[0] ?? 0));
  const missing = missingOf(events, gate);
  return { rate: (count - missing) / ((last - started) / 1000), missing };
}

/** Publishes, kills once a random share of the orders has come, starts again, and waits until nothing more comes. */
async function killed(start: Start, count: number, seed: number): Promise<NonNullable<Line['kill']>> {
  const { broker, gate, way, stop } = await open();
  const dir = tempDir();
  const program = await start(dir, way);
  const moment = (await passing(broker.url, gate)) + Math.floor(count * (0.1 + 0.8 * seeded(seed)()));
  const reached = settled(gate, moment);
  const events = makeEvents({ count, seed: 500 + seed });
  const published = publishAll(broker.url, events);
  await reached;
  await program.kill();
  await published;
  const again = await start(dir, way);
  // To the end of the quiet, also where all has come: some of it may come again.
  await settled(gate, Number.POSITIVE_INFINITY);
  await again.kill();
  await stop();
  const twice = events.filter(({ orderNo }) => (gate.came.get(orderNo)?.length ?? 0) > 1).length;
  return { published: count, lost: missingOf(events, gate), twice };
}

function missingOf(events: readonly PileSession[], gate: NotingGate): number {
  return events.filter(({ orderNo }) => !gate.came.has(orderNo)).length;
}

/** Publishes one order until it comes out at the other end: the way is open then. Gives how many orders came. */
async function passing(url: string, gate: NotingGate): Promise<number> {
  const [probe] = makeEvents({ count: 1, seed: 800 });
  const limit = performance.now() + 30_000;
  while (probe && !gate.came.has(probe.orderNo) && performance.now() < limit) {
    await publishAll(url, [probe]);
    await sleep(200);
  }
  return gate.came.size;
}

async function open() {
  const broker = await startMosquitto({ persistence: false, maxInflight: 1000 });
  const gate = await startNotingGate();
  const stop = async (): Promise<void> => {
    gate.stop();
    await broker.stop();
  };
  return { broker, gate, way: { url: broker.url, gateUrl: gate.url }, stop };
}

/** Waits until so many orders have come, or nothing for {@link QUIET_MS}. */
async function settled(gate: NotingGate, orders: number): Promise<void> {
  let last = performance.now();
  const enough = Promise.withResolvers<void>();
  gate.onPost = () => {
    last = performance.now();
    if (gate.came.size >= orders) enough.resolve();
  };
  if (gate.came.size >= orders) enough.resolve();
  const quiet = async (): Promise<void> => {
    while (performance.now() - last < QUIET_MS && gate.came.size < orders) await sleep(100);
  };
  await Promise.race([enough.promise, quiet()]);
}
