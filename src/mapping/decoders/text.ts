import { isUtf8 } from 'node:buffer';
import { type Unreadable, unreadable } from '../../domain/unreadable.ts';

/** The encodings a source may have. */
export const ENCODINGS = ['utf-8', 'gb18030'] as const;

/** One of {@link ENCODINGS}. */
export type Encoding = (typeof ENCODINGS)[number];

/** Far above any session; what is larger would hold up its neighbours while it is read. */
export const MAX_BYTES = 1024 * 1024;

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

/** Bytes as text, or why they are none. */
export function textOf(bytes: Uint8Array, encoding: Encoding): string | Unreadable {
  const text = encoding === 'utf-8' ? utf8(bytes) : gb(bytes);
  return text ?? unreadable('decode.not-text', { encoding });
}

const PADDING = /[\s\0\ufeff]/;

/** The text without the NULs, byte order mark and white space round it: fixed-size buffers are sent whole. */
export function unpadded(text: string): string {
  let [start, end] = [0, text.length];
  while (end > start && isPadding(text, end - 1)) end--;
  while (start < end && isPadding(text, start)) start++;
  return end - start === text.length ? text : text.slice(start, end);
}

function isPadding(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return !(code > 0x20 && code < 0x80) && PADDING.test(text.charAt(at));
}
