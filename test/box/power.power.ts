import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import { afterAll, expect, it } from 'vitest';
import { startIndependentGate } from '../support/independent-gate.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { sessionEnd } from '../support/session.ts';
import { until } from '../support/wait.ts';
import { cacheDir, need } from './host.ts';
import { buildPackages } from './packages.ts';
import { KEY } from './station.ts';
import { bootMachine, HOST, makeDisk } from './vm.ts';

/** How often the power is cut. */
const CUTS = Number(process.env['PILEGATE_POWER_CUTS'] ?? 12);
/** Between two events, milliseconds: software emulation is some twenty times slower than a box. */
const PACE_MS = 100;
/** What a guest that is emulated may take for anything, milliseconds. */
const PATIENCE_MS = 600_000;
/** On a processor that slow the service's own patience is no measure. */
const SLOW = '[Service]\nTimeoutStartSec=600\nWatchdogSec=600\n';

const configOf = (mqttPort: number, gatePort: string) => `station: { id: S1, name: powerless }
gate: { baseUrl: "http://${HOST}:${gatePort}/parkpot-service/", portName: account, parkId: "3302122004" }
mqtt: { url: "mqtt://${HOST}:${mqttPort}" }
sources:
  - { name: session-end, topic: "piles/{deviceId}/session/end", profile: pilegate }
delivery: { outage: { max: 5s } }
`;

/** Writes without a flush, telling each line, and at the start how many lines an earlier cut has left. */
const canaryOf = (mqttPort: number) => `#!/bin/sh
file=/var/lib/canary; touch $file; lines=$(wc -l <$file)
{ echo kept $lines; while sleep 1; do echo line >>$file; lines=$((lines + 1)); echo written $lines; done; } |
  mosquitto_pub -h ${HOST} -p ${mqttPort} -q 1 -t canary -l
`;
const CANARY_UNIT = `[Unit]
After=network-online.target
Wants=network-online.target
[Service]
ExecStart=/usr/local/bin/canary
Restart=always
`;

const dir = mkdtempSync(join(cacheDir(), 'power-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it(`loses no acknowledged event to ${CUTS} power cuts of a machine whose disk loses what was not flushed`, async () => {
  await need({ mosquitto: 'mosquitto' });
  const { deb } = await buildPackages();
  const broker = await startMosquitto();
  const gate = await startIndependentGate(KEY);
  const files = [
    { path: 'etc/pilegate/config.yaml', text: configOf(broker.port, new URL(gate.url).port) },
    { path: 'etc/pilegate/gate.key', text: `${KEY}\n`, mode: 0o600 },
    { path: 'etc/systemd/system/pilegate.service.d/slow.conf', text: SLOW },
    { path: 'usr/local/bin/canary', text: canaryOf(broker.port), mode: 0o755 },
    { path: 'etc/systemd/system/canary.service', text: CANARY_UNIT },
  ];
  await makeDisk(dir, deb, files, ['pilegate.service', 'canary.service']);

  const acknowledged = () =>
    broker.log.filter((line) => line.includes('Received PUBACK from pilegate-S1')).length;

  const takenTimes = (order: string) =>
    gate.posts.get(order)?.filter(({ status }) => status === 200).length ?? 0;
  const taken = () => [...gate.posts.keys()].filter((order) => takenTimes(order) > 0).length;

  const pile = await mqtt.connectAsync(broker.url, { clientId: 'pile' });
  let written = 0;
  let kept: number | undefined;
  let unflushed = 0;
  await pile.subscribeAsync('canary', { qos: 1 });
  pile.on('message', (_, payload) => {
    const [what, lines] = payload.toString().split(' ');
    if (what === 'written') written = Number(lines);
    else kept = Number(lines);
  });

  const published: string[] = [];
  let open = true;
  const publish = async () => {
    for (let n = 1; open; n += 1) {
      const orderNo = `ORDER${n}`;
      await pile.publishAsync(`piles/D${n % 9}/session/end`, sessionEnd(orderNo), { qos: 1 });
      published.push(orderNo);
      await sleep(PACE_MS);
    }
  };
  // Before there is a subscription the broker has nobody to keep events for.
  const subscribed = () => broker.log.some((line) => line.includes('Received SUBSCRIBE from pilegate-S1'));
  let publishing: Promise<void> | undefined;

  for (let cut = 1; cut <= CUTS; cut += 1) {
    // In two of three rounds the gate is away, so that what is acknowledged is nowhere but on the disk.
    if (cut % 3 === 0) gate.answer(200);
    else gate.answer(503, 'away for a while');
    const [before, writtenBefore] = [acknowledged(), written];
    kept = undefined;
    const machine = await bootMachine(dir);
    const booted = performance.now();
    await until(subscribed, 'the subscription', PATIENCE_MS);
    publishing ??= publish();
    await until(() => kept !== undefined && acknowledged() > before, 'an acknowledgement', PATIENCE_MS).catch(
      (cause) => {
        throw new Error(`the guest: ${machine.console().slice(-4000)}`, { cause });
      },
    );
    const dropped = Math.max(writtenBefore - Number(kept), 0);
    if (dropped > 0) unflushed += 1;
    const upAfter = (performance.now() - booted) / 1000;
    await sleep(Math.random() * 10_000);
    await machine.cut();
    console.log(
      `cut ${cut}: up after ${upAfter.toFixed(1)} s; ${published.length} published, ${acknowledged()} acknowledged, ${taken()} taken by the gate; the cut before took ${dropped} lines that were not flushed`,
    );
  }

  open = false;
  await publishing;
  gate.answer(undefined);
  const early = taken();
  const machine = await bootMachine(dir);
  await until(
    () => acknowledged() >= published.length && published.every((order) => takenTimes(order) > 0),
    'every event at the gate',
    2 * PATIENCE_MS,
  ).catch(() => console.log(`not all is there; the guest: ${machine.console().slice(-4000)}`));
  await machine.cut();
  await pile.endAsync();

  const lost = published.filter((order) => takenTimes(order) === 0);
  console.log(
    `${CUTS} power cuts: ${published.length} events published, ${acknowledged()} acknowledged, ${early} taken by the gate before the last boot and ${taken()} after it, ${lost.length} lost, ${published.filter((order) => takenTimes(order) > 1).length} taken twice`,
  );
  expect(lost).toEqual([]);
  expect(gate.unsigned).toBe(0);
  // Else the disk would have kept everything by itself, and the test would show nothing.
  expect(unflushed).toBeGreaterThan(0);
});
