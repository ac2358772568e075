import stringWidth from 'string-width';

/** A column of a table. */
export interface Column {
  readonly head: string;
  /** Where its texts stand; left where nothing is said. */
  readonly align?: 'left' | 'right';
}

/**
 * Lines of aligned columns, two blanks between them, the head first. Chinese characters count double, colours
 * not at all. The last column is not padded, so that no line ends in blanks.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => stringWidth(row[index] ?? ''))));
  return all.map((row) =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const gap = ' '.repeat((widths[index] ?? 0) - stringWidth(cell));
        return align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd(),
  );
}
