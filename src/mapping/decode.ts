import { isUtf8 } from 'node:buffer';
import { Unreadable } from '../domain/unreadable.ts';

/** The encodings a source may have. */
export const ENCODINGS = ['utf-8', 'gb18030'] as const;

/** One of {@link ENCODINGS}. */
export type Encoding = (typeof ENCODINGS)[number];

/** Far above any session; what is larger would hold up its neighbours while it is read. */
const MAX_BYTES = 1024 * 1024;

const gb18030 = new TextDecoder('gb18030', { fatal: true });

function utf8(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function gb(bytes: Uint8Array): string | undefined {
  try {
    return gb18030.decode(bytes);
  } catch {
    // The decoder's only way to say that some bytes are no character.
    return undefined;
  }
}

/** The payload as text, without a byte order mark, or why it is none. */
export function decode(bytes: Uint8Array, encoding: Encoding): string | Unreadable {
  if (bytes.byteLength > MAX_BYTES) {
    return new Unreadable(`the payload has ${bytes.byteLength} bytes; at most ${MAX_BYTES} are read`);
  }
  const text = encoding === 'utf-8' ? utf8(bytes) : gb(bytes);
  if (text === undefined) {
    const other = encoding === 'utf-8' ? ' (an older controller? set encoding: gb18030)' : '';
    return new Unreadable(`the payload is not ${encoding} text${other}`);
  }
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
