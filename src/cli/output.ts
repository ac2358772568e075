/** How commands speak: data to stdout, words about it to stderr, colour only on a terminal that wants it. */
import { isatty } from 'node:tty';
import pc from 'picocolors';

const { createColors } = pc;

/** Functions that colour a text, or leave it alone. */
export type Colours = ReturnType<typeof createColors>;

/** Prints a line of data. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints one JSON object on a line of its own. */
export function printJson(value: object): void {
  print(JSON.stringify(value));
}

/** Says something to the person at the terminal. */
export function say(words: string): void {
  process.stderr.write(`${words}\n`);
}

/**
 * Whether what goes to a descriptor is coloured: a terminal, and nothing in the environment against it.
 * @param fd 1 is stdout, 2 is stderr
 */
export function wantsColour(env: NodeJS.ProcessEnv, fd: 1 | 2 = 1): boolean {
  return isatty(fd) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Colours for stdout, or for what `wanted` says. */
export function colours(wanted: boolean = wantsColour(process.env)): Colours {
  return createColors(wanted);
}

const UNITS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** A length of time as the config writes it, in its two largest units: `10m`, `1h 5m`, `250ms`. */
export function spelt(ms: number): string {
  const at = UNITS.findIndex(([, unit]) => ms >= unit);
  if (at < 0) return `${Math.round(ms)}ms`;
  const parts = UNITS.slice(at, at + 2).map(([name, unit], index) => {
    const larger = UNITS[at + index - 1]?.[1];
    const count = Math.floor((index > 0 && larger ? ms % larger : ms) / unit);
    return count > 0 ? `${count}${name}` : '';
  });
  return parts.filter(Boolean).join(' ');
}

/** A warning in other words; its place (`FILE:LINE:COL: key.path: `), where it has one, stays. */
export function placed(warning: string, told: (message: string) => string): string {
  const [, place = '', message = warning] = /^(.+?:\d+:\d+: (?:[\w.[\]-]+: )?)(.+)$/s.exec(warning) ?? [];
  return place + told(message);
}

const CHINESE_UNITS: Readonly<Record<string, string>> = { d: '天', h: '小时', m: '分', s: '秒', ms: '毫秒' };

/** A length of time in Chinese: `10 分`, `1 小时 5 分`. */
export function speltInChinese(ms: number): string {
  return spelt(ms).replace(
    /(\d+)([a-z]+)/g,
    (_, count: string, unit: string) => `${count} ${CHINESE_UNITS[unit]}`,
  );
}

/** The language to speak: what `--lang` says, else that of the locale. */
export function language(lang: 'zh' | 'en' | undefined, env: NodeJS.ProcessEnv): 'zh' | 'en' {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return lang ?? (/^zh/i.test(locale) ? 'zh' : 'en');
}
