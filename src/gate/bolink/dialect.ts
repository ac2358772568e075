import { addressUnder } from '../../domain/base-url.ts';
import { reason } from '../../domain/reason.ts';
import type { Dialect, DialectTools, GateReply, Reading } from '../port.ts';
import { replyText } from '../reply-text.ts';
import type { GateSecrets, GateSettings } from '../settings.ts';
import { readBolinkReply } from './reply.ts';
import { BOLINK_FIELDS, bolinkBody } from './request.ts';

/**
 * 泊链 bolink's chargingPile/syncChargePilePay: the Base64 text of an envelope whose `data` is signed as it stands; state
 * 1 is success. An order is reduced once only, so a repeat is harmless, though it may be answered with a refusal.
 */
export function bolink(
  settings: GateSettings<'bolink'>,
  secrets: GateSecrets,
  { zone }: DialectTools,
): Dialect {
  const key = secrets['key'] ?? '';
  const { path, bodyEncoding } = settings.bolink;
  const url = addressUnder(settings.baseUrl, path);
  const headers = { 'content-type': 'text/plain; charset=UTF-8' };
  const empty = Buffer.from('{"data":{}}');
  return {
    url,
    addressKeys: ['gate.baseUrl', 'gate.bolink.path'],
    repeat: 'harmless',
    secrets: [key],
    reserved: BOLINK_FIELDS,
    needs: {},
    // It says that an order is reduced only once, not how the second call is answered.
    documented: { required: ['parkId', 'plateNo'], repeat: false, extension: false },
    signsTime: false,
    request(record) {
      if (key === '') throw new Error(`no key for the record ${record.orderNo}`);
      return { url, headers, body: bolinkBody(record, settings, zone, key) };
    },
    // Unsigned, and without a plate.
    probe: () => ({
      url,
      headers,
      body: bodyEncoding === 'json' ? empty : Buffer.from(empty.toString('base64')),
    }),
    read: (reply) => read(reply, key),
  };
}

function read({ body }: GateReply, key: string): Reading {
  const text = replyText(body);
  const reply = readBolinkReply(text, key);
  if (reply === undefined) return { kind: 'none', description: '', text, malformed: false };
  const { state, words, envelope, signed } = reply;
  const seen = { text: envelope, malformed: false, description: words };
  if (state === '1')
    return {
      kind: 'delivered',
      ...seen,
      ...(signed === false ? { warning: reason('gate.reply-sign', {}) } : {}),
    };
  return { kind: 'refused', result: state, about: /签名/.test(words) ? 'key' : undefined, ...seen };
}
