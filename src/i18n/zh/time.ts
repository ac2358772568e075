import { duration as english } from '../en/time.ts';

const UNITS: Readonly<Record<string, string>> = { d: '天', h: '小时', m: '分', s: '秒', ms: '毫秒' };

/** A length of time (milliseconds) in its two largest units: `10 分`, `1 小时 5 分`. */
export function duration(ms: number): string {
  return english(ms).replace(/(\d+)([a-z]+)/g, (_, count: string, unit: string) => `${count} ${UNITS[unit]}`);
}
