import { describe, expect, it, vi } from 'vitest';
import { AttemptGuard } from '../../src/delivery/attempt-guard.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { reason } from '../../src/domain/reason.ts';
import { delivered } from './outcomes.ts';
import { fakeTime, Rig, SETTINGS } from './worker-fixture.ts';

describe('the guard of attempts', () => {
  fakeTime();
  const open = () => new AttemptGuard({ limitMs: 1_000, monotonic: () => performance.now() });
  const never = () => new Promise<string>(() => {});

  it('lets an attempt end as it does', async () => {
    const guard = open();
    expect(await guard.watch(Promise.resolve('answered'), () => 'given up')).toBe('answered');
    await expect(guard.watch(Promise.reject(new Error('broken')), () => 'given up')).rejects.toThrow(
      'broken',
    );
    await vi.advanceTimersByTimeAsync(5_000);
    expect(guard.stuck).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up each attempt at its own limit, not before', async () => {
    const guard = open();
    const ends: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      void guard.watch(never(), () => name).then((end) => ends.push(end));
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(ends).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(199);
    expect(ends).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toEqual(['first', 'second']);
    expect([guard.stuck, guard.stuckForMs]).toEqual([2, 400]);
  });

  it('counts an attempt as stuck until it ends after all, and does not care how', async () => {
    const guard = open();
    const late = Promise.withResolvers<string>();
    const ended = guard.watch(late.promise, () => 'given up');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ended).toBe('given up');
    expect(guard.stuck).toBe(1);
    late.reject(new Error('too late'));
    await vi.advanceTimersByTimeAsync(0);
    expect([guard.stuck, guard.stuckForMs]).toEqual([0, 0]);
  });
});

describe('an attempt that never ends', () => {
  fakeTime();

  it('is noticed at the limit and said, and delivery goes on', async () => {
    const rig = new Rig();
    const stuck = rig.event();
    let answer: Outcome | Promise<never> = new Promise<never>(() => {});
    rig.gate = async (order) => (order === stuck ? await answer : { outcome: delivered, ms: 10 });
    rig.delivery.start();
    await rig.advance(SETTINGS.attemptMs - 1);
    expect(rig.said('attempt.stuck')).toEqual([]);
    await rig.advance(2);
    expect(rig.said('attempt.stuck')).toMatchObject([{ orderNo: stuck, seconds: 11 }]);
    expect(rig.delivery.stuckAttempts.stuck).toBe(1);
    const [attempt] = rig.store.row(1).history;
    expect(attempt?.outcome).toEqual({
      kind: 'unanswered',
      reason: reason('gate.attempt-stuck', { seconds: 11 }),
    });

    const next = rig.event();
    answer = delivered;
    await rig.advance(60_000);
    expect(rig.store.orders('delivered').sort()).toEqual([stuck, next].sort());
    await rig.delivery.stop();
  });

  it('does not hold up the stop longer than the limit', async () => {
    const rig = new Rig();
    rig.event();
    rig.gate = () => new Promise(() => {});
    rig.delivery.start();
    await rig.advance(100);
    const stopped = rig.delivery.stop().then(() => 'stopped');
    await rig.advance(SETTINGS.attemptMs);
    expect(await stopped).toBe('stopped');
  });
});
