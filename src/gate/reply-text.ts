import { isUtf8 } from 'node:buffer';

/**
 * A reply's body as text, without a byte order mark: UTF-8, also when cut in the middle of a character; else GB18030,
 * the Chinese encoding of older systems. Never throws.
 */
export function replyText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  try {
    return withoutMark(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }));
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
