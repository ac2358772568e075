/** Compares what came of a case with what it expects. */
import {
  type Expected,
  type ExpectedRow,
  type ExpectedValue,
  LISTS,
  type ListName,
  type Result,
  type Row,
} from './expected.ts';

/** One difference. */
export type Difference =
  /** The file has no `expect`. */
  | { readonly kind: 'expect'; readonly what: 'missing' }
  /** A row that is probably the expected one, but for some fields: each with what is expected and what came. */
  | {
      readonly kind: ListName;
      readonly what: 'differs';
      readonly fields: Readonly<Record<string, { readonly expected: string; readonly got: string }>>;
      readonly got: Row;
    }
  | { readonly kind: ListName; readonly what: 'missing'; readonly expected: Row }
  | { readonly kind: ListName; readonly what: 'unexpected'; readonly got: Row }
  | { readonly kind: 'ignored'; readonly what: 'differs'; readonly expected: number; readonly got: number }
  | {
      readonly kind: 'warnings';
      readonly what: 'differs';
      readonly expected: readonly string[];
      readonly got: readonly string[];
    };

/** How expected rows and those that came belong together. */
export interface Pairing {
  /** For each expected row the index of its own, or undefined where none is like it. */
  readonly of: readonly (number | undefined)[];
  /** The rows that came and nothing expects. */
  readonly rest: readonly number[];
}

/** Every difference; none where all is as expected. */
export function differences(expected: Expected | undefined, result: Result): Difference[] {
  if (expected === undefined) return [{ kind: 'expect', what: 'missing' }];
  const found = LISTS.flatMap((list) => listDifferences(list, expected[list], result[list]));
  if (expected.ignored !== result.ignored)
    found.push({ kind: 'ignored', what: 'differs', expected: expected.ignored, got: result.ignored });
  if (expected.warnings !== undefined) {
    const wanted = [...new Set(expected.warnings)].toSorted();
    if (wanted.join(' ') !== result.warnings.join(' '))
      found.push({ kind: 'warnings', what: 'differs', expected: wanted, got: result.warnings });
  }
  return found;
}

/** The fields of a row that are not as expected. */
export function wrongFields(list: ListName, expected: ExpectedRow, got: Row): string[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    isAs(list, name, value, got[name] ?? '') ? [] : [name],
  );
}

/** Pairs rows: whole matches first, as many as there can be; then each of the rest with the one most like it. */
export function pair(list: ListName, expected: readonly ExpectedRow[], got: readonly Row[]): Pairing {
  const of = matched(expected, got, (wanted, row) => wrongFields(list, wanted, row).length === 0);
  const taken = new Set(of);
  const left = got.flatMap((row, index) => (taken.has(index) ? [] : [{ row, index }]));
  const likely = expected
    .flatMap((wanted, at) =>
      of[at] === undefined
        ? left.map(({ row, index }) => ({ at, index, like: likeness(list, wanted, row) }))
        : [],
    )
    .filter(({ like }) => like > 0)
    .toSorted((a, b) => b.like - a.like);
  for (const { at, index } of likely) {
    if (of[at] !== undefined || taken.has(index)) continue;
    of[at] = index;
    taken.add(index);
  }
  // Where one is left on both sides there is little doubt.
  const [missing, ...more] = expected.flatMap((_, at) => (of[at] === undefined ? [at] : []));
  const rest = got.flatMap((_, index) => (taken.has(index) ? [] : [index]));
  if (missing === undefined || more.length > 0 || rest.length !== 1) return { of, rest };
  of[missing] = rest[0];
  return { of, rest: [] };
}

function listDifferences(
  list: ListName,
  expected: readonly ExpectedRow[],
  got: readonly Row[],
): Difference[] {
  const { of, rest } = pair(list, expected, got);
  return [
    ...expected.flatMap((wanted, at): Difference[] => {
      const row = got[of[at] ?? -1];
      if (row === undefined) return [{ kind: list, what: 'missing', expected: texts(wanted) }];
      const wrong = wrongFields(list, wanted, row);
      if (wrong.length === 0) return [];
      const fields = wrong.map((name) => [
        name,
        { expected: wanted[name]?.text ?? '', got: row[name] ?? '' },
      ]);
      return [{ kind: list, what: 'differs', fields: Object.fromEntries(fields), got: row }];
    }),
    ...rest.flatMap((index): Difference[] => {
      const row = got[index];
      return row === undefined ? [] : [{ kind: list, what: 'unexpected', got: row }];
    }),
  ];
}

/** A reason is known by a part of it: its words may grow. A plain number is compared by its value. */
function isAs(list: ListName, name: string, { text, plain }: ExpectedValue, got: string): boolean {
  if (text === got) return true;
  if (list === 'quarantine' && name === 'reason') return got.includes(text);
  return plain && canonical(text) === canonical(got);
}

/** A decimal number without the zeros that do not count; other texts as they are. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^([-+]?)0*(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === '') return text;
  const decimals = fraction.replace(/0+$/, '');
  return `${sign === '-' ? '-' : ''}${whole}${decimals && `.${decimals}`}`;
}

/** How much a row is like the expected one: the order number tells most. */
function likeness(list: ListName, expected: ExpectedRow, got: Row): number {
  return Object.entries(expected).reduce(
    (sum, [name, value]) =>
      sum + (isAs(list, name, value, got[name] ?? '') ? (name === 'orderNo' ? 100 : 1) : 0),
    0,
  );
}

/** The largest matching of the two sides (augmenting paths): `{}` fits any row and must leave the others theirs. */
function matched<A, B>(
  left: readonly A[],
  right: readonly B[],
  fits: (a: A, b: B) => boolean,
): (number | undefined)[] {
  const edges = left.map((a) => right.flatMap((b, index) => (fits(a, b) ? [index] : [])));
  const owner = new Map<number, number>();
  const place = (at: number, seen: Set<number>): boolean => {
    for (const index of edges[at] ?? []) {
      if (seen.has(index)) continue;
      seen.add(index);
      const other = owner.get(index);
      if (other !== undefined && !place(other, seen)) continue;
      owner.set(index, at);
      return true;
    }
    return false;
  };
  for (const at of left.keys()) place(at, new Set());
  const of: (number | undefined)[] = left.map(() => undefined);
  for (const [index, at] of owner) of[at] = index;
  return of;
}

function texts(row: ExpectedRow): Row {
  return Object.fromEntries(Object.entries(row).map(([name, { text }]) => [name, text]));
}
