/**
 * The kinds of value that the config is made of. Each says in its messages what is wrong and what is allowed,
 * and turns what people write (`10s`, `64KiB`) into what the program counts in (milliseconds, bytes).
 */
import { z } from 'zod';

/** How the message ends for a number or boolean where text is wanted; the loader adds it as it was written. */
export const QUOTE_IT = 'where text is wanted, quote it';

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A value for a message: as JSON, at most 60 characters, and not at all where it could hold a password. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  if (json.includes('@')) return 'the value';
  return json.length > 60 ? `${json.slice(0, 59)}…` : json;
}

/**
 * Text: trimmed, not empty, without control characters.
 * @param what what it is, for the message where it is missing
 */
export function text(what: string) {
  return z
    .string({
      error: ({ input }) => {
        if (input === undefined) return `is missing, wanted is ${what}`;
        return typeof input === 'object'
          ? `is a list or a mapping, wanted is ${what}`
          : `is an unquoted ${typeof input} ${QUOTE_IT}`;
      },
    })
    .trim()
    .min(1, `is empty, wanted is ${what}`)
    .refine((value) => !/\p{Cc}/u.test(value), 'holds a line break or another control character')
    .describe(what);
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, what: string) {
  return z
    .enum(words, { error: ({ input }) => `${shown(input)} is not allowed, allowed is ${words.join(', ')}` })
    .describe(what);
}

/** `true` or `false`. */
export function flag(what: string) {
  return z
    .boolean({ error: ({ input }) => `${shown(input)} is not allowed, allowed is true or false` })
    .describe(what);
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number, what: string) {
  const error = ({ input }: { input: unknown }) =>
    `${shown(input)} is not allowed, allowed is a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).describe(what);
}

/** A number with its unit, as {@link duration} and {@link size} read it. */
function measure(
  units: Readonly<Record<string, number>>,
  examples: string,
  min: string,
  max: string,
  what: string,
) {
  const read = (value: string): number | undefined => {
    const [, digits, unit] = /^(\d{1,15}) ?([A-Za-z]+)$/.exec(value.trim()) ?? [];
    const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
    return factor === undefined ? undefined : Number(digits) * factor;
  };
  const error = (input: unknown) =>
    `${shown(input)} is not allowed, allowed is a whole number with its unit, such as ${examples}`;
  const [low, high] = [read(min) ?? 0, read(max) ?? Number.MAX_SAFE_INTEGER];
  return z
    .string({ error: ({ input }) => error(input) })
    .transform((value, ctx) => {
      const count = read(value);
      if (count !== undefined && count >= low && count <= high) return count;
      const message =
        count === undefined ? error(value) : `${shown(value)} is not allowed, allowed is ${min} to ${max}`;
      ctx.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .describe(what);
}

/** A duration such as `500ms 10s 5m 2h 30d`, from `min` to `max` (written likewise); gives milliseconds. */
export function duration(min: string, max: string, what: string) {
  return measure(DURATION_UNITS, '500ms 10s 5m 2h 30d', min, max, what);
}

/** A duration forwards or back, such as `-8h`, of at most `most`; gives milliseconds. */
export function signedDuration(most: string, what: string) {
  const length = duration('0s', most, what);
  const allowed = `allowed is -${most} to ${most}, such as -8h`;
  return z
    .string({ error: ({ input }) => `${shown(input)} is not allowed, ${allowed}` })
    .transform((value, ctx) => {
      const [, sign, size] = /^([+-]?)(.*)$/.exec(value.trim()) ?? [];
      const { data } = length.safeParse(size);
      if (data !== undefined) return sign === '-' ? -data : data;
      ctx.addIssue({ code: 'custom', message: `${shown(value)} is not allowed, ${allowed}` });
      return z.NEVER;
    })
    .describe(what);
}

/** A number from 0 to a million, with decimals. */
export function amount(what: string) {
  const error = ({ input }: { input: unknown }) =>
    `${shown(input)} is not allowed, allowed is a number such as 0.01`;
  return z.number({ error }).min(0, { error }).max(1_000_000, { error }).describe(what);
}

/** A size such as `64KiB 2GiB`, from `min` to `max` (written likewise); gives bytes. */
export function size(min: string, max: string, what: string) {
  return measure(SIZE_UNITS, '64KiB 100MiB 2GiB', min, max, what);
}

/** Text for which `problem` says what is wrong with it, or nothing where it is right. */
export function checked(what: string, problem: (value: string) => string | undefined) {
  return text(what).superRefine((value, ctx) => {
    const message = problem(value);
    if (message !== undefined) ctx.addIssue({ code: 'custom', message });
  });
}

/** A time zone by its IANA name; an offset such as `+08:00` is none, since it knows no daylight saving. */
export function timeZone(what: string) {
  return checked(what, (value) => {
    const problem = `${shown(value)} is no time zone, allowed are IANA names such as Asia/Shanghai`;
    if (!/^[A-Za-z]/.test(value)) return problem;
    try {
      new Intl.DateTimeFormat('en', { timeZone: value });
      return undefined;
    } catch {
      return problem;
    }
  });
}

/** What is wrong with a URL that must have one of `schemes` and no user name or password in it. */
export function urlProblem(value: string, schemes: readonly string[], instead: string): string | undefined {
  const allowed = `allowed is ${schemes.map((scheme) => `${scheme}://HOST`).join(', ')}`;
  const url = URL.parse(value);
  if (!url) return `${shown(value)} is no URL, ${allowed}`;
  if (!schemes.includes(url.protocol.slice(0, -1)) || url.hostname === '')
    return `${shown(value)} is not allowed, ${allowed}`;
  if (url.username !== '' || url.password !== '') return `has a user name or a password in it, ${instead}`;
  return undefined;
}

/** `HOST:PORT` (an IPv6 address in brackets; port 0 lets the system choose), or `off`, which gives undefined. */
export function listen(what: string) {
  return text(what).transform((value, ctx) => {
    if (value === 'off') return undefined;
    const [, six, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(value) ?? [];
    const [host, port] = [six ?? plain, Number(digits)];
    if (host !== undefined && port <= 65_535) return { host, port };
    ctx.addIssue({
      code: 'custom',
      message: `${shown(value)} is not allowed, allowed is HOST:PORT such as 127.0.0.1:9640, or off`,
    });
    return z.NEVER;
  });
}
