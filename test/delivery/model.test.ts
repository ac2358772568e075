import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { FATES, type Fate, WEATHERS, type Weather, WORLD_SETTINGS, World } from './model-state.ts';

afterEach(() => {
  vi.useRealTimers();
});

const pass = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));

/** A step of the world; its name is what a counterexample shows. */
class Step implements fc.AsyncCommand<object, World> {
  readonly #name: string;
  readonly #take: (world: World) => void | Promise<void>;

  constructor(name: string, take: (world: World) => void | Promise<void>) {
    this.#name = name;
    this.#take = take;
  }

  check(): boolean {
    return true;
  }

  async run(_: object, world: World): Promise<void> {
    await this.#take(world);
    await pass(0);
    world.check();
    expect(world.broken.join('; ')).toBe('');
  }

  toString(): string {
    return this.#name;
  }
}

const YEARS = 50 * 365 * 86_400_000;

const steps = [
  fc
    .tuple(fc.constantFrom<Fate>('good', 'good', 'good', ...FATES), fc.constantFrom(0, 1_000, 3_600_000))
    .map(([fate, ago]) => new Step(`event(${fate}, ${ago} ms ago)`, (world) => world.event(fate, ago))),
  fc.integer({ min: 5, max: 12 }).map(
    (count) =>
      new Step(`${count} events`, (world) => {
        for (let n = 0; n < count; n += 1) world.event('good', n * 1_000);
      }),
  ),
  fc
    .constantFrom<Weather>('fair', 'fair', 'fair', ...WEATHERS)
    .map((weather) => new Step(`gate: ${weather}`, (world) => world.become(weather))),
  fc.constantFrom(0, 20, 900).map((ms) => new Step(`latency ${ms}`, (world) => world.slow(ms))),
  fc
    .constantFrom(10, 100, 1_000, 1_000, 10_000, 60_000, 3_600_000)
    .map((ms) => new Step(`${ms} ms pass`, () => pass(ms))),
  fc.constant(new Step('crash', (world) => world.crash())),
  fc.constant(new Step('reload', (world) => world.reload(pass))),
  fc.constant(new Step('the set-up may be mended', (world) => world.mended())),
  fc.tuple(fc.constantFrom(YEARS, -YEARS, 60_000, -60_000), fc.constantFrom(0, 450)).map(
    ([by, noticed]) =>
      new Step(`the clock jumps by ${by}, seen after ${noticed} ms`, async (world) => {
        world.jump(by);
        await pass(noticed);
        world.jumpSeen(by);
      }),
  ),
  fc
    .boolean()
    .map((works) => new Step(`storage ${works ? 'works' : 'fails'}`, (world) => world.storage(works))),
  fc.tuple(fc.nat(), fc.boolean()).map(
    ([pick, park]) =>
      new Step(`${park ? 'park' : 'retry'} the one at ${pick}`, (world) => {
        const rows = [...world.store.rows.values()];
        const row = rows[pick % Math.max(1, rows.length)];
        if (row !== undefined) park ? world.park(row) : world.retry(row);
      }),
  ),
];

it('keeps its promises through events, answers, crashes, clock jumps, hands and failing storage', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
      vi.useFakeTimers({ now: Date.parse('2026-11-24T09:00:00+08:00') });
      const world = new World();
      await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
      await settleDown(world);
      vi.useRealTimers();
    }),
    { numRuns: Number(process.env['PILEGATE_MODEL_RUNS'] ?? 150) },
  );
}, 120_000);

/** Once all is well, everything reaches the gate within its longest backoff; what was parked stays where it is. */
async function settleDown(world: World): Promise<void> {
  world.storage(true);
  world.become('fair');
  world.slow(5);
  for (const order of world.fates.keys()) world.fates.set(order, 'good');
  await pass(WORLD_SETTINGS.refusal.max + WORLD_SETTINGS.outage.max + 10_000);
  world.check();
  expect(world.broken.join('; ')).toBe('');
  const rows = [...world.store.rows.values()];
  expect(rows).toHaveLength(world.fates.size);
  expect(rows.filter(({ state }) => state === 'pending')).toEqual([]);
  for (const { orderNo, state } of rows) if (state === 'delivered') expect(world.accepted).toContain(orderNo);
  expect(world.delivery.underWay).toBe(0);
}
