import { createContext, Script } from 'node:vm';

/** A regular expression of the config, ready to be used. */
export interface Pattern {
  /** Whether it occurs anywhere in the text; false where that cannot be said within {@link LIMIT_MS}. Never throws. */
  test(text: string): boolean;
}

/** The most that one match may take, milliseconds. An ordinary one takes less than one; the rest is for a busy box. */
const LIMIT_MS = 250;
const MATCH = new Script('found = pattern.test(text)');

/**
 * Compiles a regular expression that a person wrote, so that no text, whoever sends it, makes it run for long: V8 ends
 * what takes longer. A pattern without repetition cannot backtrack and goes without that watch, which is a thread for
 * each run.
 *
 * @throws SyntaxError where it is not a regular expression
 */
export function compilePattern(source: string): Pattern {
  const pattern = new RegExp(source);
  if (!/[*+?{]/.test(source)) return pattern;
  return {
    test(text) {
      const inside = { pattern, text, found: false };
      try {
        MATCH.runInContext(createContext(inside), { timeout: LIMIT_MS });
      } catch {
        return false;
      }
      return inside.found;
    },
  };
}
