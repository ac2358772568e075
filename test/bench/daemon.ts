import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { makeEvents } from '../support/events.ts';
import { type Broker, startMosquitto } from '../support/mosquitto.ts';
import { freePort } from '../support/port.ts';
import { canShim, makeShim, type Shim } from '../support/shim.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { fillOutbox } from './fill.ts';
import { startNotingGate } from './gate.ts';
import { atMost, type Line, median, quantile } from './harness.ts';
import { compiled, type Entry, runDaemon, SOURCES } from './program.ts';

/** How much of each is done. */
export interface DaemonCounts {
  /** How many pending records a long backlog has. */
  readonly backlog: number;
  readonly starts: number;
  /** How long it is left alone, seconds. */
  readonly restSeconds: number;
  /** Fresh events while the backlog is delivered. */
  readonly fresh: number;
  /** Records one at a time, and at once, whose writes are counted. */
  readonly written: { readonly rest: number; readonly burst: number };
}

/** What the whole daemon costs: to start, to rest, to write, and to have a long backlog. */
export async function benchDaemon(counts: DaemonCounts): Promise<Line[]> {
  // Nobody listens there: what is pending stays pending.
  const away = `http://127.0.0.1:${await freePort()}/`;
  const [empty, full] = [tempDir(), tempDir()];
  fillOutbox(join(full, 'outbox.db'), counts.backlog);
  // Only now: what it says is read by this process, which filling holds up.
  const broker = await startMosquitto({ persistence: false, maxInflight: 1000 });
  // Each with a name of its own at the broker: they rest at the same time.
  const configs = [empty, full].map((dir, index) =>
    writeConfig(dir, { broker, gateUrl: away, overrides: { mqtt: { clientId: `bench-${index}` } } }),
  );
  const [emptyConfig = '', fullConfig = ''] = configs;
  const pending = `${counts.backlog.toLocaleString('en')} pending`;
  const entry = await compiled();
  const rest = { entry, seconds: counts.restSeconds };
  return [
    ...(await starts(entry, emptyConfig, fullConfig, pending, counts.starts)),
    ...(
      await Promise.all([
        atRest('nothing pending', emptyConfig, { ...rest, mostMiB: 100 }),
        atRest(`${pending}, gate away`, fullConfig, { ...rest, mostMiB: 150 }),
      ])
    ).flat(),
    ...(await written(entry, broker, counts.written)),
    ...(await fresh(entry, broker, full, pending, counts.fresh)),
  ];
}

async function starts(
  entry: Entry,
  empty: string,
  full: string,
  pending: string,
  times: number,
): Promise<Line[]> {
  const ways = [
    { what: 'from its sources, nothing pending', config: empty, entry: SOURCES },
    { what: 'compiled, nothing pending', config: empty, entry },
    { what: `compiled, ${pending}`, config: full, entry },
  ];
  const lines: Line[] = [];
  for (const { what, config, ...how } of ways) {
    const found: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const daemon = await runDaemon(config, how);
      found.push(daemon.readyMs);
      await daemon.stop();
    }
    const value = median(found);
    const group = 'start of the process to subscribed';
    const line = { group, what, value, unit: 'ms' };
    // What is promised is what is installed, and that is compiled.
    lines.push(how.entry === SOURCES ? line : { ...line, ratio: atMost(value, 1000, 'ms') });
  }
  return lines;
}

async function atRest(
  what: string,
  config: string,
  given: { entry: Entry; seconds: number; mostMiB: number },
): Promise<Line[]> {
  const { entry, seconds, mostMiB } = given;
  const group = 'at rest';
  const shim = canShim() ? makeShim({ only: 'outbox.db' }) : undefined;
  const daemon = await runDaemon(config, { entry, env: shim?.env ?? {} });
  // What follows a start is no rest yet: node tidies its memory some ten seconds after.
  await sleep(12_000);
  const [before, cpu, started] = [shim?.counts(), daemon.cpuMs(), performance.now()];
  await sleep(seconds * 1000);
  const used = ((daemon.cpuMs() - cpu) / (performance.now() - started)) * 100;
  const resident = daemon.resident();
  const after = shim?.counts();
  await daemon.stop();
  const bytes = (after?.bytes ?? 0) - (before?.bytes ?? 0);
  return [
    {
      group,
      what: `resident, ${what}`,
      value: resident,
      unit: 'MiB',
      ratio: atMost(resident, mostMiB, 'MiB'),
    },
    {
      group,
      what: `processor over ${seconds} s, ${what}`,
      value: used,
      unit: '% of a core',
      ratio: atMost(used, 0.5, '%'),
    },
    ...(shim ? [{ group, what: `written in ${seconds} s, ${what}`, value: bytes, unit: 'bytes' }] : []),
  ];
}

/** What a record costs the disk, from its arrival to its delivery, checkpoints and all. */
async function written(entry: Entry, broker: Broker, counts: DaemonCounts['written']): Promise<Line[]> {
  if (!canShim()) return [];
  const gate = await startNotingGate();
  const shim = makeShim({ only: 'outbox.db' });
  const config = writeConfig(tempDir(), {
    broker,
    gateUrl: gate.url,
    overrides: { gate: { concurrency: 16 } },
  });
  const daemon = await runDaemon(config, { entry, env: shim.env });
  const client = await connectAsync(broker.url);
  const send = (seed: number, count: number, one: boolean) => async (): Promise<void> => {
    const sent: Promise<unknown>[] = [];
    for (const { topic, payload, orderNo } of makeEvents({ count, seed })) {
      client.publish(topic, payload, { qos: 1 });
      if (one) await gate.receipt(orderNo).then(() => sleep(10));
      else sent.push(gate.receipt(orderNo));
    }
    await Promise.all(sent);
    await quiet(shim);
  };
  await send(21, 1_000, false)();
  const rest = await costOf(shim, send(22, counts.rest, true));
  const burst = await costOf(shim, send(23, counts.burst, false));
  await client.endAsync();
  await daemon.stop();
  gate.stop();
  const tell = (what: string, cost: { syncs: number; bytes: number }, count: number): Line[] => {
    const group = 'written for a record, arrival and outcome';
    const perRecord = cost.bytes / count / 1024;
    return [
      { group, what: `${what}: fsyncs`, value: cost.syncs / count, unit: 'a record' },
      { group, what: `${what}: bytes`, value: perRecord, unit: 'KiB a record' },
    ];
  };
  return [
    ...tell('one at a time', rest, counts.rest),
    ...tell(`${counts.burst.toLocaleString('en')} at once`, burst, counts.burst),
  ];
}

async function costOf(shim: Shim, work: () => Promise<void>): Promise<{ syncs: number; bytes: number }> {
  const before = shim.counts();
  await work();
  const after = shim.counts();
  return { syncs: after.syncs - before.syncs, bytes: after.bytes - before.bytes };
}

/** Resolves when nothing was written for a second: the outcomes of the last posts are on disk then. */
async function quiet(shim: Shim): Promise<void> {
  for (let before = -1; before !== shim.counts().bytes; await sleep(1_000)) before = shim.counts().bytes;
}

/** How long a fresh event waits while a long backlog goes to a gate that takes its time. */
async function fresh(
  entry: Entry,
  broker: Broker,
  dir: string,
  pending: string,
  count: number,
): Promise<Line[]> {
  const gate = await startNotingGate(5);
  const daemon = await runDaemon(writeConfig(dir, { broker, gateUrl: gate.url }), { entry });
  await until(() => gate.came.size > 1_000, 'the backlog to flow');
  const client = await connectAsync(broker.url);
  const times: number[] = [];
  for (const { topic, payload, orderNo } of makeEvents({ count, seed: 31, endAt: Date.now() })) {
    const published = performance.now();
    client.publish(topic, payload, { qos: 1 });
    times.push((await gate.receipt(orderNo)) - published);
    await sleep(20);
  }
  const resident = daemon.resident();
  await client.endAsync();
  await daemon.stop();
  await broker.stop();
  gate.stop();
  const group = `a fresh event, ${pending} before it, the gate takes 5 ms`;
  const p99 = quantile(times, 0.99);
  return [
    { group, what: `publish to gate, median of ${count}`, value: median(times), unit: 'ms' },
    { group, what: 'publish to gate, p99', value: p99, unit: 'ms', ratio: atMost(p99, 100, 'ms') },
    { group, what: 'publish to gate, max', value: quantile(times, 1), unit: 'ms' },
    { group, what: 'resident meanwhile', value: resident, unit: 'MiB', ratio: atMost(resident, 150, 'MiB') },
  ];
}
