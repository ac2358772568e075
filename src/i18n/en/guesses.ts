import { isEightHours, isNeverSet } from '../../domain/plausible.ts';

/** Why a session's end may lie so far ahead of its arrival, milliseconds; '' where nothing suggests itself. */
export function aheadGuess(ms: number): string {
  if (isEightHours(ms)) return '; about eight hours: is the time zone right (sources[].shift: -8h)?';
  return isNeverSet(ms) ? "; is the pile's clock right?" : '';
}

/** Why it may lie so far back. */
export function behindGuess(ms: number): string {
  if (isEightHours(-ms)) return '; about eight hours: is the time zone right (sources[].shift: 8h)?';
  return isNeverSet(ms) ? "; was the pile's clock ever set?" : '';
}
