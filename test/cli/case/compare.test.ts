import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Difference, differences } from '../../../src/cli/case/compare.ts';
import type { Expected, Result, Row } from '../../../src/cli/case/expected.ts';

const NOTHING: Result = { records: [], quarantine: [], waiting: [], ignored: 0, warnings: [] };

/** An expectation whose values are quoted, or plain where they are numbers. */
function expecting(
  what: Partial<Record<'records' | 'quarantine' | 'waiting', readonly Record<string, string | number>[]>> &
    Partial<Pick<Expected, 'ignored' | 'warnings'>>,
): Expected {
  const rows = (list: readonly Record<string, string | number>[] = []) =>
    list.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          { text: String(value), plain: typeof value === 'number' },
        ]),
      ),
    );
  return {
    records: rows(what.records),
    quarantine: rows(what.quarantine),
    waiting: rows(what.waiting),
    ignored: what.ignored ?? 0,
    warnings: what.warnings,
  };
}

describe('what came of a case', () => {
  it('is as expected in any order, by the fields that are named', () => {
    const records: Row[] = [
      { orderNo: '1', power: '2.00' },
      { orderNo: '2', power: '3.00' },
    ];
    expect(differences(expecting({ records: [{ power: '3.00' }, {}] }), { ...NOTHING, records })).toEqual([]);
    expect(differences(expecting({ records: [{}, { orderNo: '1' }] }), { ...NOTHING, records })).toEqual([]);
  });

  it.each([
    [2, '2.00', true],
    ['2', '2.00', false],
    ['2.00', '2.00', true],
    [-0.5, '-0.50', true],
    [2, '2.01', false],
  ])('takes the plain number %j for %s: %s', (power, came, same) => {
    const found = differences(expecting({ records: [{ power }] }), {
      ...NOTHING,
      records: [{ power: came }],
    });
    expect(found.length === 0).toBe(same);
  });

  it('differs where a kind that is not named is not empty, but for warnings', () => {
    const result = {
      records: [{ orderNo: '1' }],
      quarantine: [{ kind: 'unmappable' }],
      waiting: [{ orderNo: '2' }],
      ignored: 1,
      warnings: ['plate-odd'],
    };
    expect(differences(expecting({}), result).map(({ kind, what }) => [kind, what])).toEqual([
      ['records', 'unexpected'],
      ['quarantine', 'unexpected'],
      ['waiting', 'unexpected'],
      ['ignored', 'differs'],
    ]);
    expect(differences(expecting({ warnings: [] }), { ...NOTHING, warnings: ['plate-odd'] })).toEqual([
      { kind: 'warnings', what: 'differs', expected: [], got: ['plate-odd'] },
    ]);
  });

  it('pairs a row that differs with the one that is most like it, by its order number first', () => {
    const records: Row[] = [
      { orderNo: '2', plateNo: 'A', power: '1' },
      { orderNo: '1', plateNo: 'B', power: '1' },
    ];
    const found = differences(
      expecting({
        records: [
          { orderNo: '1', plateNo: 'A', power: '1' },
          { orderNo: '2', plateNo: 'A', power: '1' },
        ],
      }),
      { ...NOTHING, records },
    );
    expect(found).toEqual<Difference[]>([
      {
        kind: 'records',
        what: 'differs',
        fields: { plateNo: { expected: 'A', got: 'B' } },
        got: records[1] ?? {},
      },
    ]);
  });

  it('without an expectation differs always', () => {
    expect(differences(undefined, NOTHING)).toEqual([{ kind: 'expect', what: 'missing' }]);
  });

  it('is known by a part of the reason', () => {
    const quarantine = [{ kind: 'unmappable', reason: 'the payload is no JSON' }];
    expect(
      differences(expecting({ quarantine: [{ reason: 'no JSON' }] }), { ...NOTHING, quarantine }),
    ).toEqual([]);
  });

  it('is as expected exactly where rows and expectations can be matched one to one', () => {
    const field = fc.record({ a: fc.constantFrom('1', '2'), b: fc.constantFrom('1', '2') });
    const wanted = fc.record(
      { a: fc.constantFrom('1', '2'), b: fc.constantFrom('1', '2') },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 4 }), fc.array(field, { maxLength: 4 }), (records, got) => {
        const fits = (want: Partial<Row>, row: Row) =>
          Object.entries(want).every(([name, value]) => row[name] === value);
        const possible = (left: readonly Partial<Row>[], right: readonly Row[]): boolean => {
          const [first, ...more] = left;
          if (first === undefined) return right.length === 0;
          return right.some((row, at) => fits(first, row) && possible(more, right.toSpliced(at, 1)));
        };
        const none = differences(expecting({ records }), { ...NOTHING, records: got }).length === 0;
        expect(none).toBe(possible(records, got));
      }),
    );
  });
});
