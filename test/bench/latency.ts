import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import type { PileSession } from '../../src/simulator/piles-session.ts';
import { seeded } from '../../src/simulator/piles-session.ts';
import { makeEvents } from '../support/events.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';
import { type NotingGate, startNotingGate } from './gate.ts';
import { type Line, quantile } from './harness.ts';
import { compiled, type Entry, type Program, runDaemon, runProgram } from './program.ts';

const PARTIES = ['bridge', 'ours'] as const;
type Party = (typeof PARTIES)[number];
const NAMES: Readonly<Record<Party, string>> = { bridge: 'a bare bridge', ours: 'ours' };
/** How many events come a second under load. */
const LOAD = 200;

/**
 * Time from publish to the gate's receipt, one event at a time and with 200 events a second, against a bare bridge
 * between the same broker and gate.
 * @param counts how many events go before, and how many are timed in each run, at rest and under load
 */
export async function benchLatency(
  counts: { warm: number; rest: number; load: number },
  runs: number,
): Promise<Line[]> {
  const entry = await compiled();
  const broker = await startMosquitto({ persistence: false });
  const gate = await startNotingGate();
  const client = await connectAsync(broker.url);
  const found: Record<'rest' | 'load', Record<Party, number[]>> = {
    rest: { bridge: [], ours: [] },
    load: { bridge: [], ours: [] },
  };
  for (let run = 0; run < runs; run += 1) {
    for (const [index, party] of PARTIES.entries()) {
      const program = await start(party, entry, broker.url, gate.url);
      const seed = 100 + run * 10 + index * 3;
      const rest = (count: number, at: number) => timedAtRest(client, gate, makeEvents({ count, seed: at }));
      // What a process does for the first time takes longer, with either.
      await timedUnderLoad(client, gate, makeEvents({ count: counts.warm, seed }));
      found.rest[party].push(...(await rest(counts.rest, seed + 1)));
      const events = makeEvents({ count: counts.load, seed: seed + 2 });
      found.load[party].push(...(await timedUnderLoad(client, gate, events)));
      await program.stop();
    }
  }
  await client.endAsync();
  await broker.stop();
  gate.stop();
  return [
    ...tell('publish to gate, at rest', found.rest),
    ...tell(`publish to gate, ${LOAD} events/s`, found.load),
  ];
}

function start(party: Party, entry: Entry, url: string, gateUrl: string): Promise<Program> {
  if (party === 'ours') return runDaemon(writeConfig(tempDir(), { broker: { url }, gateUrl }), { entry });
  const bridge = fileURLToPath(new URL('./bridge-child.ts', import.meta.url));
  return runProgram([bridge, JSON.stringify({ url, gateUrl, path: join(tempDir(), 'lines') })], 'ready');
}

/** Each event once the one before has been at the gate for a while; milliseconds. */
async function timedAtRest(client: MqttClient, gate: NotingGate, events: PileSession[]): Promise<number[]> {
  const times: number[] = [];
  for (const { topic, payload, orderNo } of events) {
    const published = performance.now();
    client.publish(topic, payload, { qos: 1 });
    times.push((await gate.receipt(orderNo)) - published);
    await sleep(10);
  }
  return times;
}

/** Events at random moments, so many a second on average; milliseconds. */
async function timedUnderLoad(
  client: MqttClient,
  gate: NotingGate,
  events: PileSession[],
): Promise<number[]> {
  const random = seeded(1);
  const times: Promise<number>[] = [];
  let due = performance.now();
  for (const { topic, payload, orderNo } of events) {
    due += (-Math.log(1 - random()) * 1000) / LOAD;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const published = performance.now();
    client.publish(topic, payload, { qos: 1 });
    times.push(gate.receipt(orderNo).then((at) => at - published));
  }
  return await Promise.all(times);
}

function tell(group: string, found: Readonly<Record<Party, readonly number[]>>): Line[] {
  return [0.5, 0.99, 1].flatMap((q) =>
    PARTIES.map((party): Line => {
      const word =
        q === 0.5 ? `median of ${found[party].length.toLocaleString('en')}` : q === 1 ? 'max' : 'p99';
      const value = quantile(found[party], q);
      const line = { group, what: `${NAMES[party]}, ${word}`, value, unit: 'ms' };
      if (party === 'bridge') return line;
      const ratio = { of: 'of the bridge', value: value / quantile(found.bridge, q) };
      return { ...line, ratio: q === 0.5 ? { ...ratio, most: 2 } : ratio };
    }),
  );
}
