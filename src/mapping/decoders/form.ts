import { quoted, type Unreadable, unreadable } from '../../domain/unreadable.ts';
import { type Encoding, textOf } from './text.ts';

/** The most entries of a form, and the most lines of ndjson: far above what devices say. */
export const MAX_ENTRIES = 10_000;

/**
 * `name=value&name=value`, percent-encoded, `+` for a blank; of a name that is there twice the last counts. Values
 * are text.
 */
export function parseForm(text: string, encoding: Encoding): Readonly<Record<string, string>> | Unreadable {
  if (text === '') return unreadable('decode.empty', {});
  const pairs = text.split('&');
  if (pairs.length > MAX_ENTRIES)
    return unreadable('decode.too-many', { count: pairs.length, max: MAX_ENTRIES });
  if (!text.includes('=')) return unreadable('decode.not-form', { text: quoted(text) });
  if (encoding === 'utf-8') return Object.fromEntries(new URLSearchParams(text));
  // URLSearchParams knows UTF-8 only.
  const entries: [string, string][] = [];
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=');
    const [key, content] = [unescaped(name, encoding), unescaped(value.join('='), encoding)];
    if (typeof key !== 'string') return key;
    if (typeof content !== 'string') return content;
    entries.push([key, content]);
  }
  return Object.fromEntries(entries);
}

function unescaped(text: string, encoding: Encoding): string | Unreadable {
  if (!/[%+]/.test(text)) return text;
  const parts = text
    .replaceAll('+', ' ')
    .split(/((?:%[0-9a-f]{2})+)/i)
    .map((part, at) =>
      at % 2 === 0 ? part : textOf(Buffer.from(part.replaceAll('%', ''), 'hex'), encoding),
    );
  return parts.find((part) => typeof part !== 'string') ?? parts.join('');
}
