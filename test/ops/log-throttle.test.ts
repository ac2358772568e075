import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log, LogFields } from '../../src/domain/log.ts';
import { LogThrottle } from '../../src/ops/log-throttle.ts';

/** Repeats over a log that remembers, and minutes that pass by hand. */
function setUp() {
  const said: string[] = [];
  const fields: LogFields[] = [];
  const keep = (level: string) => (given: LogFields, message: string) => {
    said.push(`${level}: ${message}`);
    fields.push(given);
  };
  const log: Log = {
    error: keep('error'),
    warn: keep('warn'),
    info: keep('info'),
    debug: keep('debug'),
    isLevelEnabled: () => true,
  };
  let timers: (() => void)[] = [];
  const repeats = new LogThrottle(log, (ms, then) => {
    expect(ms).toBe(60_000);
    timers.push(then);
    return () => {
      timers = timers.filter((timer) => timer !== then);
    };
  });
  const minute = (): void => {
    for (const timer of timers.splice(0)) timer();
  };
  return { repeats, said, fields, minute, waiting: () => timers.length };
}

describe('a trouble that repeats', () => {
  it('is said once, then counted once a minute with what was seen last', () => {
    const { repeats, said, fields, minute } = setUp();
    for (let n = 0; n < 5; n += 1) repeats.say('warn', 'gate', { n }, 'gate down');
    expect(said).toEqual(['warn: gate down']);
    minute();
    expect(said).toEqual(['warn: gate down', 'warn: gate down (seen 4 times more)']);
    expect(fields).toEqual([{ n: 0 }, { n: 4, times: 4 }]);
    repeats.say('error', 'gate', {}, 'gate down');
    minute();
    expect(said.at(-1)).toBe('error: gate down (seen 1 times more)');
  });

  it('is new again after a minute without it, or after it was over', () => {
    const { repeats, said, minute, waiting } = setUp();
    repeats.say('warn', 'a', {}, 'A');
    minute();
    repeats.say('warn', 'a', {}, 'A');
    repeats.say('warn', 'a', {}, 'A');
    repeats.over('a');
    repeats.say('warn', 'a', {}, 'A');
    expect(said).toEqual(['warn: A', 'warn: A', 'warn: A (seen 1 times more)', 'warn: A']);
    repeats.over('never seen');
    repeats.close();
    expect([said.length, waiting()]).toEqual([4, 0]);
  });

  it('is told apart from others, up to a thousand of them', () => {
    const { repeats, said, minute } = setUp();
    for (let n = 0; n < 5000; n += 1) repeats.say('warn', `topic ${n}`, {}, `T${n}`);
    expect(said).toHaveLength(1001);
    minute();
    expect(said.slice(1001)).toEqual(['warn: T4999 (seen 3999 times more)']);
  });

  it('is counted to the last one, in whatever order things happen', () => {
    const step = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('minute', 'over a'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { repeats, said, minute, waiting } = setUp();
        for (const step of steps) {
          if (step === 'minute') minute();
          else if (step === 'over a') repeats.over('a');
          else repeats.say('warn', step, {}, step);
        }
        repeats.close();
        for (const key of ['a', 'b', 'c']) {
          const lines = said.filter((line) => line.startsWith(`warn: ${key}`));
          const count = lines.reduce((sum, line) => sum + Number(/seen (\d+)/.exec(line)?.[1] ?? 1), 0);
          expect(count).toBe(steps.filter((step) => step === key).length);
        }
        expect(waiting()).toBe(0);
      }),
    );
  });
});
