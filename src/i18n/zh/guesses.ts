import { isEightHours, isNeverSet } from '../../domain/plausible.ts';

/** Why a session's end may lie so far ahead of its arrival, milliseconds; '' where nothing suggests itself. */
export function aheadGuess(ms: number): string {
  if (isEightHours(ms)) return '；约八小时，请检查时区（可设 sources[].shift: -8h）';
  return isNeverSet(ms) ? '；请检查充电桩时钟' : '';
}

/** Why it may lie so far back. */
export function behindGuess(ms: number): string {
  if (isEightHours(-ms)) return '；约八小时，请检查时区（可设 sources[].shift: 8h）';
  return isNeverSet(ms) ? '；充电桩时钟可能从未校准' : '';
}
