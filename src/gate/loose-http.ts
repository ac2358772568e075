/**
 * Reads a response that is not well-formed HTTP the way browsers and curl do: gates are embedded devices and old
 * frameworks, and a record that a gate has must not be posted again for a blank in a header. Used only for what the
 * strict parser refused.
 */

/** What could be made of the bytes of a response. */
export interface LooseResponse {
  /** Of the last status line that is no 1xx; 200 where there is none. */
  readonly status: number;
  /** Names in lower case; of a repeated one the first value. */
  readonly headers: Readonly<Record<string, string>>;
  /** What follows the headers, its chunks joined; still packed where the headers say so. */
  readonly body: Buffer;
  /** Whether the body is there to its end, by its length or its last chunk; undefined where neither is said. */
  readonly complete: boolean | undefined;
}

const STATUS_LINE = /^\s*HTTP\/\d(?:\.\d)?\s+(\d{3})(?!\d)/i;
/** A name as the standard has it, and blanks before the colon. */
const HEADER = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:(.*)$/;

/** Never throws. Linear in the number of bytes. */
export function readLoosely(bytes: Buffer): LooseResponse {
  let start = 0;
  for (;;) {
    // Byte by byte: a header may be in any encoding.
    const head = headOf(bytes, start);
    const status = Number(STATUS_LINE.exec(head.lines[0] ?? '')?.[1]);
    if (Number.isNaN(status))
      return { status: 200, headers: {}, body: bytes.subarray(start), complete: undefined };
    if (status >= 200 || head.end === undefined) return responseOf(bytes, status, head.lines, head.end);
    start = head.end;
  }
}

/** The lines up to the first empty one, and where the next byte is; `end` is undefined where no empty line came. */
function headOf(bytes: Buffer, from: number): { readonly lines: string[]; readonly end: number | undefined } {
  const lines: string[] = [];
  let at = from;
  while (at < bytes.length) {
    const feed = bytes.indexOf(0x0a, at);
    const line = bytes.toString('latin1', at, feed < 0 ? bytes.length : feed).replace(/\r$/, '');
    at = feed < 0 ? bytes.length : feed + 1;
    // Blank lines in front of the status line do not count.
    if (line === '' && lines.length > 0) return { lines, end: at };
    if (line !== '') lines.push(line);
    if (lines.length === 1 && !STATUS_LINE.test(line)) break;
  }
  return { lines, end: undefined };
}

function responseOf(
  bytes: Buffer,
  status: number,
  [, ...lines]: readonly string[],
  end: number | undefined,
): LooseResponse {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name !== undefined) headers[name.toLowerCase()] ??= (value ?? '').trim();
  }
  const rest = end === undefined ? Buffer.alloc(0) : bytes.subarray(end);
  if (/\bchunked\b/i.test(headers['transfer-encoding'] ?? '')) {
    const chunks = joinChunks(rest);
    if (chunks !== undefined) return { status, headers, ...chunks };
  }
  const length = /^\d{1,15}$/.test(headers['content-length'] ?? '')
    ? Number(headers['content-length'])
    : undefined;
  const complete = length === undefined || end === undefined ? undefined : rest.length >= length;
  return { status, headers, body: complete === true ? rest.subarray(0, length) : rest, complete };
}

/** @returns the bodies of chunks up to the first that is none; undefined where the first one is none already */
function joinChunks(bytes: Buffer): { readonly body: Buffer; readonly complete: boolean } | undefined {
  const bodies: Buffer[] = [];
  let at = 0;
  for (;;) {
    const feed = bytes.indexOf(0x0a, at);
    const line = bytes.toString('latin1', at, feed < 0 ? Math.min(bytes.length, at + 64) : feed).trim();
    const [, digits] = /^([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(line) ?? [];
    if (digits === undefined || feed < 0)
      return bodies.length === 0 && bytes.length > 0 && digits === undefined
        ? undefined
        : { body: Buffer.concat(bodies), complete: false };
    const size = Number.parseInt(digits, 16);
    if (size === 0) return { body: Buffer.concat(bodies), complete: true };
    bodies.push(bytes.subarray(feed + 1, feed + 1 + size));
    at = feed + 1 + size;
    // The line's end behind a chunk, as CRLF or as LF.
    if (bytes[at] === 0x0d) at += 1;
    if (bytes[at] === 0x0a) at += 1;
    if (at >= bytes.length) return { body: Buffer.concat(bodies), complete: false };
  }
}
