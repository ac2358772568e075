import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { makeEvents } from '../support/events.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { publishAll } from '../support/publish.ts';
import { tempDir } from '../support/tmp.ts';
import { type Line, measured, median } from './harness.ts';

/** A commit per event is so much slower that a twentieth of the events will do. */
const EACH = 20;
/** The most events that come before the clock starts, in every mode alike. */
const WARM = 20_000;

/** In the order in which they run: those that are compared most closely one after the other. */
const MODES = ['none', 'ours', 'mapped', 'each'] as const;
/** In the order in which they are told. */
const TOLD: readonly Mode[] = ['none', 'mapped', 'each', 'ours'];
type Mode = (typeof MODES)[number];
/** Events a second, a figure for each run. */
type Rates = Partial<Record<Mode, readonly number[]>>;

/**
 * How fast queued events are taken in, against the same client that stores nothing and against a commit per event.
 * @param slowFsync the environment that slows every fsync to 5 ms, where it can be had
 */
export async function benchIntake(
  count: number,
  runs: number,
  slowRuns: number,
  slowFsync: Readonly<Record<string, string>> | undefined,
): Promise<Line[]> {
  const fast = await rates(count, runs, {}, MODES);
  const lines = tell('intake', fast, { none: 0.5, each: 3 });
  if (slowFsync === undefined) return lines;
  const slow = await rates(Math.ceil(count / 2), slowRuns, slowFsync, ['ours', 'each'], 300);
  return [...lines, ...tell('intake, every fsync 5 ms', slow, { each: 40 })];
}

async function rates(
  count: number,
  runs: number,
  env: Readonly<Record<string, string>>,
  modes: readonly Mode[],
  each = Math.ceil(count / EACH),
): Promise<Rates> {
  const found: Partial<Record<Mode, number[]>> = {};
  for (let run = 0; run < runs; run += 1) {
    const broker = await startMosquitto({ persistence: false, maxInflight: 1000 });
    for (const mode of modes) await queueFor(broker.url, mode);
    await publishAll(broker.url, makeEvents({ count, seed: run + 1 }));
    for (const mode of modes) {
      const taken = mode === 'each' ? each : count;
      const warm = Math.min(Math.ceil(taken / 3), WARM);
      const { rate = Number.NaN } = await measured(
        './intake-child.ts',
        {
          url: broker.url,
          clientId: `bench-${mode}`,
          mode,
          count: taken,
          warm,
          path: join(tempDir(), 'outbox.db'),
        },
        env,
      );
      found[mode] = [...(found[mode] ?? []), rate];
    }
    await broker.stop();
  }
  return found;
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

function tell(group: string, rates: Rates, least: Partial<Record<Mode, number>>): Line[] {
  const names: Record<Mode, string> = {
    none: 'same client, nothing mapped or stored',
    mapped: 'same client, mapped, nothing stored',
    each: 'a commit per event',
    ours: 'ours',
  };
  const { ours = [] } = rates;
  return TOLD.flatMap((mode): Line[] => {
    const found = rates[mode];
    if (found === undefined) return [];
    const line = { group, what: names[mode], value: median(found), unit: 'events/s' };
    if (mode === 'ours') return [line];
    const bound = least[mode];
    // Of each run by itself: what a busy machine does to one run it does to both sides.
    const value = median(ours.map((rate, run) => rate / (found[run] ?? Number.NaN)));
    return [
      { ...line, ratio: { of: '(ours to this)', value, ...(bound === undefined ? {} : { least: bound }) } },
    ];
  });
}
