import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Picker } from '../../src/delivery/picker.ts';
import { FakeStore } from './fake-store.ts';

const NOW = Date.parse('2026-11-24T09:00:00+08:00');

describe('picking', () => {
  it.each(['newest-first', 'oldest-first'] as const)(
    'is strictly %s without arrivals, whatever the order and the times of arrival were',
    (order) => {
      const row = fc.record({
        sortAt: fc.integer({ min: NOW - 1_000, max: NOW }),
        receivedAt: fc.constantFrom(0, NOW - 1_000, NOW, NOW + 86_400_000),
      });
      fc.assert(
        fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
          const { store, picker } = open(order);
          for (const { sortAt, receivedAt } of rows) store.add(sortAt, { receivedAt });
          const picked = drain(store, picker).map((id) => store.row(id).sortAt);
          const sorted = rows.map(({ sortAt }) => sortAt).sort((a, b) => a - b);
          expect(picked).toEqual(order === 'newest-first' ? sorted.reverse() : sorted);
        }),
      );
    },
  );

  it('gives each record once while those under way are passed by, also where some come out of order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 16 }), (count, atOnce) => {
        const { store, picker } = open();
        const underWay: number[] = [];
        const picked: number[] = [];
        for (let n = 0; n < count; n += 1) picker.arrived(store.add(NOW + n).id);
        for (;;) {
          const next = picker.next((id) => underWay.includes(id), underWay.length);
          if (next !== undefined) {
            underWay.push(next.id);
            picked.push(next.id);
          }
          if (underWay.length === 0) break;
          if (underWay.length === atOnce || next === undefined) {
            store.row(underWay.shift() ?? 0).state = 'delivered';
          }
        }
        expect(picked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
      }),
    );
  });

  it('takes a session that ends now next, whatever was read ahead', () => {
    const { store, picker } = open();
    for (let n = 0; n < 1_000; n += 1) store.add(NOW - n);
    for (let n = 0; n < 100; n += 1) deliver(store, picker);
    const fresh = store.add(NOW + 1);
    picker.arrived(fresh.id);
    expect(deliver(store, picker)).toBe(fresh.id);
  });

  it('keeps the order of a backlog while single sessions arrive: they overtake it, and nothing else does', () => {
    const { store, picker } = open();
    for (let n = 0; n < 200; n += 1) store.add(NOW - n);
    const old: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const fresh = n % 3 === 0 ? store.add(NOW + n + 1) : undefined;
      if (fresh !== undefined) {
        picker.arrived(fresh.id);
        expect(deliver(store, picker)).toBe(fresh.id);
      }
      old.push(deliver(store, picker) ?? 0);
    }
    expect(old).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  });

  it('gives the oldest one turn in seventeen while fresh sessions take all there is', () => {
    const { store, picker } = open();
    for (let n = 0; n < 20; n += 1) store.add(NOW - n);
    const old: number[] = [];
    for (let n = 0; n < 17 * 20 + 1; n += 1) {
      picker.arrived(store.add(NOW + n + 1).id);
      const id = deliver(store, picker) ?? 0;
      if (id <= 20) old.push(id);
    }
    expect(old).toEqual(Array.from({ length: 20 }, (_, n) => 20 - n));
  });

  it.each([
    ['newest-first', 1],
    ['oldest-first', 20],
  ] as const)('gives a turn to the far end of %s, passing by what is under way there', (order, at) => {
    const { store, picker } = open(order);
    const sign = order === 'newest-first' ? 1 : -1;
    for (let n = 0; n < 20; n += 1) store.add(NOW + n);
    const fresh = () => store.add(NOW + sign * 1_000, {}).id;
    for (let n = 0; n < 16; n += 1) {
      picker.arrived(fresh());
      deliver(store, picker);
    }
    picker.arrived(fresh());
    const next = picker.next((id) => id === at, 1);
    expect(next?.id).toBe(order === 'newest-first' ? 2 : 19);
    // That was the turn: the fresh one is next.
    expect(picker.next((id) => id === at || id === next?.id, 2)?.id).toBe(37);
  });

  it('goes on with the fresh ones where nothing but what is under way is at the far end', () => {
    const { store, picker } = open();
    for (let n = 0; n < 16; n += 1) {
      picker.arrived(store.add(NOW + n).id);
      deliver(store, picker);
    }
    const last = store.add(NOW + 100);
    picker.arrived(last.id);
    expect(picker.next((id) => id === last.id, 1)).toBeUndefined();
    expect(picker.next(() => false, 0)?.id).toBe(last.id);
  });

  it('counts anew from a record that had waited', () => {
    const { store, picker } = open();
    for (let n = 0; n < 3; n += 1) store.add(NOW - n);
    const fresh = (n: number): number => {
      const { id } = store.add(NOW + n);
      picker.arrived(id);
      return id;
    };
    for (let n = 1; n <= 15; n += 1) {
      fresh(n);
      deliver(store, picker);
    }
    expect(deliver(store, picker)).toBe(1);
    for (let n = 16; n <= 31; n += 1) expect(fresh(n)).toBe(deliver(store, picker));
    // Sixteen in a row by now, and so the oldest one.
    fresh(32);
    expect(deliver(store, picker)).toBe(3);
  });

  it('passes by what was read ahead and is under way meanwhile', () => {
    const { store, picker } = open();
    for (let n = 0; n < 5; n += 1) store.add(NOW - n);
    expect(picker.next(() => false, 0)?.id).toBe(1);
    expect(picker.next((id) => id <= 3, 1)?.id).toBe(4);
  });

  it('reads again what it read ahead after a choice out of order', () => {
    const { store, picker } = open();
    for (let n = 0; n < 5; n += 1) store.add(NOW - n);
    expect(deliver(store, picker)).toBe(1);
    store.row(2).state = 'delivered';
    expect(picker.one(3)?.id).toBe(3);
    expect(deliver(store, picker)).toBe(3);
    store.row(4).state = 'delivered';
    expect(picker.first(9).map(({ id }) => id)).toEqual([5]);
    expect(deliver(store, picker)).toBe(5);
  });

  it('reads a long backlog in few steps, and only as far as it must while sessions arrive', () => {
    const { store, picker } = open();
    for (let n = 0; n < 5_000; n += 1) store.add(NOW - n);
    for (let n = 0; n < 4_000; n += 1) deliver(store, picker);
    expect(store.reads).toBeLessThan(30);
  });
});

function open(order: 'newest-first' | 'oldest-first' = 'newest-first') {
  const store = new FakeStore(() => NOW);
  return { store, picker: new Picker(store, order) };
}

/** Picks the next one and has it delivered; its id. */
function deliver(store: FakeStore, picker: Picker): number | undefined {
  const next = picker.next(() => false, 0);
  if (next !== undefined) store.row(next.id).state = 'delivered';
  return next?.id;
}

function drain(store: FakeStore, picker: Picker): number[] {
  const ids: number[] = [];
  for (let id = deliver(store, picker); id !== undefined; id = deliver(store, picker)) ids.push(id);
  return ids;
}
