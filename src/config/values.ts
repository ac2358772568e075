/**
 * The kinds of value that the config is made of. Each says in its messages what is wrong and what is allowed,
 * and turns what people write (`10s`, `64KiB`) into what the program counts in (milliseconds, bytes).
 */
import { z } from 'zod';
import { type Reason, type ReasonParams, reason, storedReason } from '../domain/reason.ts';
import { issue, keyed } from './mistakes.ts';

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A value for a reason: as JSON, at most 60 characters; empty where it could hold a password. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  if (json.includes('@')) return '';
  return json.length > 60 ? `${json.slice(0, 59)}…` : json;
}

/** That a value is not allowed, and what is: some words, or a code of its own. */
export function notAllowed<C extends Extract<keyof ReasonParams, `allowed.${string}`>>(
  input: unknown,
  allowed: C,
  params: ReasonParams[C],
): string {
  return issue('config.not-allowed', { value: shown(input), allowed: reason(allowed, params) });
}

/**
 * Text: trimmed, not empty, without control characters.
 * @param what what it is, for the message where it is missing
 */
export function text(what: string) {
  return z
    .string({
      error: ({ input }) => {
        const expected = keyed(what);
        if (input === undefined) return issue('config.missing', { expected });
        if (input === null) return issue('config.empty', { expected });
        // The loader adds it as it was written.
        return typeof input === 'object'
          ? issue('config.not-a-scalar', { expected })
          : issue('config.unquoted', { kind: typeof input === 'boolean' ? 'boolean' : 'number' });
      },
    })
    .trim()
    .min(1, issue('config.empty', { expected: keyed(what) }))
    .refine((value) => !/\p{Cc}/u.test(value), issue('config.control-character', {}))
    .describe(what);
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, what: string) {
  return z
    .enum(words, {
      error: ({ input }) => issue('config.not-allowed', { value: shown(input), allowed: words.join(', ') }),
    })
    .describe(what);
}

/** `true` or `false`. */
export function flag(what: string) {
  return z.boolean({ error: ({ input }) => notAllowed(input, 'allowed.flag', {}) }).describe(what);
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number, what: string) {
  const error = ({ input }: { input: unknown }) => notAllowed(input, 'allowed.whole', { min, max });
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
  const error = (input: unknown) => notAllowed(input, 'allowed.measure', { examples });
  const [low, high] = [read(min) ?? 0, read(max) ?? Number.MAX_SAFE_INTEGER];
  return z
    .string({ error: ({ input }) => error(input) })
    .transform((value, ctx) => {
      const count = read(value);
      if (count !== undefined && count >= low && count <= high) return count;
      const message = count === undefined ? error(value) : notAllowed(value, 'allowed.range', { min, max });
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
  const error = (input: unknown) => notAllowed(input, 'allowed.signed', { most });
  return z
    .string({ error: ({ input }) => error(input) })
    .transform((value, ctx) => {
      const [, sign, size] = /^([+-]?)(.*)$/.exec(value.trim()) ?? [];
      const { data } = length.safeParse(size);
      if (data !== undefined) return sign === '-' ? -data : data;
      ctx.addIssue({ code: 'custom', message: error(value) });
      return z.NEVER;
    })
    .describe(what);
}

/** A number from 0 to a million, with decimals. */
export function amount(what: string) {
  const error = ({ input }: { input: unknown }) => notAllowed(input, 'allowed.amount', {});
  return z.number({ error }).min(0, { error }).max(1_000_000, { error }).describe(what);
}

/** A size such as `64KiB 2GiB`, from `min` to `max` (written likewise); gives bytes. */
export function size(min: string, max: string, what: string) {
  return measure(SIZE_UNITS, '64KiB 100MiB 2GiB', min, max, what);
}

/** Text for which `problem` says what is wrong with it, or nothing where it is right. */
export function checked(what: string, problem: (value: string) => Reason | undefined) {
  return text(what).superRefine((value, ctx) => {
    const why = problem(value);
    if (why !== undefined) ctx.addIssue({ code: 'custom', message: storedReason(why) });
  });
}

/** A time zone by its IANA name; an offset such as `+08:00` is none, since it knows no daylight saving. */
export function timeZone(what: string) {
  return checked(what, (value) => {
    const problem = reason('config.time-zone', { value: shown(value) });
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
export function urlProblem(
  value: string,
  schemes: readonly string[],
  of: 'broker' | 'proxy' | 'uplink',
): Reason | undefined {
  // A proxy may also be one of two words.
  const allowed = [
    ...(of === 'proxy' ? ['off', 'env'] : []),
    ...schemes.map((scheme) => `${scheme}://HOST`),
  ].join(', ');
  const url = URL.parse(value);
  if (!url) return reason('config.not-a-url', { value: shown(value), allowed });
  if (!schemes.includes(url.protocol.slice(0, -1)) || url.hostname === '')
    return reason('config.not-allowed', { value: shown(value), allowed });
  if (url.username !== '' || url.password !== '') return reason('config.url-login', { of });
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
      message: notAllowed(value, 'allowed.listen', {}),
    });
    return z.NEVER;
  });
}
