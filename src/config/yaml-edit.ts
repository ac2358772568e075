/** Changes single values of a YAML text; every other byte, comments and form included, stays as it is. */
import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Path } from './mistakes.ts';

/** What can be written. */
export type Plain = string | number | readonly Plain[] | { readonly [name: string]: Plain };

/** The end of a value in the text, and where the next may be put. */
type Ranged = readonly [start: number, end: number];

/** Edits a YAML text, or one in JSON, which stays JSON. Methods throw a TypeError where its form is one that they do not know. */
export class YamlEditor {
  #text: string;
  readonly #mark: string;
  readonly #eol: string;

  /** @param source a YAML text that parses */
  constructor(source: string) {
    this.#mark = source.startsWith('\uFEFF') ? '\uFEFF' : '';
    this.#text = source.slice(this.#mark.length);
    this.#eol = this.#text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** The text as it is now. */
  toString(): string {
    return this.#mark + this.#text;
  }

  /** Whether there is a value at a path. */
  has(path: Path): boolean {
    return this.#find(path) !== undefined;
  }

  /** Sets a value: in place of the one that is there, else as the last member of its mapping, which must be there. */
  set(path: Path, value: Plain): void {
    const found = this.#find(path);
    if (found === undefined) {
      this.#add(path, value);
    } else if (isScalar(found) && typeof value !== 'object' && found.range && found.source !== '') {
      this.#splice(found.range, scalarText(found, value));
    } else if (isCollection(found) && found.flow === true && found.range) {
      this.#splice(found.range, this.#flow(value, found.range[0]));
    } else {
      this.remove(path);
      this.#add(path, value);
    }
  }

  /** Puts an item at the end of a list, which must be there. */
  append(path: Path, value: Plain): void {
    const list = this.#find(path);
    if (!isSeq(list)) throw new TypeError('form');
    if (list.flow === true) {
      this.#appendFlow(list, (at) => this.#flow(value, at));
      return;
    }
    const last = list.items.at(-1);
    const [start, end] = last === undefined ? [0, 0] : this.#extent(last);
    const indent = ' '.repeat(this.#column(this.#text.lastIndexOf('-', start - 1)));
    this.#insertLine(end, `${indent}- ${inline(value)}`);
  }

  /** Takes a member or an item away, where it is there. */
  remove(path: Path): void {
    const parent = this.#find(path.slice(0, -1));
    const step = path.at(-1);
    if (!isCollection(parent) || step === undefined) return;
    const items: readonly unknown[] = parent.items;
    const at = isMap(parent)
      ? parent.items.findIndex(({ key }) => keyText(key) === String(step))
      : Number(step);
    const item = items[at];
    if (item === undefined) return;
    const [start, end] = this.#extent(item);
    if (parent.flow === true) {
      const [next, before] = [items[at + 1], items[at - 1]];
      if (next !== undefined) this.#splice([start, this.#extent(next)[0]], '');
      else if (before !== undefined) this.#splice([this.#extent(before)[1], end], '');
      else this.#splice([start, end], '');
      return;
    }
    const from = isSeq(parent) ? this.#text.lastIndexOf('-', start - 1) : start;
    this.#splice([this.#lineStart(from), this.#lineEnd(end)], '');
  }

  #add(path: Path, value: Plain): void {
    const map = this.#find(path.slice(0, -1));
    const key = String(path.at(-1));
    if (!isMap(map)) throw new TypeError('form');
    if (map.flow === true) {
      this.#appendFlow(
        map,
        (at) => `${this.#isJson() ? JSON.stringify(key) : key}: ${this.#flow(value, at)}`,
      );
      return;
    }
    const last = map.items.at(-1);
    const first = map.items[0];
    if (first === undefined || last === undefined) throw new TypeError('form');
    const indent = ' '.repeat(this.#column(this.#extent(first)[0]));
    this.#insertLine(this.#extent(last)[1], blockLines(key, value, indent).join(this.#eol));
  }

  /** Appends to a flow collection, spaced as its items are. */
  #appendFlow(collection: YAMLMap | YAMLSeq, render: (at: number) => string): void {
    const [open = 0, close = 0] = collection.range ?? [];
    const items: readonly unknown[] = collection.items;
    const last = items.at(-1);
    if (last === undefined) {
      this.#splice([open + 1, close - 1], this.#isJson() ? this.#broken(open, render) : ` ${render(open)} `);
      return;
    }
    const first = this.#extent(items[0])[0];
    const space = /^\s*/.exec(this.#text.slice(open + 1, first))?.[0] ?? '';
    const end = this.#extent(last)[1];
    const separator = space.includes('\n') ? space : ' ';
    this.#splice([end, end], `,${separator}${render(first)}`);
  }

  /** The only item of a JSON collection, on lines of its own where the document has lines. */
  #broken(open: number, render: (at: number) => string): string {
    const unit = this.#unit();
    if (unit === undefined) return render(open);
    const outer = this.#indentOf(open);
    const text = render(open).replaceAll(this.#eol, this.#eol + unit);
    return `${this.#eol}${outer}${unit}${text}${this.#eol}${outer}`;
  }

  /** A value inside flow collections; in JSON on lines of its own, indented from the line that `at` is on. */
  #flow(value: Plain, at: number): string {
    if (!this.#isJson()) return inline(value);
    const unit = this.#unit();
    if (unit === undefined) return JSON.stringify(value);
    return JSON.stringify(value, null, unit).replaceAll('\n', this.#eol + this.#indentOf(at));
  }

  #isJson(): boolean {
    return /^\s*\{/.test(this.#text);
  }

  /** How far JSON is indented; undefined where it is all on one line. */
  #unit(): string | undefined {
    return /^\s*\{[^\S\n]*\r?\n([ \t]+)/.exec(this.#text)?.[1];
  }

  #find(path: Path): Node | undefined {
    const document = parseDocument(this.#text, { stringKeys: true, merge: true, resolveKnownTags: false });
    let node: unknown = document.contents;
    for (const step of path) {
      if (isMap(node)) node = node.items.find(({ key }) => keyText(key) === String(step))?.value;
      else if (isSeq(node)) node = node.items[Number(step)];
      else return undefined;
    }
    return isScalar(node) || isCollection(node) ? node : undefined;
  }

  /** From the start of an item (of a member: of its key) to the end of what is written of it. */
  #extent(item: unknown): Ranged {
    if (isPair(item)) {
      const [start, end] = this.#extent(item.key);
      const isThere = isCollection(item.value) || (isScalar(item.value) && item.value.source !== '');
      return [start, isThere ? this.#extent(item.value)[1] : Math.max(end, this.#colon(end))];
    }
    if (isCollection(item) && item.flow !== true) {
      const items: readonly unknown[] = item.items;
      return [
        item.range?.[0] ?? 0,
        items.length === 0 ? (item.range?.[1] ?? 0) : this.#extent(items.at(-1))[1],
      ];
    }
    return isScalar(item) || isCollection(item) ? [item.range?.[0] ?? 0, item.range?.[1] ?? 0] : [0, 0];
  }

  #colon(from: number): number {
    return this.#text.startsWith(':', from) ? from + 1 : from;
  }

  #splice([start, end]: readonly [number, number, ...unknown[]], text: string): void {
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
  }

  /** Puts lines after the one that `at` is on. */
  #insertLine(at: number, lines: string): void {
    const end = this.#lineEnd(at);
    const before = this.#text.slice(0, end);
    const broken = before === '' || before.endsWith('\n') ? '' : this.#eol;
    this.#splice([end, end], `${broken}${lines}${this.#eol}`);
  }

  #lineStart(at: number): number {
    return this.#text.lastIndexOf('\n', at - 1) + 1;
  }

  /** The beginning of the line after the one that ends what is written before `at`. */
  #lineEnd(at: number): number {
    if (this.#text[at - 1] === '\n') return at;
    const end = this.#text.indexOf('\n', at);
    return end < 0 ? this.#text.length : end + 1;
  }

  #column(at: number): number {
    return at - this.#lineStart(at);
  }

  #indentOf(at: number): string {
    return /^[ \t]*/.exec(this.#text.slice(this.#lineStart(at)))?.[0] ?? '';
  }
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

/** A value on one line. */
function inline(value: Plain): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function blockLines(key: string, value: Plain, indent: string): string[] {
  if (Array.isArray(value) && value.length > 0)
    return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${inline(item)}`)];
  if (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0)
    return [
      `${indent}${key}:`,
      ...Object.entries(value).flatMap(([name, member]) => blockLines(name, member, `${indent}  `)),
    ];
  return [`${indent}${key}: ${inline(value)}`];
}

/** A value in the manner of the scalar that it replaces. */
function scalarText(old: Scalar, value: string | number): string {
  const text = String(value);
  if (old.type === Scalar.QUOTE_DOUBLE) return JSON.stringify(text);
  if (old.type === Scalar.QUOTE_SINGLE && !/[\r\n]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text);
  return typeof old.value === 'number' && isNumber ? text : inline(value);
}
