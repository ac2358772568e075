/** Paths into a decoded body: names with dots, list places and odd names in brackets. */

/** A path taken apart: the names and list places to go through. */
export type Path = readonly string[];

const STEP = /(?:^|(?<!^)\.)([^.[\]"\s]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;
/** Longer than any path that is meant. */
const LONGEST = 1000;

/** Takes `a.list[0]["x.y"]` apart, or returns undefined where it is no path. */
export function parsePath(text: string): Path | undefined {
  if (text.length > LONGEST) return undefined;
  const steps: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return undefined;
    steps.push(match[1] ?? match[2] ?? (match[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return steps.length === 0 ? undefined : steps;
}

/** What is at a path, or undefined; only what the body itself holds, never what it inherits. */
export function readPath(body: unknown, path: Path): unknown {
  let here = body;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    if (!Object.hasOwn(here, step) || (step === 'length' && Array.isArray(here))) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}

/** A copy of `body` with `value` at a path that is there; the body itself is never changed. */
export function withValue(body: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof body !== 'object' || body === null) return body;
  const inner = withValue(Reflect.get(body, step), rest, value);
  if (Array.isArray(body)) return body.with(Number(step), inner);
  return Object.fromEntries(Object.entries(body).map(([key, old]) => [key, key === step ? inner : old]));
}
