import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { makeEvents } from '../support/events.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { publishAll } from '../support/publish.ts';
import { tempDir } from '../support/tmp.ts';
import { type Line, measured, median } from './harness.ts';

const MODES = ['none', 'mapped', 'each', 'ours'] as const;
type Mode = (typeof MODES)[number];

/**
 * How fast queued events are taken in, against the same client that stores nothing and against a commit per event.
 * @param slowFsync the environment that slows every fsync to 5 ms, where it can be had
 */
export async function benchIntake(
  count: number,
  runs: number,
  slowFsync: Readonly<Record<string, string>> | undefined,
): Promise<Line[]> {
  const fast = await rates(count, runs, {}, MODES);
  const lines = tell('intake', fast, { none: 0.5, each: 3 });
  if (slowFsync === undefined) return lines;
  const slow = {
    ...(await rates(count, runs, slowFsync, ['ours'])),
    ...(await rates(500, 1, slowFsync, ['each'])),
  };
  return [...lines, ...tell('intake, every fsync 5 ms', slow, { each: 40 })];
}

async function rates(
  count: number,
  runs: number,
  env: Readonly<Record<string, string>>,
  modes: readonly Mode[],
): Promise<Partial<Record<Mode, number>>> {
  const found: Record<Mode, number[]> = { none: [], mapped: [], each: [], ours: [] };
  for (let run = 0; run < runs; run += 1) {
    const broker = await startMosquitto({ persistence: false, maxInflight: 1000 });
    for (const mode of modes) await queueFor(broker.url, mode);
    await publishAll(broker.url, makeEvents({ count, seed: run + 1 }));
    for (const mode of modes) {
      const { rate = Number.NaN } = await measured(
        './intake-child.ts',
        { url: broker.url, clientId: `bench-${mode}`, mode, count, path: join(tempDir(), 'outbox.db') },
        env,
      );
      found[mode].push(rate);
    }
    await broker.stop();
  }
  return Object.fromEntries(modes.map((mode) => [mode, median(found[mode])]));
}

/** Leaves a session at the broker that queues what comes. */
async function queueFor(url: string, mode: Mode): Promise<void> {
  const client = await connectAsync(url, {
    clientId: `bench-${mode}`,
    clean: false,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3600 },
  });
  await client.subscribeAsync('piles/+/session/end', { qos: 1 });
  await client.endAsync();
}

function tell(
  group: string,
  rate: Partial<Record<Mode, number>>,
  least: Partial<Record<Mode, number>>,
): Line[] {
  const names: Record<Mode, string> = {
    none: 'same client, nothing mapped or stored',
    mapped: 'same client, mapped, nothing stored',
    each: 'a commit per event',
    ours: 'ours',
  };
  const { ours = Number.NaN } = rate;
  return MODES.filter((mode) => rate[mode] !== undefined).flatMap((mode): Line[] => {
    const value = rate[mode] ?? Number.NaN;
    const line = { group, what: names[mode], value, unit: 'events/s' };
    if (mode === 'ours') return [line];
    const bound = least[mode];
    return [
      {
        ...line,
        ratio: {
          of: '(ours to this)',
          value: ours / value,
          ...(bound === undefined ? {} : { least: bound }),
        },
      },
    ];
  });
}
