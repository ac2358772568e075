import stringWidth from 'string-width';

/** Cuts or fills with spaces to exactly `width` columns; a plate's Chinese character takes two. */
export function pad(text: string, width: number): string {
  let cut = text;
  if (stringWidth(cut) > width) {
    const signs = [...cut];
    while (signs.length > 0 && stringWidth(`${signs.join('')}…`) > width) signs.pop();
    cut = width > 0 ? `${signs.join('')}…` : '';
  }
  return cut + ' '.repeat(width - stringWidth(cut));
}

/** Like {@link pad}, with the text at the right. */
export function padStart(text: string, width: number): string {
  const fitted = pad(text, width).trimEnd();
  return ' '.repeat(width - stringWidth(fitted)) + fitted;
}

/** A time for people: `7 ms`, `1.2 s`. */
export function ms(time: number): string {
  return time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(1)} s`;
}

const BARS = [...' ▁▂▃▄▅▆▇█'];

/** Counts as bars, one column each; `highest` and above are full, and no count but 0 is invisible. */
export function bars(counts: readonly number[], highest: number): string[] {
  return counts.map((count) => {
    const full = BARS.length - 1;
    const height = Math.min(full, Math.ceil((count / highest) * full));
    return BARS[height] ?? ' ';
  });
}
