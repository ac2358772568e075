/** The YAML of a config: its values, and where each of them stands. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { type Reason, reason } from '../domain/reason.ts';
import type { Mistake, Path, Position } from './mistakes.ts';
import { findSlips, type Slips } from './typing-slips.ts';

/** Far deeper than any config is; keeps a document that contains itself from being walked for ever. */
const MAX_DEPTH = 40;
/** Faults that leave the rest of the document readable, so that its mistakes can be told too. */
const LOCAL_FAULTS = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED', 'MULTIPLE_DOCS']);

/** A YAML text and where its values stand. */
export interface YamlText {
  /** Plain values. */
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

/** A config: {@link YamlText} whose keys without a value (`ca: `) are left out, as if they were not there. */
export type ConfigDocument = YamlText;

/** A YAML text that holds a config at some path, besides other things. */
export interface YamlDocument extends YamlText {
  /** The JSON of a value, its numbers digit by digit; undefined where it has none (`.inf`, `0x10`). */
  json(path: Path): string | undefined;
  /** The config that stands at a path. Its `mistakes` are those of the whole document. */
  config(path: Path): ConfigDocument;
}

/** Parses the YAML of a config; see {@link parseYaml}. Never throws. */
export function parseConfig(source: string): ConfigDocument {
  return parseYaml(source, findSlips).config([]);
}

/** Leaves a text as it is: what looks like a slip may be what a device publishes. */
const noSlips = (source: string): Slips => ({ mistakes: [], repaired: source, lines: new Set() });

/**
 * Parses YAML 1.2 with merge keys. Keys are text digit by digit, as written. Never throws.
 * @param find finds slips of typing; without it nothing counts as one
 */
export function parseYaml(source: string, find: (source: string) => Slips = noSlips): YamlDocument {
  const lines = new LineCounter();
  const slips = find(source.startsWith('\uFEFF') ? source.slice(1) : source);
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
    value = readable ? document.toJS() : undefined;
    limitDepth(value, 0);
  } catch (error) {
    readable = false;
    mistakes.push({
      path: [],
      reason:
        error instanceof TooDeep
          ? reason('yaml.too-deep', { levels: MAX_DEPTH })
          : reason('yaml.unreadable', { error: error instanceof Error ? error.message : String(error) }),
    });
  }
  const resolve = (alias: Alias) => alias.resolve(document);
  const nodeAt = (path: Path) => walk(document.contents, path, resolve);
  const position: YamlText['position'] = (path, of) =>
    at(of === 'key' ? nodeAt(path).keyOffset : nodeAt(path).offset);
  const written: YamlText['written'] = (path) => nodeAt(path).written;
  return {
    value,
    mistakes,
    readable,
    slips: slips.lines,
    position,
    written,
    json: (path) => {
      const { node } = nodeAt(path);
      return node ? jsonOf(node, document) : undefined;
    },
    config: (base) => ({
      value: readable ? withoutNulls(valueAt(value, base), []) : undefined,
      mistakes,
      readable,
      slips: slips.lines,
      position: (path, of) => position([...base, ...path], of),
      written: (path) => written([...base, ...path]),
    }),
  };
}

type Alias = Extract<Node, { source: string }>;

class TooDeep extends Error {}

/** @throws TooDeep where a value is nested deeper than any config: one that contains itself, for instance */
function limitDepth(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new TooDeep();
  if (typeof value !== 'object' || value === null) return;
  for (const item of Object.values(value)) limitDepth(item, depth + 1);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null && Object.hasOwn(here, step)
        ? Reflect.get(here, step)
        : undefined,
    value,
  );
}

/** A fault of the YAML in plain words, where it is to be mended. */
function faultOf(
  code: string,
  message: string,
  body: string,
  position: Position,
): { reason: Reason; position: Position } {
  const all = body.split('\n');
  const line = all[position.line - 1] ?? '';
  const rest = line.slice(position.column - 1);
  if (code === 'DUPLICATE_KEY')
    return { reason: reason('yaml.key-twice', { key: /^[^\s:]*/.exec(rest)?.[0] ?? '' }), position };
  if (code === 'TAB_AS_INDENT') return { reason: reason('yaml.tab', {}), position };
  const [, unspaced] = /^\s*(?:- )?([A-Za-z][\w-]*):(?=[^\s:/])/.exec(line) ?? [];
  if (unspaced !== undefined)
    return { reason: reason('yaml.no-space-after-colon', { key: unspaced }), position };
  const depth = (one: string) => one.length - one.trimStart().length;
  const below = all.findIndex((one, at) => at >= position.line && one.trim() !== '');
  const deeper = all[below];
  if (/Nested mappings|Implicit keys/.test(message) && deeper !== undefined && depth(deeper) > depth(line))
    return {
      reason: reason('yaml.indented-further', {}),
      position: { line: below + 1, column: depth(deeper) + 1 },
    };
  return { reason: reason('yaml.unreadable', { error: message }), position };
}

/**
 * Leaves out the keys that have no value, but for two places: in `where` an empty value is a mistake, and an empty
 * entry of `devices` is a device about which nothing more is known.
 */
function withoutNulls(value: unknown, path: Path): unknown {
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

interface Found {
  readonly offset: number;
  readonly keyOffset: number;
  readonly written?: string;
  /** The value itself, where it is there. */
  readonly node?: Node;
}

/** The node at the end of a path, or the last one on the way that is there. */
function walk(root: Node | null, path: Path, resolve: (alias: Alias) => Node | undefined): Found {
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
  if (isAlias(node)) node = resolve(node);
  const written = isScalar(node) ? node.source : undefined;
  return { offset, keyOffset, ...(node ? { node } : {}), ...(written === undefined ? {} : { written }) };
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The JSON of a node; numbers keep their digits, but for what is merged in (`<<`). */
function jsonOf(node: unknown, document: Document): string | undefined {
  if (isAlias(node)) return jsonOf(node.resolve(document), document);
  if (isScalar(node)) {
    if (typeof node.value !== 'number') return JSON.stringify(node.value ?? null);
    return node.source !== undefined && JSON_NUMBER.test(node.source) ? node.source : undefined;
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => jsonOf(item, document));
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
  }
  if (!isMap(node)) return 'null';
  if (node.items.some(({ key }) => isScalar(key) && key.source === '<<'))
    return JSON.stringify(node.toJS(document));
  const members = node.items.map(({ key, value }) => {
    const json = jsonOf(value, document);
    return json === undefined
      ? undefined
      : `${JSON.stringify(String(isScalar(key) ? key.value : key))}:${json}`;
  });
  return members.includes(undefined) ? undefined : `{${members.join(',')}}`;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

/** The pair of a key; where the mapping has none of its own, one that it merges in (`<<: *common`). */
function pairOf(
  pairs: readonly Pair[],
  key: string,
  resolve: (alias: Alias) => Node | undefined,
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
