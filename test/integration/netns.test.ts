import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Plant } from '../delivery/virtual-gate.ts';
import { KEY } from '../gate/servers.ts';
import { atEnd, owned } from '../support/cleanup.ts';
import { tempDir } from '../support/tmp.ts';

const HOST = '10.213.7.1';
const GATE = '10.213.7.2';
const TIMEOUT_MS = 1_000;
/** Names of this run alone; a link's name has 15 characters at most. */
const NAMESPACE = `pilegate-${process.pid}`;
const NEAR = `pg${process.pid}a`;
const FAR = `pg${process.pid}b`;

it('waits out a pulled link: one probe at a time, nothing lost, nothing twice without need', async (test) => {
  const hindrance = makeLink();
  if (hindrance !== undefined)
    test.skip(`no network namespaces here (run as root, with iproute2): ${hindrance}`);
  const gate = await spawnGate();
  const plant = new Plant(gate.url, { gate: { timeout: TIMEOUT_MS } });
  plant.delivery.start();
  const orders = await plant.events(50);
  await plant.delivered(50);

  orders.push(...(await plant.events(400)));
  await plant.delivered(100);
  // At the far end: packets find no taker, and none leaves by another way.
  ip('-n', NAMESPACE, 'link', 'set', FAR, 'down');
  await plant.waitFor(() => plant.delivery.gate.state === 'down', 'the outage is noticed');
  const until = performance.now() + 3 * TIMEOUT_MS;
  while (performance.now() < until) {
    expect(plant.delivery.underWay).toBeLessThanOrEqual(1);
    orders.push(...(await plant.events(1)));
    await sleep(50);
  }
  expect(plant.outbox.upkeep.counts()).toMatchObject({ parked: 0 });
  expect(plant.outbox.upkeep.counts().pending).toBeGreaterThan(10);

  ip('-n', NAMESPACE, 'link', 'set', FAR, 'up');
  await plant.delivered(orders.length);
  const said = plant.lines.map(({ event }) => event).filter((event) => event?.startsWith('gate.'));
  expect(said).toEqual(['gate.down', 'gate.up']);
  const seen = await gate.seen();
  expect(new Set(seen.records.map(({ orderNo }) => orderNo))).toEqual(new Set(orders));
  const unanswered = orders.flatMap((order) => plant.outcomes(order)).filter((kind) => kind === 'unanswered');
  expect(seen.repeats).toBeLessThanOrEqual(unanswered.length);
  for (const order of orders) expect(plant.story(order)).toMatchObject({ state: 'delivered', refusals: 0 });
});

/** A namespace and a link into it, gone when the test file ends; or why there can be none. */
function makeLink(): string | undefined {
  try {
    ip('netns', 'add', NAMESPACE);
    atEnd(() => ip('netns', 'delete', NAMESPACE));
    ip('link', 'add', NEAR, 'type', 'veth', 'peer', 'name', FAR, 'netns', NAMESPACE);
    ip('address', 'add', `${HOST}/30`, 'dev', NEAR);
    ip('link', 'set', NEAR, 'up');
    ip('-n', NAMESPACE, 'address', 'add', `${GATE}/30`, 'dev', FAR);
    ip('-n', NAMESPACE, 'link', 'set', FAR, 'up');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
  }
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

const seenSchema = z.object({ repeats: z.number(), records: z.array(z.object({ orderNo: z.string() })) });

/** The simulated gate in the namespace, and what it has seen. */
async function spawnGate(): Promise<{ url: string; seen(): Promise<z.infer<typeof seenSchema>> }> {
  const keyFile = join(tempDir(), 'gate.key');
  writeFileSync(keyFile, KEY);
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const command = [process.execPath, main, 'simulate', 'gate', '--host', GATE, '--port', '0', '--json'];
  const child = owned(
    spawn('ip', ['netns', 'exec', NAMESPACE, ...command, '--key-file', keyFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const lines = createInterface({ input: child.stdout });
  const [first] = await once(lines, 'line');
  const { listening } = z.object({ listening: z.string() }).parse(JSON.parse(String(first)));
  return {
    url: listening,
    seen: async () => seenSchema.parse(await (await fetch(`${listening}records`)).json()),
  };
}
