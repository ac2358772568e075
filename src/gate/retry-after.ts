/**
 * Reads `Retry-After` in both its forms, seconds and a date.
 *
 * @param value the header's value
 * @param now the moment that a date is counted from, epoch milliseconds
 * @returns milliseconds to wait, 0 for a date gone by; undefined where the value says nothing readable
 */
export function readRetryAfter(value: string, now: number): number | undefined {
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = readHttpDate(value);
  return date === undefined ? undefined : Math.max(0, date - now);
}

/** @returns epoch milliseconds of a date as HTTP writes it (any of its three formats), undefined for anything else */
export function readHttpDate(value: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? [\w -]+ \d\d:\d\d:\d\d/.test(value)) return undefined;
  // The oldest format names no zone, but means the same one.
  const date = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(date) ? undefined : date;
}
