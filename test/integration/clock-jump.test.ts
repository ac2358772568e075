import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { cleanUp } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import { faketimeEnv, faketimeLibrary, setFakeClock } from '../support/faketime.ts';
import { publishAll } from '../support/publish.ts';
import { tempDir } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

const library = faketimeLibrary();
const YEAR = 365 * 86_400;

it.runIf(library).each([
  ['ahead by fifty years', 50 * YEAR],
  ['back by thirty years', -30 * YEAR],
])("a daemon's clock that jumps %s and comes back leaves no wrong time at any record", async (_, seconds) => {
  const clock = join(tempDir(), 'clock');
  setFakeClock(clock, 0);
  const before = Date.now();
  const { broker, daemon, rows } = await startStation({ env: faketimeEnv(library ?? '', clock) });
  const deliver = async (seed: number) => {
    const known = rows("SELECT n FROM counts WHERE name = 'delivered'")[0]?.['n'];
    await publishAll(broker.url, makeEvents({ count: 20, seed }));
    await until(
      () => rows("SELECT n FROM counts WHERE name = 'delivered'")[0]?.['n'] === Number(known) + 20,
      'all to be delivered',
    );
  };
  const jump = async (offset: number) => {
    const from = daemon.lines.length;
    setFakeClock(clock, offset);
    await daemon.log('clock.jumped', { from });
  };
  await deliver(1);
  await jump(seconds);
  await deliver(2);
  await jump(0);
  await deliver(3);
  expect(await daemon.stop()).toBe(0);
  const stamps = rows(
    'SELECT min(received_at) AS arrived, max(received_at) AS last, min(settled_at) AS settled, max(settled_at) AS end, count(*) AS n FROM records',
  )[0];
  expect(stamps?.['n']).toBe(60);
  // The fake clock is read to the second.
  for (const at of [stamps?.['arrived'], stamps?.['last'], stamps?.['settled'], stamps?.['end']]) {
    expect(Number(at)).toBeGreaterThanOrEqual(before - 2_000);
    expect(Number(at)).toBeLessThanOrEqual(Date.now() + 2_000);
  }
});
