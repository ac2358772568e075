import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINIMAL, mistakes } from './support.ts';

describe('junk', () => {
  const junk = fc.anything({
    withNullPrototype: false,
    key: fc.oneof(
      fc.string(),
      fc.constantFrom(
        'station',
        'gate',
        'mqtt',
        'sources',
        'fields',
        'tls',
        'url',
        '__proto__',
        '<<',
        'where',
        'name',
      ),
    ),
    values: [
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom('10s', 'off', 'mqtt://h', null),
    ],
  });
  const sections = 'station gate mqtt sources contexts devices outbox quarantine delivery http log'.split(
    ' ',
  );

  it('is refused by a Failure of exit code 78, whatever it is', () => {
    const config = fc.oneof(
      junk.map((value) => JSON.stringify(value) ?? ''),
      fc
        .record(Object.fromEntries(sections.map((name) => [name, junk])), { requiredKeys: [] })
        .map((value) => JSON.stringify(value)),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '&a', '*a', '<<', '"', '|', '!!map', '%'),
          { maxLength: 40 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(config, (text) => {
        expect(mistakes(text).length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });

  it('in one place of a good config ends by that or by a config', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sections), junk, (name, value) => {
        const kept = MINIMAL.replace(new RegExp(`^${name}:.*\\n( .*\\n)*`, 'm'), '');
        const wrong = mistakes(`${kept}${JSON.stringify(name)}: ${JSON.stringify(value) ?? '~'}\n`);
        // Whatever was right before is not blamed.
        expect(wrong.filter((line) => !line.includes(`: ${name}`))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
