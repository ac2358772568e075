const UNITS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A length of time (milliseconds) as the config writes it, in its two largest units: `10m`, `1h 5m`, `250ms`. */
export function duration(ms: number): string {
  const at = UNITS.findIndex(([, unit]) => ms >= unit);
  if (at < 0) return `${Math.round(ms)}ms`;
  const parts = UNITS.slice(at, at + 2).map(([name, unit], index) => {
    const larger = UNITS[at + index - 1]?.[1];
    const count = Math.floor((index > 0 && larger ? ms % larger : ms) / unit);
    return count > 0 ? `${count}${name}` : '';
  });
  return parts.filter(Boolean).join(' ');
}
