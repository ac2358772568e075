import { addressUnder } from '../../domain/base-url.ts';
import type { RefusalSubject } from '../../domain/reasons/gate.ts';
import type { Dialect, DialectTools, GateReply, Reading } from '../port.ts';
import { replyText } from '../reply-text.ts';
import type { GateSecrets, GateSettings } from '../settings.ts';
import { readKeytopReply } from './reply.ts';
import { KEYTOP_FIELDS, keytopBody } from './request.ts';

/** What known codes speak of (the receiver's own table; no list of KeyTop's is public). */
const SUBJECTS: Readonly<Record<string, RefusalSubject>> = {
  1: 'failed',
  1101: 'key',
  1102: 'park',
  1201: 'field',
};

/** The required texts; numbers are never empty, and an unknown parking space is sent as a stand-in. */
const REQUIRED = [
  ...(['parkId', 'orderNo', 'plateNo', 'startTime', 'endTime'] as const),
  ...(['stationId', 'stationName', 'deviceId', 'deviceName'] as const),
];

/**
 * 科拓 KeyTop's SyncChargePilePay: one signed JSON object, amounts in fen. Nothing says that a repeated order is
 * recognised, and the known receiver grants its discount again.
 */
export function keytop(
  settings: GateSettings<'keytop'>,
  secrets: GateSecrets,
  { now, uuid, zone }: DialectTools,
): Dialect {
  const key = secrets['key'] ?? '';
  const { path, version, unknownSpaceNo } = settings.keytop;
  const url = addressUnder(settings.baseUrl, path);
  const headers = { 'content-type': 'application/json; charset=utf-8', version };
  return {
    url,
    addressKeys: ['gate.baseUrl', 'gate.keytop.path'],
    repeat: 'doubtful',
    secrets: [key],
    reserved: KEYTOP_FIELDS,
    needs: { spaceNo: unknownSpaceNo, power: '0', elecMoney: '0', serviceMoney: '0', totalMoney: '0' },
    documented: { required: REQUIRED, repeat: false, extension: true },
    signsTime: true,
    request(record) {
      if (key === '') throw new Error(`no key for the record ${record.orderNo}`);
      const attempt = { now: now(), reqId: uuid() };
      return { url, headers, body: keytopBody(record, settings, zone, key, attempt) };
    },
    probe: () => ({ url, headers, body: Buffer.from('{}') }),
    read,
  };
}

function read({ body }: GateReply): Reading {
  const text = replyText(body);
  const reply = readKeytopReply(text);
  if (reply === undefined) return { kind: 'none', description: '', text, malformed: false };
  const { code, words, setup } = reply;
  const seen = { text, malformed: false, description: words };
  if (code === '0') return { kind: 'delivered', ...seen };
  const means = setup ? { means: 'setup' as const } : {};
  return { kind: 'refused', result: code, about: SUBJECTS[code], ...means, ...seen };
}
