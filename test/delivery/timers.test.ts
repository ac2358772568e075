import { describe, expect, it } from 'vitest';
import { DueTimer } from '../../src/delivery/due-timer.ts';
import { CancellableWait } from '../../src/delivery/wait.ts';
import { fakeTime, Rig } from './worker-fixture.ts';

fakeTime();

const { advance } = Rig.prototype;
const DAY = 86_400_000;

describe('the timer of deferred records', () => {
  it('fires when the earliest falls due, in whatever order they were added', async () => {
    const { deferral, fired } = makeDeferral();
    for (const at of [5_000, 1_000, 9_000]) deferral.add(Date.now() + at);
    deferral.add(undefined);
    await advance(999);
    expect(fired).toEqual([]);
    await advance(1);
    expect(fired).toHaveLength(1);
  });

  it('looks again within an hour where the next one is due in weeks, which no timer of the platform could hold', async () => {
    const { deferral, fired } = makeDeferral();
    deferral.set(Date.now() + 30 * DAY);
    await advance(3_600_000);
    expect(fired).toHaveLength(1);
  });

  it('fires at once for what is due already, and not at all where nothing is deferred', async () => {
    const { deferral, fired } = makeDeferral();
    deferral.set(Date.now() - DAY);
    await advance(1);
    expect(fired).toHaveLength(1);
    deferral.set(Date.now() + 1_000);
    deferral.set(undefined);
    await advance(DAY);
    expect(fired).toHaveLength(1);
  });

  it.each([
    ['ahead', 50 * 365 * DAY],
    ['back', -50 * 365 * DAY],
  ])('gives a second for the plans to be moved where the wall clock has jumped %s', async (_, by) => {
    const { deferral, fired, jump } = makeDeferral();
    deferral.set(Date.now() + 1_000);
    jump(by);
    await advance(1_999);
    expect(fired).toEqual([]);
    await advance(1);
    expect(fired).toHaveLength(1);
  });

  it('takes a clock that is put right by little for no jump', async () => {
    const { deferral, fired, jump } = makeDeferral();
    deferral.set(Date.now() + 1_000);
    jump(4_000);
    await advance(1_000);
    expect(fired).toHaveLength(1);
  });

  function makeDeferral() {
    let offset = 0;
    const fired: number[] = [];
    const clock = { now: () => Date.now() + offset, monotonic: () => performance.now() };
    const deferral = new DueTimer(clock, () => fired.push(performance.now()));
    return { deferral, fired, jump: (by: number) => (offset += by) };
  }
});

describe('a nap', () => {
  it('ends with its deadline, also where that is months away', async () => {
    const nap = new CancellableWait(() => performance.now());
    const from = performance.now();
    const ended = nap.until(() => from + 90 * DAY).then(() => performance.now() - from);
    await advance(100 * DAY);
    expect(await ended).toBe(90 * DAY);
  });

  it('asks again when it is poked: the deadline may have moved, or the wait be over', async () => {
    const nap = new CancellableWait(() => performance.now());
    let deadline: number | undefined;
    let ended = false;
    void nap
      .until(() => deadline)
      .then(() => {
        ended = true;
      });
    await advance(DAY);
    deadline = performance.now() + 1_000;
    nap.poke();
    await advance(999);
    expect(ended).toBe(false);
    deadline = Number.NEGATIVE_INFINITY;
    nap.poke();
    await advance(0);
    expect(ended).toBe(true);
    nap.poke();
  });
});
