import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OutcomeBatch } from '../../src/delivery/batch.ts';

describe('outcomes on their way to disk', () => {
  it('wait for the answers still to come, and leave together', async () => {
    const { convoy, world, left, join } = open();
    world.toCome = 2;
    join('a');
    await turn();
    world.toCome = 1;
    join('b');
    await turn();
    expect(left).toEqual([]);
    world.toCome = 0;
    join('c');
    await turn();
    await turn();
    expect(left).toEqual(['a', 'b', 'c']);
    expect(convoy.join()).toBeUndefined();
  });

  it('go at once where no answer is to come, or where the disk writes faster than it is worth', () => {
    const { convoy, world } = open();
    expect(convoy.join()).toBeUndefined();
    world.toCome = 1;
    convoy.wrote(0.1);
    expect(convoy.join()).toBeUndefined();
  });

  it.each([
    [5, 10],
    [60_000, 20],
  ])('wait no longer than two writes of %i ms, and never long: %i ms', async (writeMs, longest) => {
    const { convoy, world, left, join } = open(writeMs);
    world.toCome = 1;
    join('a');
    world.now = longest - 1;
    await turn();
    await turn();
    expect(left).toEqual([]);
    world.now = longest;
    await turn();
    await turn();
    expect(left).toEqual(['a']);
    expect(convoy.join()).toBeUndefined();
  });

  it('try ever more seldom while waits are in vain, but never give up, and all again after one that was not', async () => {
    const { convoy, world } = open();
    world.toCome = 1;
    const atOnce: number[] = [];
    for (let n = 0; n < 13; n += 1) {
      let waits = convoy.join();
      for (atOnce.push(0); waits === undefined; waits = convoy.join()) atOnce[n] = (atOnce[n] ?? 0) + 1;
      world.now += 1_000;
      await waits;
    }
    expect(atOnce).toEqual([0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_024, 1_024]);
    let waits = convoy.join();
    while (waits === undefined) waits = convoy.join();
    world.toCome = 0;
    await waits;
    world.toCome = 1;
    expect(convoy.join()).toBeDefined();
    world.toCome = 0;
  });
});

/** A convoy whose answers still to come and whose clock are set by the test. @param writeMs how long the last write took */
function open(writeMs = 5) {
  const world = { toCome: 0, now: 0 };
  const left: string[] = [];
  const convoy = new OutcomeBatch(
    () => world.now,
    () => world.toCome === 0,
  );
  convoy.wrote(writeMs);
  const join = (name: string) => {
    void (convoy.join() ?? Promise.resolve()).then(() => left.push(name));
  };
  return { convoy, world, left, join };
}
