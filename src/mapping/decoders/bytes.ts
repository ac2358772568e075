import { gunzipSync } from 'node:zlib';
import { quoted, type Unreadable, unreadable } from '../../domain/unreadable.ts';
import { MAX_BYTES } from './text.ts';

/** The bytes of hex text, upper or lower case; white space, `:`, `-`, `,` and `0x` between the pairs do not count. */
export function fromHex(text: string): Buffer | Unreadable {
  const digits = text.replace(/0x|[\s:,-]/gi, '');
  if (digits === '') return unreadable('decode.empty', {});
  if (!/^[0-9a-f]*$/i.test(digits)) return unreadable('decode.not-hex', { text: quoted(text) });
  if (digits.length % 2 !== 0) return unreadable('decode.odd-hex', { digits: digits.length });
  return Buffer.from(digits, 'hex');
}

/** The bytes of Base64 text, of either alphabet, with padding or without; white space does not count. */
export function fromBase64(text: string): Buffer | Unreadable {
  const packed = text.replace(/\s/g, '');
  if (packed === '') return unreadable('decode.empty', {});
  const [, data = '', padding = ''] = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(packed) ?? [];
  const whole = data.length % 4 !== 1 && (padding === '' || (data.length + padding.length) % 4 === 0);
  if (data === '' || !whole) return unreadable('decode.not-base64', { text: quoted(text) });
  return Buffer.from(data, 'base64');
}

/** What gzip packed, up to {@link MAX_BYTES}: a few kilobytes may unpack to gigabytes. */
export function fromGzip(bytes: Uint8Array): Buffer | Unreadable {
  if (bytes.byteLength === 0) return unreadable('decode.empty', {});
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if (error instanceof RangeError) return unreadable('decode.gzip-large', { max: MAX_BYTES });
    return unreadable('decode.not-gzip', { why: error instanceof Error ? error.message : String(error) });
  }
}
