import { describe, expect, test } from 'vitest';
import { reason } from '../../src/domain/reason.ts';
import { WarningRegistry } from '../../src/domain/warning-registry.ts';
import { FADE_MS, WARNINGS, type Warning } from '../../src/domain/warnings.ts';
import { catalogue, problemIn, sayIn } from '../../src/i18n/catalogue.ts';

/** A registry on a clock that the test sets, and what it wrote and said. */
function registry(saved?: string) {
  const made = { now: 1_000_000, saved, logged: [] as Warning[], changes: 0 };
  const warnings = new WarningRegistry({
    clock: { now: () => made.now, monotonic: () => made.now },
    saved,
    save: (json) => {
      made.saved = json;
    },
    began: (warning) => made.logged.push(warning),
    changed: () => {
      made.changes += 1;
    },
  });
  return { made, warnings, codes: () => warnings.list().map(({ code }) => code) };
}

describe('a warning', () => {
  test('is logged once until it is over, and carries the parameters of the last time', () => {
    const { made, warnings } = registry();
    warnings.raise('client-id-clash', { clientId: 'x', losses: 2 });
    warnings.raise('client-id-clash', { clientId: 'x', losses: 3 });
    expect(made.logged).toHaveLength(1);
    expect(warnings.list()).toMatchObject([{ code: 'client-id-clash', params: { losses: 3 }, count: 2 }]);
    warnings.clear('client-id-clash');
    expect(warnings.list()).toEqual([]);
    warnings.raise('client-id-clash', { clientId: 'x', losses: 1 });
    expect(made.logged).toHaveLength(2);
  });

  test('that came of events is there after a restart and fades 24 hours after the last one', () => {
    const before = registry();
    before.warnings.raise('events-qos0', { topic: 'a' });
    before.warnings.raise('page-exposed', { listen: '0.0.0.0:9640' });
    const after = registry(before.made.saved);
    expect(after.codes()).toEqual(['events-qos0']);
    expect(after.made.logged).toEqual([]);
    after.made.now += FADE_MS;
    expect(after.codes()).toEqual(['events-qos0']);
    after.made.now += 1;
    expect(after.codes()).toEqual([]);
    expect(registry(after.made.saved).codes()).toEqual([]);
  });

  test('keeps its age when the clock is set by years', () => {
    const { made, warnings, codes } = registry();
    warnings.raise('end-ahead', { orderNo: '1', deviceId: 'D1', ms: 60_000 });
    const years = 50 * 365 * FADE_MS;
    made.now += years;
    warnings.shift(years);
    expect(codes()).toEqual(['end-ahead']);
    made.now += FADE_MS + 1;
    expect(codes()).toEqual([]);
  });

  test.each([
    '',
    '{',
    '[1]',
    '[{"code":"events-qos0"}]',
    '[{"code":"no-such","params":{},"since":1,"last":1,"count":1}]',
  ])('that cannot be read back is left out: %s', (saved) => {
    expect(registry(saved).codes()).toEqual([]);
  });

  test('that comes by the thousand is written at most once an hour', () => {
    const { made, warnings } = registry();
    let writes = 0;
    const count = (): void => {
      if (made.saved !== undefined) writes += 1;
      made.saved = undefined;
    };
    for (let event = 0; event < 7_200; event += 1) {
      warnings.raise('events-qos0', { topic: 'a' });
      count();
      made.now += 1_000;
    }
    expect(writes).toBe(2);
  });
});

test.each(['en', 'zh'] as const)('every warning has a text and a remedy (%s)', async (lang) => {
  const words = await catalogue(lang);
  const params = {
    ...{
      seconds: 8,
      timeout: 10,
      detail: 'x',
      clientId: 'x',
      losses: 2,
      topic: 't',
      orderNo: '1',
      deviceId: 'D1',
    },
    ...{
      ms: 8 * 3_600_000,
      group: 'g',
      reason: reason('prose', { text: 'x' }),
      kept: 1,
      lost: 1,
      aside: 'f',
      path: 'p',
      taken: 1,
      places: '1:1',
    },
    ...{
      against: 'gate',
      link: 'gate',
      at: 0,
      devices: 'D1',
      count: 1,
      source: 's',
      file: 'f',
      mode: '644',
      listen: 'x',
    },
  };
  const voice = { say: sayIn(words), local: String, prose: (text: string) => text };
  for (const code of Object.keys(WARNINGS) as (keyof typeof WARNINGS)[]) {
    const { text, remedy } = problemIn(words, { code, params }, voice);
    expect(`${text} ${remedy}`).not.toMatch(/undefined|NaN|\{"/);
    expect(text).not.toBe('');
    expect(remedy).not.toBe('');
  }
});
