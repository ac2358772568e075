/** The YAML of a config: its values, and where each of them stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Mistake, Path, Position } from './mistakes.ts';
import { findSlips } from './typing-slips.ts';

/** Far deeper than any config is; keeps a document that contains itself from being walked for ever. */
const MAX_DEPTH = 40;
/** Faults that leave the rest of the document readable, so that its mistakes can be told too. */
const LOCAL_FAULTS = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED', 'MULTIPLE_DOCS']);

/** A parsed config file. */
export interface ConfigDocument {
  /** Plain values; keys without a value (`ca: `) are left out, as if they were not there. */
  readonly value: unknown;
  /** What is wrong with the YAML itself. */
  readonly mistakes: readonly Mistake[];
  /** Lines (from 1) with a slip of typing: what else is wrong there follows from it. */
  readonly slips: ReadonlySet<number>;
  /** False where a fault makes the values unfit to be looked at. */
  readonly readable: boolean;
  /** Where a value (or its key) stands; where there is none, its nearest parent that is there. */
  position(path: Path, of?: 'key' | 'value'): Position;
  /** A scalar as it was written, without quotes. */
  written(path: Path): string | undefined;
}

/** Parses YAML 1.2 with merge keys. Keys are text digit by digit, as written. Never throws. */
export function parseConfig(source: string): ConfigDocument {
  const lines = new LineCounter();
  const written = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const slips = findSlips(written);
  const body = slips.repaired;
  const document = parseDocument(body, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    resolveKnownTags: false,
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: Math.max(col, 1) };
  };
  // One mistake a line, and none that follows from a slip in its line. After one that spoils the structure the parser
  // finds fault with what is right: the first of these is told.
  const all = [...document.errors, ...document.warnings].filter(
    ({ pos }) => !slips.lines.has(lines.linePos(pos[0]).line),
  );
  const spoiling = all.filter(({ code }) => !LOCAL_FAULTS.has(code));
  const faults = [...all.filter(({ code }) => LOCAL_FAULTS.has(code)), ...spoiling.slice(0, 1)];
  const mistakes: Mistake[] = [
    ...slips.mistakes,
    ...faults
      .map((fault) => ({ path: [], ...faultOf(fault.code, fault.message, body, at(fault.pos[0])) }))
      .filter(({ position }) => !slips.lines.has(position.line)),
  ];
  let readable = document.errors.every(({ code }) => LOCAL_FAULTS.has(code));
  let value: unknown;
  try {
    value = readable ? withoutNulls(document.toJS(), []) : undefined;
  } catch (error) {
    readable = false;
    mistakes.push({
      path: [],
      message: `not readable as YAML: ${error instanceof Error ? error.message : error}`,
    });
  }
  const find = (path: Path) => walk(document.contents, path, (alias) => alias.resolve(document));
  return {
    value,
    mistakes,
    readable,
    slips: slips.lines,
    position: (path, of) => at(of === 'key' ? find(path).keyOffset : find(path).offset),
    written: (path) => find(path).written,
  };
}

/** A fault of the YAML in plain words, where it is to be mended. */
function faultOf(
  code: string,
  message: string,
  body: string,
  position: Position,
): { message: string; position: Position } {
  const all = body.split('\n');
  const line = all[position.line - 1] ?? '';
  const rest = line.slice(position.column - 1);
  if (code === 'DUPLICATE_KEY')
    return { message: `the key ${/^[^\s:]*/.exec(rest)?.[0]} is there twice in one mapping`, position };
  if (code === 'TAB_AS_INDENT')
    return { message: 'not readable as YAML: a tab indents this line, use spaces', position };
  const [, unspaced] = /^\s*(?:- )?([A-Za-z][\w-]*):(?=[^\s:/])/.exec(line) ?? [];
  if (unspaced !== undefined)
    return { message: `not readable as YAML: put a space after the colon of ${unspaced}`, position };
  const depth = (one: string) => one.length - one.trimStart().length;
  const below = all.findIndex((one, at) => at >= position.line && one.trim() !== '');
  const deeper = all[below];
  if (/Nested mappings|Implicit keys/.test(message) && deeper !== undefined && depth(deeper) > depth(line))
    return {
      message:
        'not readable as YAML: this line is indented further than the one above it, which has a value already',
      position: { line: below + 1, column: depth(deeper) + 1 },
    };
  return { message: `not readable as YAML: ${message}`, position };
}

/**
 * Leaves out the keys that have no value, but for two places: in `where` an empty value is a mistake, and an empty
 * entry of `devices` is a device about which nothing more is known.
 */
function withoutNulls(value: unknown, path: Path): unknown {
  if (path.length > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((item, index) => withoutNulls(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    key,
    item === null && path.length === 1 && path[0] === 'devices' ? {} : item,
  ]);
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== null || path.at(-1) === 'where')
      .map(([key, item]) => [key, withoutNulls(item, [...path, key])]),
  );
}

/** The node at the end of a path, or the last one on the way that is there. */
function walk(
  root: Node | null,
  path: Path,
  resolve: (alias: Extract<Node, { source: string }>) => Node | undefined,
): { offset: number; keyOffset: number; written?: string } {
  let [offset, keyOffset] = [0, 0];
  let node: Node | null | undefined = root;
  for (const step of path) {
    if (isAlias(node)) node = resolve(node);
    if (isMap(node)) {
      const pair = pairOf(node.items, String(step), resolve);
      if (!pair) return { offset, keyOffset };
      const { key, value } = pair;
      if (isScalar(key)) offset = key.range?.[0] ?? offset;
      keyOffset = offset;
      node = isNode(value) ? value : null;
      if (isScalar(node) && node.source !== '' && node.range) offset = node.range[0];
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step];
      if (!isNode(item)) return { offset, keyOffset };
      node = item;
      offset = node.range?.[0] ?? offset;
      keyOffset = offset;
    } else return { offset, keyOffset };
  }
  const written = isScalar(node) ? node.source : undefined;
  return { offset, keyOffset, ...(written === undefined ? {} : { written }) };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

/** The pair of a key; where the mapping has none of its own, one that it merges in (`<<: *common`). */
function pairOf(
  pairs: readonly Pair[],
  key: string,
  resolve: (alias: Extract<Node, { source: string }>) => Node | undefined,
): Pair | undefined {
  // Of a key that is there twice the last counts, as in the values.
  const own = pairs.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own) return own;
  for (const { key: name, value } of pairs) {
    if (!isScalar(name) || name.source !== '<<') continue;
    for (const part of isSeq(value) ? value.items : [value]) {
      const merged = isAlias(part) ? resolve(part) : part;
      const found = isMap(merged) ? pairOf(merged.items, key, resolve) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}
