import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker, type Verdict } from '../../src/delivery/circuit-breaker.ts';
import type { Pending } from '../../src/domain/delivery.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { record } from '../gate/record.ts';
import { prose } from '../support/prose.ts';
import {
  asking,
  delivered,
  final,
  notFound,
  refused,
  unanswered,
  unreachable,
  untrusted,
  wrongKey,
} from './outcomes.ts';
import { SETTINGS } from './worker-fixture.ts';

const NOW = 1_000_000;

/** Ways into each mode, and each answer to the next record. */
const WAYS = {
  up: [],
  doubt: [unanswered],
  'doubt, sure': [unanswered, unanswered],
  'held: misconfigured': [untrusted],
  'held: set-up': [wrongKey],
  'held: alike': [1, 2, 3, 4, 5].map(() => refused('甲')),
  'down over set-up': [wrongKey, unreachable],
  'down over alike': [...[1, 2, 3, 4, 5].map(() => refused('甲')), unreachable],
  'down, asked to wait': [asking(unanswered, 1_000)],
} satisfies Record<string, readonly Outcome[]>;

describe('what the gate seems to be', () => {
  it.each<[keyof typeof WAYS, string, string, string, string, string, string]>([
    // after:               success, refused, for good, set-up, unanswered, wrong address
    ['up', 'up', 'up', 'up', 'held', 'doubt', 'doubt'],
    ['doubt', 'up', 'up', 'up', 'held', 'doubt', 'doubt'],
    ['doubt, sure', 'up', 'up', 'up', 'held', 'doubt', 'doubt'],
    ['held: misconfigured', 'up', 'up', 'up', 'held', 'down', 'held'],
    ['held: set-up', 'up', 'held', 'held', 'held', 'down', 'held'],
    ['held: alike', 'up', 'held', 'held', 'held', 'down', 'held'],
    ['down over set-up', 'up', 'held', 'held', 'held', 'down', 'held'],
    ['down over alike', 'up', 'held', 'held', 'held', 'down', 'held'],
    ['down, asked to wait', 'up', 'up', 'up', 'held', 'down', 'held'],
  ])(
    'after %s: success → %s, refused → %s, for good → %s, set-up → %s, unanswered → %s, 404 → %s',
    (way, ...states) => {
      const answers = [delivered, refused('乙'), final, wrongKey, unanswered, notFound];
      const seen = answers.map((answer) => {
        const { governor, end } = open(WAYS[way]);
        end(answer);
        return governor.doubtful ? 'doubt' : governor.state;
      });
      expect(seen).toEqual(states);
    },
  );

  it.each<[keyof typeof WAYS, string]>([
    ['up', 'parked'],
    ['held: misconfigured', 'parked'],
    ['held: alike', 'parked'],
    ['down over alike', 'parked'],
    ['held: set-up', 'pending'],
    ['down over set-up', 'pending'],
  ])('%s: a record refused for good is %s', (way, state) => {
    expect(open(WAYS[way]).end(final).settlement.state).toBe(state);
  });

  it('is told by the posts under way before another one is wanted, and by that one before it is trouble', () => {
    const { governor, pending } = open([delivered, delivered, delivered]);
    const [first, second, third] = [pending(), pending(), pending()];
    const tickets = [first, second, third].map(({ id }) => governor.begin(id));
    governor.end(first, tickets[0] ?? 0, unanswered, NOW);
    expect(governor).toMatchObject({ state: 'up', doubtful: true });
    expect(governor.allowance(2)).toBe(1);
    const teller = pending();
    const told = governor.begin(teller.id);
    expect(governor.allowance(3)).toBe(0);
    governor.end(second, tickets[1] ?? 0, unanswered, NOW);
    expect(governor.allowance(2)).toBe(0);
    expect(governor.state).toBe('up');
    governor.end(third, tickets[2] ?? 0, unanswered, NOW);
    governor.end(teller, told, unanswered, NOW);
    governor.decide();
    expect(governor).toMatchObject({
      state: 'down',
      doubtful: false,
      reason: prose('the gate answered 500'),
    });
  });

  it('is not ended by an answer to what was posted before the gate asked to be left alone', () => {
    const { governor, pending, end } = open([delivered, delivered]);
    const [early, later] = [pending(), pending()];
    const ticket = governor.begin(early.id);
    governor.end(later, governor.begin(later.id), asking(unanswered, 1_000), NOW);
    governor.end(early, ticket, delivered, NOW);
    expect(governor.state).toBe('down');
    end(delivered);
    expect(governor.state).toBe('up');
  });

  it('is taken over with its trouble, which the first success ends', () => {
    for (const way of [WAYS['down, asked to wait'], WAYS['held: alike'], WAYS['down over set-up']]) {
      const { governor: before } = open(way);
      const { governor, end } = open([]);
      governor.follow(before);
      expect(governor).toMatchObject({ state: before.state, reason: before.reason });
      end(delivered);
      expect(governor).toMatchObject({ state: 'up', reason: undefined });
    }
  });
});

describe('how many posts the gate may get', () => {
  const five = [1, 2, 3, 4, 5].map(() => delivered);

  it('is one to begin with, one more with each answer up to what is set, and half as many after a failure', () => {
    expect(open([]).governor.allowance(0)).toBe(1);
    expect(open([delivered, delivered]).governor.allowance(1)).toBe(2);
    expect(open(five).governor.allowance(0)).toBe(4);
    expect(open(five).governor.allowance(3)).toBe(1);
    expect(open([...five, unanswered, delivered]).governor.allowance(0)).toBe(3);
    expect(open([unanswered, delivered]).governor.allowance(0)).toBe(2);
    expect(open([...five, unreachable, delivered]).governor.allowance(0)).toBe(3);
  });

  it.each<[string, readonly [Outcome, number][], number]>([
    ['one failed', [[unanswered, 1]], 1],
    [
      'the same one failed again',
      [
        [unanswered, 1],
        [unanswered, 1],
      ],
      1,
    ],
    [
      'two failed',
      [
        [unanswered, 1],
        [unanswered, 2],
      ],
      0,
    ],
    [
      'two failed, and the first of them again',
      [
        [unanswered, 1],
        [unanswered, 2],
        [unanswered, 1],
      ],
      0,
    ],
    ['a request never left', [[unreachable, 1]], 0],
    [
      'a request never left, and then went without an answer',
      [
        [unreachable, 1],
        [unanswered, 1],
      ],
      0,
    ],
  ])('is one more that is to tell, where others are under way and %s: %j', (_, failures, most) => {
    const { governor, end } = open(five);
    for (const [outcome, id] of failures) end(outcome, pendingOf(id));
    expect(governor.doubtful).toBe(true);
    expect([governor.allowance(0), governor.allowance(3), governor.allowance(4)]).toEqual([most, most, 0]);
  });

  it('passes by who failed while that is in doubt, and nobody once it is up', () => {
    const { governor, end } = open(five);
    end(unanswered, pendingOf(1));
    expect([governor.passesBy(1), governor.passesBy(2), governor.passedBy]).toEqual([true, false, 1]);
    end(refused('乙'), pendingOf(2));
    expect([governor.state, governor.passesBy(1), governor.passedBy]).toEqual(['up', false, 0]);
  });

  it('tries every fresh event during a hold that is only inferred, and during nothing else', () => {
    const tries = Object.entries(WAYS).map(([way, outcomes]) => [way, open(outcomes).governor.triesFresh]);
    expect(tries.filter(([, fresh]) => fresh)).toEqual([['held: alike', true]]);
  });

  it('starts anew after another one that was up or in doubt', () => {
    for (const way of ['up', 'doubt'] as const) {
      const { governor } = open([]);
      governor.follow(open(WAYS[way]).governor);
      expect(governor).toMatchObject({ state: 'up', doubtful: false });
    }
  });

  it('is a hold still, where the gate went away meanwhile and asked for time, after an answer from before', () => {
    const { governor, pending } = open([wrongKey]);
    const [early, later] = [pending(), pending()];
    const ticket = governor.begin(early.id);
    governor.end(later, governor.begin(later.id), asking(unanswered, 1_000), NOW);
    governor.end(early, ticket, refused('乙'), NOW);
    expect(governor.state).toBe('down');
  });
});

describe('a failure that another one’s success shows to be its record’s own', () => {
  it.each<[string, readonly Outcome[], number | undefined]>([
    ['puts it off where the gate was up', [delivered, delivered], NOW + 500],
    [
      'keeps its place where the gate was away: it has waited',
      [unreachable, unreachable, asking(unreachable, 1)],
      undefined,
    ],
  ])('%s', (_, before, nextAt) => {
    const { end } = open(before);
    end(unanswered, pendingOf(1));
    expect(end(delivered).charges).toEqual([
      expect.objectContaining({
        charge: { id: 1, strikes: 1, refusals: 0, nextAt, parked: false },
        why: prose('the gate answered 500'),
      }),
    ]);
  });

  it('is put off once, however often others are refused, and charged by the success', () => {
    const { end } = open([delivered]);
    end(unanswered, pendingOf(1));
    const [first] = end(refused('乙')).charges;
    expect(first?.charge).toEqual({ id: 1, strikes: 0, refusals: 0, nextAt: NOW + 500, parked: false });
    end(unanswered, pendingOf(2));
    expect(end(refused('丙')).charges.map(({ charge }) => charge.id)).toEqual([2]);
    expect(end(delivered).charges.map(({ charge }) => [charge.id, charge.strikes])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(end(delivered).charges).toEqual([]);
  });
});

describe('whatever the outcomes', () => {
  const outcome = fc.constantFrom(
    delivered,
    refused('甲'),
    refused('乙'),
    final,
    wrongKey,
    unanswered,
    asking(unanswered, 5_000),
    unreachable,
    notFound,
    untrusted,
  );
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), outcome), { maxLength: 80 });

  it('a success of what was posted last means up, with room for more posts and never more than allowed', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { governor, end } = open([]);
        for (const [id, given] of taken) {
          end(given, pendingOf(id));
          expect(governor.allowance(0)).toBeLessThanOrEqual(SETTINGS.concurrency);
          if (given.kind === 'delivered') {
            expect(governor).toMatchObject({ state: 'up', reason: undefined });
            expect(governor.allowance(0)).toBeGreaterThan(0);
          }
          if (governor.state !== 'up') expect(governor.reason).toBeDefined();
        }
      }),
    );
  });

  it('a record is parked only for good reason: refused for good, or refused or charged to its limit', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const rows = new Map<number, Pending>();
        const { end } = open([]);
        for (const [id, given] of taken) {
          const row = rows.get(id) ?? pendingOf(id);
          const { settlement, charges } = end(given, row);
          if (settlement.state === 'parked')
            expect(given === final || row.refusals + 1 >= SETTINGS.refusal.attempts).toBe(true);
          if (settlement.state === 'pending') {
            expect(settlement.refusals - row.refusals).toBe(
              given.kind === 'refused' && settlement.nextAt !== undefined ? 1 : 0,
            );
            rows.set(id, { ...row, ...settlement, attempts: row.attempts + 1 });
          } else rows.delete(id);
          for (const { charge, record: charged } of charges) {
            expect(charge.id).not.toBe(id);
            expect(charge.parked).toBe(charge.refusals >= SETTINGS.refusal.attempts);
            if (charge.strikes < 3) expect(charge.refusals).toBe(charged.refusals);
            rows.set(charge.id, { ...charged, ...charge });
          }
        }
      }),
    );
  });

  it('nobody is charged for requests that never left, nor for anything but the success of another', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { end } = open([]);
        const sentInVain = new Set<number>();
        for (const [id, given] of taken) {
          sentInVain.delete(id);
          const { charges } = end(given, pendingOf(id));
          for (const { charge, record: charged } of charges) {
            expect(sentInVain).toContain(charge.id);
            if (given.kind !== 'delivered')
              expect(charge).toMatchObject({ strikes: charged.strikes, refusals: 0 });
          }
          if (given.kind === 'delivered') sentInVain.clear();
          if (
            given === unanswered ||
            given === notFound ||
            given === wrongKey ||
            given.retryAfterMs !== undefined
          )
            sentInVain.add(id);
        }
      }),
    );
  });
});

function pendingOf(id: number, changes: Partial<Pending> = {}): Pending {
  return {
    id,
    orderNo: `O${id}`,
    record: record({ orderNo: `O${id}` }),
    ruled: [],
    receivedAt: 0,
    attempts: 0,
    refusals: 0,
    strikes: 0,
    ...changes,
  };
}

/** A governor after so many outcomes, each of a record of its own, one after the other. */
function open(outcomes: readonly Outcome[]) {
  const governor = new CircuitBreaker(
    SETTINGS,
    () => 0.5,
    () => 0,
  );
  let id = 100;
  const pending = () => {
    id += 1;
    return pendingOf(id);
  };
  const end = (outcome: Outcome, row = pending()): Verdict =>
    governor.end(row, governor.begin(row.id), outcome, NOW);
  for (const outcome of outcomes) end(outcome);
  return { governor, pending, end };
}
