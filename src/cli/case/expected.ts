/** What a case expects, and what came of it, in one form. */
import type { YamlDocument } from '../../config/document.ts';
import type { Path } from '../../config/mistakes.ts';
import { publicName } from '../../domain/record.ts';
import type { ParsedExpect } from './schema.ts';

/** The lists that a case compares. */
export const LISTS = ['records', 'quarantine', 'waiting'] as const;

/** One of {@link LISTS}. */
export type ListName = (typeof LISTS)[number];

/** A value that is expected: its text, and whether it stands in the file as a plain number. */
export interface ExpectedValue {
  readonly text: string;
  readonly plain: boolean;
}

/** The fields that an expected row names. */
export type ExpectedRow = Readonly<Record<string, ExpectedValue>>;

/** What a case expects; a list that is not named is empty, and so is `ignored`; warnings are then not compared. */
export interface Expected {
  readonly records: readonly ExpectedRow[];
  readonly quarantine: readonly ExpectedRow[];
  readonly waiting: readonly ExpectedRow[];
  readonly ignored: number;
  readonly warnings: readonly string[] | undefined;
}

/** A row of what came of a case: its fields by name. */
export type Row = Readonly<Record<string, string>>;

/** What came of a case. */
export interface Result {
  readonly records: readonly Row[];
  readonly quarantine: readonly Row[];
  readonly waiting: readonly Row[];
  /** Messages and elements that a source ignored. */
  readonly ignored: number;
  /** The codes of the warnings, each once, sorted. */
  readonly warnings: readonly string[];
}

/** The expectation of a case file, its values as they are written. */
export function expectedOf(parsed: ParsedExpect, document: YamlDocument): Expected {
  const rows = (list: ListName): ExpectedRow[] =>
    (parsed[list] ?? []).map((row, index) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          publicName(name),
          expectedValue(value, ['expect', list, index, name], document),
        ]),
      ),
    );
  return {
    records: rows('records'),
    quarantine: rows('quarantine'),
    waiting: rows('waiting'),
    ignored: parsed.ignored ?? 0,
    warnings: parsed.warnings,
  };
}

function expectedValue(value: unknown, path: Path, document: YamlDocument): ExpectedValue {
  if (typeof value === 'string')
    return { text: path.at(-1) === 'field' ? publicName(value) : value, plain: false };
  if (value === null || value === undefined) return { text: '', plain: false };
  return { text: document.written(path) ?? String(value), plain: typeof value === 'number' };
}
