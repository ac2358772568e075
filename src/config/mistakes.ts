/** What is wrong with a config, and how it is told: every mistake at once, one a line, by line. */
import { z } from 'zod';
import { nearest } from '../domain/nearest.ts';
import { type Reason, type ReasonParams, readReason, reason, storedReason } from '../domain/reason.ts';

/** The way to a value: keys of mappings and indexes of lists, from the config's root. */
export type Path = readonly (string | number)[];

/** Where something stands in the file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One mistake: at which value, and what is wrong with it and what is allowed, without the value's name. */
export interface Mistake {
  readonly path: Path;
  readonly reason: Reason;
  /** Whether the key is wrong rather than its value. */
  readonly of?: 'key';
  /** For an unknown key: the known one that is probably meant. */
  readonly meant?: string;
  /** Whether the value is not there at all. */
  readonly missing?: boolean;
  /** Where the path does not tell: the place of a fault of the YAML itself. */
  readonly position?: Position;
}

/** A reason as a message of zod's, which are texts; {@link mistakesOf} reads it back. */
export function issue<C extends keyof ReasonParams>(code: C, params: ReasonParams[C]): string {
  return storedReason(reason(code, params));
}

/** What a key is, for a reason. @param text its description in the schema */
export function keyed(text: string): Reason {
  return reason('config.key', { text });
}

/** The message that a value has not the shape that `expected` describes: `must be a list of texts`. */
export function mustBe(expected: string): string {
  return issue('config.shape', { expected: keyed(expected) });
}

/**
 * A mapping whose keys are all known; any other key is a mistake that names the nearest one.
 *
 * @param elsewhere keys that another dialect of the gate has, and which
 */
export function section<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  what: string,
  elsewhere: Readonly<Record<string, string>> = {},
) {
  return z
    .strictObject(shape, {
      error: ({ code, input }) => {
        // Read back by `mistakesOf`, which makes one mistake of each key.
        if (code === 'unrecognized_keys') return JSON.stringify({ known: Object.keys(shape), elsewhere });
        const expected = keyed(what);
        if (input === null) return issue('config.empty', { expected });
        return input === undefined
          ? issue('config.missing', { expected })
          : issue('config.not-a-mapping', { expected });
      },
    })
    .describe(what);
}

/** Runs a check of a mapping also where some of its values are wrong, so that every mistake is told at once. */
export const whateverElse = {
  when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null,
};

const unrecognized = z.object({
  known: z.array(z.string()),
  elsewhere: z.record(z.string(), z.string()),
});

/** The mistakes that zod found. */
export function mistakesOf(issues: readonly z.core.$ZodIssue[], base: Path = []): Mistake[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    if (issue.code === 'unrecognized_keys') {
      const { known, elsewhere } = unrecognized.parse(JSON.parse(issue.message));
      return issue.keys.map((key) => {
        const dialects = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
        return {
          path: [...path, key],
          of: 'key',
          ...(dialects === undefined
            ? unknownKey(key, known)
            : { reason: reason('config.other-dialect', { dialects }) }),
        };
      });
    }
    if (issue.code === 'invalid_union') {
      // The branch that is of the value's own kind (text, a mapping, a list) knows what is wrong with it.
      const branch = issue.errors.find((errors) => !errors.some(ofAnotherKind));
      if (branch) return mistakesOf(branch, path);
    }
    if (issue.code === 'invalid_key')
      return mistakesOf(issue.issues, path).map((mistake) => ({ ...mistake, of: 'key' }));
    const why = readReason(issue.message);
    return [{ path, reason: why, missing: why.code === 'config.missing' }];
  });
}

/** Whether a value is not even of the kind that a branch of a union is about. */
function ofAnotherKind(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((errors) => errors.some(ofAnotherKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

const SECRET_KEYS = /^(key|gatekey|secret|password|passwd|pass|token)$/i;

function unknownKey(key: string, known: readonly string[]): Pick<Mistake, 'reason' | 'meant'> {
  if (SECRET_KEYS.test(key)) {
    const file = known.find((name) => /^(key|password)File$/.test(name));
    return { reason: reason('config.secret-in-config', { fileKey: file }) };
  }
  const meant = nearest(key, known);
  return {
    reason: reason('config.unknown-key', { meant, allowed: known.join(', ') }),
    ...(meant === undefined ? {} : { meant }),
  };
}

/** A path as people write it: `sources[0].fields.power`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`))
    .join('');
}
