import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OutcomeWriter } from '../../src/delivery/outcome-writer.ts';
import type { Charge, Settlement } from '../../src/domain/delivery.ts';
import type { Attempt } from '../../src/domain/outcome.ts';
import { record } from '../gate/record.ts';
import { silent } from '../support/log.ts';
import { prose } from '../support/prose.ts';
import { delivered, refused } from './outcomes.ts';

const DONE: Settlement = { state: 'delivered', sent: undefined };
const LATER: Settlement = { state: 'pending', nextAt: 5_000, refusals: 1, strikes: 0 };
const ATTEMPT: Attempt = { at: 0, ms: 10, outcome: delivered };

describe('the end of an attempt', () => {
  it('is on disk when it is settled, and tells where the schedule has moved', async () => {
    const { settler, moved, written } = open();
    expect(await settler.settle(pending(1), ATTEMPT, DONE, [])).toBe(true);
    expect(await settler.settle(pending(2), { ...ATTEMPT, outcome: refused() }, LATER, [])).toBe(true);
    expect(written).toEqual(['settle 1', 'settle 2']);
    expect(moved).toEqual([5_000]);
    expect([settler.holding, settler.holds(1)]).toEqual([0, false]);
  });

  it('does not stand where a hand was faster', async () => {
    const { settler, store } = open();
    store.settle = () => Promise.resolve(false);
    expect(await settler.settle(pending(1), ATTEMPT, DONE, [])).toBe(false);
  });

  it('holds back whom it charges until that is on disk too', async () => {
    const { settler, store, moved, said } = open();
    const [one, other] = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
    store.charge = ({ id }) => (id === 7 ? one.promise : other.promise);
    const settled = settler.settle(pending(1), ATTEMPT, DONE, [charged(7), charged(8, true)]);
    await turn();
    expect([settler.holding, settler.holds(7), settler.holds(8), settler.holds(1)]).toEqual([
      2,
      true,
      true,
      false,
    ]);
    one.resolve(true);
    await turn();
    expect([settler.holding, settler.holds(7)]).toEqual([1, false]);
    other.resolve(true);
    expect(await settled).toBe(true);
    expect(settler.holding).toBe(0);
    // Who is parked has no time to come back at.
    expect(moved).toEqual([7_000, undefined]);
    expect(said).toEqual([
      [expect.objectContaining({ event: 'record.parked', orderNo: 'O8' }), expect.any(String)],
    ]);
  });

  it('says of a charge that could not be written, and holds nobody back for it', async () => {
    const { settler, store, said } = open();
    const error = new Error('storage has failed');
    store.charge = () => Promise.reject(error);
    expect(await settler.settle(pending(1), ATTEMPT, DONE, [charged(7)])).toBe(true);
    expect(said).toEqual([[{ err: error, orderNo: 'O7' }, 'a failure could not be charged to its record']]);
    expect(settler.holds(7)).toBe(false);
  });

  it('that could not be written holds its record back for good, and is said', async () => {
    const { settler, store, said, moved } = open();
    const error = new Error('storage has failed');
    store.settle = () => Promise.reject(error);
    expect(await settler.settle(pending(1), ATTEMPT, LATER, [])).toBe(false);
    expect([settler.holding, settler.holds(1)]).toEqual([1, true]);
    expect(moved).toEqual([undefined]);
    expect(said).toEqual([
      [
        { err: error, orderNo: 'O1', outcome: 'delivered' },
        'the outcome could not be written: the record stays pending, and may be sent twice after a restart',
      ],
    ]);
  });

  it('waits for the answers still to come once a write has taken long, and is written with theirs', async () => {
    const { settler, world, written } = open();
    world.writeMs = 5;
    await settler.settle(pending(1), ATTEMPT, DONE, []);
    world.complete = false;
    const [two, three] = [2, 3].map((id) => settler.settle(pending(id), ATTEMPT, DONE, []));
    await turn();
    expect(written).toEqual(['settle 1']);
    world.complete = true;
    expect(await Promise.all([two, three])).toEqual([true, true]);
    expect(written).toEqual(['settle 1', 'settle 2', 'settle 3']);
  });

  it.each([
    ['its record is tried again at a time', LATER, []],
    ['it charges another one', DONE, [charged(7)]],
  ])('waits for nobody where %s: the clock may be set meanwhile', async (_, settlement, charges) => {
    const { settler, world, written } = open();
    world.writeMs = 5;
    await settler.settle(pending(1), ATTEMPT, DONE, []);
    world.complete = false;
    void settler.settle(pending(2), ATTEMPT, DONE, []);
    await settler.settle(pending(3), ATTEMPT, settlement, charges);
    expect(written.slice(0, 2)).toEqual(['settle 1', 'settle 3']);
    world.complete = true;
  });
});

function pending(id: number) {
  const orderNo = `O${id}`;
  const counts = { attempts: 0, refusals: 0, strikes: 0 };
  return { id, orderNo, record: record({ orderNo }), ruled: [], receivedAt: 0, ...counts };
}

function charged(id: number, parked = false) {
  const charge: Charge = { id, strikes: 3, refusals: 1, nextAt: id * 1_000, parked };
  return { record: pending(id), charge, why: prose('the gate answered 500') };
}

/** A settler over a store whose writes the test sees. */
function open() {
  const world = { now: 0, writeMs: 0, complete: true };
  const written: string[] = [];
  const moved: unknown[] = [];
  const said: unknown[] = [];
  const store = {
    settle: (id: number): Promise<boolean> => {
      written.push(`settle ${id}`);
      world.now += world.writeMs;
      return Promise.resolve(true);
    },
    charge: ({ id }: Charge): Promise<boolean> => {
      written.push(`charge ${id}`);
      return Promise.resolve(true);
    },
    writable: () => true,
    ready: () => [],
    pending: () => undefined,
    nextDeferred: () => undefined,
    promote: () => Promise.resolve(0),
  };
  const settler = new OutcomeWriter(
    {
      store,
      log: { ...silent, error: (...line: unknown[]) => void said.push(line) },
      clock: { now: () => 0, monotonic: () => world.now },
    },
    { complete: () => world.complete, moved: (nextAt) => void moved.push(nextAt) },
  );
  return { settler, store, world, written, moved, said };
}
