import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatusPublisher } from '../../../src/intake/mqtt/status-publisher.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A beacon whose state is a number, and what it said. */
function lit(): {
  beacon: StatusPublisher;
  said: string[];
  state: { now: number };
  publish: (payload: string) => void;
} {
  const state = { now: 0 };
  const said: string[] = [];
  const beacon = new StatusPublisher(
    () => `state ${state.now}`,
    () => performance.now(),
  );
  return { beacon, said, state, publish: (payload) => void said.push(payload) };
}

describe('the beacon', () => {
  it('says the state at once on a new connection, also where nothing has changed', () => {
    const { beacon, said, publish } = lit();
    beacon.attach(publish);
    beacon.detach();
    beacon.attach(publish);
    expect(said).toEqual(['state 0', 'state 0']);
  });

  it('says a change, but never more often than every ten seconds, and then how it stands by then', () => {
    const { beacon, said, state, publish } = lit();
    beacon.attach(publish);
    for (const now of [1, 2, 3]) {
      state.now = now;
      beacon.changed();
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(3_000);
    }
    expect(said).toEqual(['state 0']);
    vi.advanceTimersByTime(1_000);
    expect(said).toEqual(['state 0', 'state 3']);
    vi.advanceTimersByTime(60_000);
    state.now = 4;
    beacon.changed();
    vi.advanceTimersByTime(0);
    expect(said).toEqual(['state 0', 'state 3', 'state 4']);
  });

  it('is silent where nothing has changed after all', () => {
    const { beacon, said, publish } = lit();
    beacon.attach(publish);
    beacon.changed();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual(['state 0']);
  });

  it('says nothing without a connection, and keeps nothing running', () => {
    const { beacon, said, state, publish } = lit();
    beacon.changed();
    beacon.attach(publish);
    state.now = 1;
    beacon.changed();
    beacon.detach();
    beacon.changed();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual(['state 0']);
  });
});
