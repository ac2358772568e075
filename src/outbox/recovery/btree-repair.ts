import { fstatSync, readSync, writeSync } from 'node:fs';

/** Bytes of a page of ours. */
export const PAGE = 4_096;
/** Where the file's header says how many pages there are, and where the list of free ones begins (SQLite's file format, 1.3). */
export const PAGE_COUNT_AT = 28;
const FREE_TRUNK_AT = 32;
/** The first byte of a page of rows, and of a page that leads to some (file format, 1.6). */
const LEAF = 0x0d;
/** See {@link LEAF}. */
export const INTERIOR = 0x05;
/** Children that an interior page is given; some 400 would fit. */
const CHILDREN = 250;

/** A page of a table, whatever lies below it: its number and the highest row id in it. */
interface Child {
  readonly page: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Gives tables new upper pages, made from the pages of rows that lie anywhere in the file: where an upper page is
 * broken, SQLite does not find what lies below it. A table is known by how many columns its rows have. Rows of
 * pages that are free are left out, as far as the list of these can be read.
 * @param handle the file, open for reading and writing, without a journal
 * @param tables root page of each, and how many columns its rows may have stored: rows older than an added column
 *   have fewer
 */
export function reroot(
  handle: number,
  tables: readonly { readonly root: number; readonly columns: ReadonlySet<number> }[],
): void {
  const pages = Math.floor(fstatSync(handle).size / PAGE);
  const free = freePages(handle, pages);
  const roots = new Set(tables.map(({ root }) => root));
  const found = tables.map(({ root, columns }) => ({ root, columns, leaves: [] as Child[] }));
  for (let page = 2; page <= pages; page += 1) {
    if (free.has(page) || roots.has(page)) continue;
    const leaf = leafOf(readPage(handle, page), page);
    if (leaf === undefined) continue;
    found.find(({ columns }) => columns.has(leaf.columns))?.leaves.push(leaf);
  }
  let next = pages + 1;
  for (const { root, leaves } of found) {
    let level = leaves.sort((a, b) => a.first - b.first);
    // A small table is a single page of rows, and that is its root.
    if (level.length === 0) continue;
    while (level.length > CHILDREN) {
      const above: Child[] = [];
      for (let at = 0; at < level.length; at += CHILDREN)
        above.push(writeInterior(handle, next++, level.slice(at, at + CHILDREN)));
      level = above;
    }
    writeInterior(handle, root, level);
  }
  const header = readPage(handle, 1);
  header.writeUInt32BE(next - 1, PAGE_COUNT_AT);
  writeSync(handle, header, 0, PAGE, 0);
}

/** A page's bytes; zeros beyond the end of the file. */
export function readPage(handle: number, page: number): Buffer {
  const bytes = Buffer.alloc(PAGE);
  readSync(handle, bytes, 0, PAGE, (page - 1) * PAGE);
  return bytes;
}

/** The chain of pages that name the free ones, as far as it makes sense. */
function freePages(handle: number, pages: number): ReadonlySet<number> {
  const free = new Set<number>();
  let trunk = readPage(handle, 1).readUInt32BE(FREE_TRUNK_AT);
  while (trunk > 1 && trunk <= pages && !free.has(trunk)) {
    free.add(trunk);
    const page = readPage(handle, trunk);
    const count = Math.min(page.readUInt32BE(4), PAGE / 4 - 2);
    for (let at = 0; at < count; at += 1) free.add(page.readUInt32BE(8 + at * 4));
    trunk = page.readUInt32BE(0);
  }
  return free;
}

/** What a page of rows holds: how many columns its rows have, and from which id to which; undefined where it is none. */
function leafOf(bytes: Buffer, page: number): (Child & { readonly columns: number }) | undefined {
  const cells = bytes.readUInt16BE(3);
  if (bytes[0] !== LEAF || cells === 0 || 8 + cells * 2 > PAGE) return undefined;
  let first: number | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let columns = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const at = bytes.readUInt16BE(8 + cell * 2);
    if (at < 8 + cells * 2 || at > PAGE - 4) return undefined;
    const [, afterSize] = varint(bytes, at);
    const [id, afterId] = varint(bytes, afterSize);
    // Ids rise: a page where they do not is none of ours.
    if (id <= last) return undefined;
    first ??= id;
    last = id;
    columns = columnsAt(bytes, afterId);
  }
  return first === undefined ? undefined : { page, first, last, columns };
}

/** How many columns the row has whose record begins there (file format, 2.1). */
function columnsAt(bytes: Buffer, start: number): number {
  const [size, afterSize] = varint(bytes, start);
  let columns = 0;
  for (let at = afterSize; at < Math.min(start + size, PAGE); columns += 1) [, at] = varint(bytes, at);
  return columns;
}

/** A number of variable length and where it ends; numbers beyond 2^53 lose digits, which no id of ours has. */
function varint(bytes: Buffer, start: number): [number, number] {
  let value = 0;
  for (let at = start; at < start + 8; at += 1) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + 1];
  }
  return [value * 256 + (bytes[start + 8] ?? 0), start + 9];
}

/** Writes a page that leads to these, and gives it as a child of the next one above. */
function writeInterior(handle: number, page: number, children: readonly Child[]): Child {
  const bytes = Buffer.alloc(PAGE);
  const rightmost = children.at(-1);
  let content = PAGE;
  children.slice(0, -1).forEach((child, at) => {
    const key = varintOf(child.last);
    content -= 4 + key.length;
    bytes.writeUInt32BE(child.page, content);
    key.copy(bytes, content + 4);
    bytes.writeUInt16BE(content, 12 + at * 2);
  });
  bytes[0] = INTERIOR;
  bytes.writeUInt16BE(children.length - 1, 3);
  bytes.writeUInt16BE(content, 5);
  bytes.writeUInt32BE(rightmost?.page ?? 0, 8);
  writeSync(handle, bytes, 0, PAGE, (page - 1) * PAGE);
  return { page, first: children[0]?.first ?? 0, last: rightmost?.last ?? 0 };
}

function varintOf(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest % 128) | 0x80);
  return Buffer.from(bytes);
}
