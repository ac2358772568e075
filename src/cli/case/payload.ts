/** The bytes of a case's message. */
import type { YamlDocument } from '../../config/document.ts';
import type { Mistake, Path } from '../../config/mistakes.ts';
import { readNamed } from '../../config/read-file.ts';
import { reason } from '../../domain/reason.ts';
import type { ParsedMessage } from './schema.ts';

/** The keys by which a message says its payload; one of them. */
const PAYLOAD_KEYS = ['payload', 'hex', 'base64', 'file'] as const;

/**
 * The payload of a message: a text as it is, anything else as JSON with its numbers digit by digit.
 * @param near the absolute path of a file that the case names
 * @throws Error where a file cannot be read
 */
export function payloadOf(
  message: ParsedMessage,
  path: Path,
  document: YamlDocument,
  near: (name: string) => string,
): Uint8Array | Mistake {
  const [key, second] = PAYLOAD_KEYS.filter((name) => Object.hasOwn(message, name));
  if (key !== undefined && second !== undefined)
    return { path: [...path, second], of: 'key', reason: reason('case.two-payloads', { key }) };
  if (key === undefined)
    return { path, reason: reason('case.no-payload', { keys: PAYLOAD_KEYS.join(', ') }) };
  switch (key) {
    case 'payload':
      return payloadText(message.payload, [...path, key], document);
    case 'file':
      return readNamed(near(message.file ?? ''));
    case 'hex': {
      const digits = (message.hex ?? '').replace(/\s/g, '');
      if (/^(?:[0-9a-f]{2})*$/i.test(digits)) return Buffer.from(digits, 'hex');
      return { path: [...path, key], reason: reason('case.hex', {}) };
    }
    case 'base64': {
      const text = (message.base64 ?? '').replace(/\s/g, '');
      const bytes = Buffer.from(text, 'base64');
      if (bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) return bytes;
      return { path: [...path, key], reason: reason('case.base64', {}) };
    }
  }
}

function payloadText(payload: unknown, path: Path, document: YamlDocument): Uint8Array | Mistake {
  if (typeof payload === 'string') return Buffer.from(payload, 'utf8');
  if (payload === null) return { path, reason: reason('case.empty-payload', {}) };
  const json = document.json(path);
  if (json !== undefined) return Buffer.from(json, 'utf8');
  return {
    path,
    reason: reason('case.number-not-json', {}),
  };
}
