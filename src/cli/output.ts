/** How commands speak: data to stdout, words about it to stderr, colour only on a terminal that wants it. */
import { isatty } from 'node:tty';
import pc from 'picocolors';
import { visibleJson } from '../domain/visible-text.ts';

const { createColors } = pc;

/** Functions that colour a text, or leave it alone. */
export type Colours = ReturnType<typeof createColors>;

/** Prints a line of data. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints one JSON object on a line of its own. */
export function printJson(value: object): void {
  print(visibleJson(value));
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

/** The language to speak: what `--lang` says, else that of the locale. */
export function language(lang: 'zh' | 'en' | undefined, env: NodeJS.ProcessEnv): 'zh' | 'en' {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return lang ?? (/^zh/i.test(locale) ? 'zh' : 'en');
}
