import { readFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { type Line, quantile } from './harness.ts';

/** Time from publish to the gate's receipt with nothing else going on, and what the daemon costs at rest. */
export async function benchLatency(count: number): Promise<Line[]> {
  const broker = await startMosquitto({ persistence: false });
  const gate = await startIndependentGate(TEST_KEY);
  const spawned = performance.now();
  const daemon = spawnDaemon({ config: writeConfig(tempDir(), { broker, gateUrl: gate.url }) });
  await daemon.ready();
  const startMs = performance.now() - spawned;
  const client = await connectAsync(broker.url);
  const times: number[] = [];
  for (const { topic, payload, orderNo } of makeEvents({ count, seed: 7 })) {
    const published = performance.now();
    client.publish(topic, payload, { qos: 1 });
    const [post] = await until(() => gate.posts.get(orderNo), 'the record at the gate');
    times.push((post?.at ?? Number.NaN) - published);
  }
  const rssMiB = residentKiB(daemon.pid) / 1024;
  await client.endAsync();
  await daemon.stop();
  await broker.stop();
  const group = 'the daemon at rest';
  return [
    { group, what: `publish to gate, median of ${count}`, value: quantile(times, 0.5), unit: 'ms' },
    { group, what: 'publish to gate, p99', value: quantile(times, 0.99), unit: 'ms' },
    { group, what: 'start to ready, process included', value: startMs, unit: 'ms' },
    { group, what: 'resident after these', value: rssMiB, unit: 'MiB' },
  ];
}

function residentKiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
