import { expect, it } from 'vitest';
import { ClockTrust } from '../../src/ops/clock-trust.ts';
import { HOUR, MINUTE, SECOND, START, TestClock } from '../outbox/fixture.ts';

function trust(synchronised: () => Promise<boolean> = async () => false) {
  const clock = new TestClock();
  const warnings: string[] = [];
  const made = new ClockTrust({
    clock,
    synchronised,
    warnings: {
      raise: (code, params) => void warnings.push(`${code} ${JSON.stringify(params)}`),
      clear: (code) => void warnings.push(`${code} over`),
    },
  });
  return { clock, warnings, trust: made };
}

it('a clock of which nothing is known is not known to be right', () => {
  expect(trust().trust.isRight()).toBe(false);
});

it("a clock within ten minutes of the gate's is right, also after it was set to the true time", () => {
  const { trust: made, clock } = trust();
  made.heardGate(START - 9 * MINUTE, 20);
  expect(made.isRight()).toBe(true);
  made.heardGate(START - 11 * MINUTE, 20);
  expect(made.isRight()).toBe(false);
  clock.pass(-11 * MINUTE);
  expect(made.isRight()).toBe(true);
  clock.pass(HOUR);
  expect(made.isRight()).toBe(false);
});

it('a clock that NTP keeps is right until it is set by somebody else', async () => {
  let kept = true;
  const { trust: made, clock } = trust(async () => kept);
  made.ask();
  await Promise.resolve();
  expect(made.isRight()).toBe(true);
  kept = false;
  clock.pass(HOUR);
  expect(made.isRight()).toBe(false);
});

it("warns of a clock that is more than a minute off the gate's, and is quiet again when it is not", () => {
  const { trust: made, warnings } = trust();
  made.heardGate(START - 2 * MINUTE, 20);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^clock-off \{"against":"gate","ms":1194\d\d\}$/);
  expect(Math.round((made.offset ?? 0) / SECOND)).toBe(119);
  made.heardGate(START, 20);
  expect(warnings.at(-1)).toBe('clock-off over');
});
