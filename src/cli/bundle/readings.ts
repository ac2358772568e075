/** What a text may say once what it is written in is undone, by whatever way programs write text within text. */
import { gunzipSync, inflateSync } from 'node:zlib';
import { embedded } from '../capture/embedded.ts';

/** Encodings within encodings that are undone. */
const MAX_DEPTH = 5;
/** Readings of one text at most; a text with more is not understood. */
const MAX_READINGS = 1_000;
/** The most that a compressed part may grow to, bytes. */
const MAX_INFLATED = 1_048_576;

/**
 * The text itself, and all that it may be an encoding of: JSON and other escapes, percent signs, entities, base64,
 * hexadecimal digits, lists of numbers, gzip, UTF-8, UTF-16, GB18030, full width.
 * @returns undefined where there are too many to be sure
 */
export function readingsOf(text: string): ReadonlySet<string> | undefined {
  const all = new Set([text]);
  let latest = [text];
  for (let depth = 0; depth < MAX_DEPTH && latest.length > 0; depth += 1) {
    const fresh = latest
      .flatMap((one) => [...unescaped(one), ...decoded(one)])
      .filter((one) => !all.has(one));
    latest = [...new Set(fresh)];
    for (const one of latest) all.add(one);
    if (all.size > MAX_READINGS) return undefined;
  }
  return all;
}

function* unescaped(text: string): Generator<string> {
  yield text.normalize('NFKC');
  if (text.includes('\\'))
    yield text.replace(/\\+(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2})|(.))/g, (_, long, short, plain) =>
      plain === undefined ? character(Number.parseInt(long ?? short, 16)) : plain,
    );
  if (text.includes('&'))
    yield text.replace(/&#(?:[xX]([0-9a-fA-F]{1,6})|(\d{1,7}));?/g, (_, hex, decimal) =>
      character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    );
  // Percent signs of addresses and forms, equals signs of quoted-printable, \x of shells.
  for (const run of [/(?:%[0-9a-fA-F]{2})+/g, /(?:=[0-9a-fA-F]{2})+/g, /(?:\\+x[0-9a-fA-F]{2})+/g])
    if (run.test(text))
      for (const encoding of ['utf-8', 'gb18030'])
        yield text.replace(run, (found) =>
          new TextDecoder(encoding).decode(Buffer.from(found.replace(/[^0-9a-fA-F]|x/g, ''), 'hex')),
        );
}

function* decoded(text: string): Generator<string> {
  for (const { bytes, start, end } of embedded(text)) {
    yield* texts(bytes);
    // What stands before a base64 text without a gap shifts it.
    const run = text.slice(start, end);
    if (/[^0-9a-fA-F\s,[\]]/.test(run))
      for (const shift of [1, 2, 3]) yield* texts(Buffer.from(run.slice(shift), 'base64'));
  }
}

/** What bytes may say; only what is mostly text. */
function* texts(bytes: Uint8Array): Generator<string> {
  const inner = inflated(bytes) ?? bytes;
  for (const encoding of ['utf-8', 'gb18030', 'utf-16le', 'utf-16be']) {
    const text = new TextDecoder(encoding).decode(inner);
    const odd = text.match(/[^\s\x20-\x7e\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]/gu)?.length ?? 0;
    if (text.length >= 3 && odd * 4 <= text.length) yield text;
  }
}

function inflated(bytes: Uint8Array): Uint8Array | undefined {
  const options = { maxOutputLength: MAX_INFLATED };
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, options);
    if (bytes[0] === 0x78) return inflateSync(bytes, options);
  } catch {
    // It only begins like one.
  }
  return undefined;
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
