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
