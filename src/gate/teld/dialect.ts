import { addressUnder } from '../../domain/base-url.ts';
import { reason } from '../../domain/reason.ts';
import type { RefusalSubject } from '../../domain/reasons/gate.ts';
import type { ChargingRecord } from '../../domain/record.ts';
import { GateTimeout } from '../exchange.ts';
import type {
  Call,
  Delivery,
  Dialect,
  DialectTools,
  GateReply,
  GateRequest,
  ProbeReading,
  Reading,
} from '../port.ts';
import { replyText } from '../reply-text.ts';
import type { GateSecrets, GateSettings } from '../settings.ts';
import { envelope, Sequence } from './envelope.ts';
import { openedText, readTeldReply, readTeldTokenReply, type TeldReply, type TeldWarning } from './reply.ts';
import { TELD_FIELDS, teldNotification, teldTokenQuery } from './request.ts';
import { type TeldToken, TokenSession } from './session.ts';

/** What known codes speak of. */
const SUBJECTS: Readonly<Record<string, RefusalSubject>> = {
  4001: 'key',
  4002: 'key',
  4003: 'field',
  4005: 'key',
  4006: 'key',
};

const WARNINGS = {
  'no-confirm-result': 'gate.no-confirm',
  'wrong-sig': 'gate.reply-sign',
  'token-refused-too': 'gate.token-refused-too',
} as const satisfies Record<TeldWarning, string>;

/**
 * The T/CEC 102 envelope as 特来电 Teld and others speak it: `query_token`, then
 * notification_charge_end_order_info under that token, both encrypted and signed. No known platform recognises a
 * repeated order.
 */
export function teld(settings: GateSettings<'teld'>, secrets: GateSecrets, tools: DialectTools): Dialect {
  const { operatorId } = settings.teld;
  const [operatorSecret = '', data = '', iv = '', sig = ''] = [
    secrets['operatorSecret'],
    secrets['dataSecret'],
    secrets['dataSecretIv'],
    secrets['sigSecret'],
  ];
  const sealing = { data, iv, sig };
  const url = addressUnder(settings.baseUrl, 'notification_charge_end_order_info');
  const tokenUrl = addressUnder(settings.baseUrl, 'query_token');
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  const sequence = new Sequence();
  const sealed = (plain: string) => envelope(operatorId, plain, sequence.next(tools.now()), sealing);
  const session = new TokenSession<Delivery>(
    () => performance.now(),
    (failed) => failed.kind === 'failed' && failed.failure.error instanceof GateTimeout,
  );

  const notification = (record: ChargingRecord, token?: string): GateRequest => {
    if (sig === '') throw new Error(`no secrets for the record ${record.orderNo}`);
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return {
      url,
      headers: { ...headers, ...authorization },
      body: sealed(teldNotification(record, settings, tools.zone)),
    };
  };
  const tokenQuery = (): GateRequest => ({
    url: tokenUrl,
    headers,
    body: sealed(teldTokenQuery(operatorId, operatorSecret)),
  });
  const textOf = (reply: GateReply) => {
    const raw = replyText(reply.body);
    return { raw, text: openedText(raw, sealing), malformed: false };
  };
  const readTaking = (
    reply: GateReply,
  ): { readonly said: TeldReply | undefined; readonly reading: Reading } => {
    const { raw, ...seen } = textOf(reply);
    const said = readTeldReply(raw, sealing, reply.brokeOff === undefined);
    return { said, reading: { ...seen, ...readingOf(said) } };
  };
  const readToken = (reply: GateReply): TokenReading => {
    const { raw, ...seen } = textOf(reply);
    const said = readTeldTokenReply(raw, sealing);
    if (said === undefined) return { token: undefined, reading: { kind: 'none', description: '', ...seen } };
    if (said.kind === 'token')
      return { token: said.token, reading: { kind: 'session', description: '', ...seen } };
    const { kind, code, words } = said;
    if (kind === 'busy') return { token: undefined, reading: { kind, description: words, ...seen } };
    return {
      token: undefined,
      reading: {
        kind: 'refused',
        result: code,
        description: words,
        means: 'setup',
        about: SUBJECTS[code] ?? 'key',
        ...seen,
      },
    };
  };
  /** Asks for a token within the attempt whose calls these are. */
  const query = (call: Call) => async (): Promise<TeldToken | { readonly failed: Delivery }> => {
    const called = await call(tokenQuery());
    // The record has not left, whatever became of this call.
    if (called.kind === 'failed')
      return { failed: { kind: 'failed', failure: { ...called.failure, sent: false } } };
    const read = readToken(called.reply);
    return read.token ?? { failed: { kind: 'before', reply: called.reply, reading: read.reading } };
  };

  return {
    url,
    addressKeys: ['gate.baseUrl'],
    repeat: 'doubtful',
    secrets: [operatorSecret, data, iv, sig],
    reserved: TELD_FIELDS,
    needs: {},
    documented: { required: ['orderNo', 'plateNo', 'parkId'], repeat: false, extension: false },
    signsTime: true,
    request: (record) => notification(record),
    // Without secrets there is nothing to ask a token with.
    probe: () => (sig === '' ? { url: tokenUrl, headers, body: Buffer.from('{}') } : tokenQuery()),
    ...(sig === '' ? {} : { readProbe: (reply: GateReply) => readToken(reply).reading }),
    read: (reply) => readTaking(reply).reading,
    async deliver(record, call, timeUp) {
      for (let renewed = false; ; renewed = true) {
        const had = await Promise.race([session.get(query(call)), timeUp]);
        if ('kind' in had) return { kind: 'failed', failure: { ...had.failure, sent: false } };
        if ('failed' in had) return had.failed;
        const called = await call(notification(record, had.token));
        if (called.kind === 'failed') return called;
        const { said, reading } = readTaking(called.reply);
        if (said?.kind === 'token' || said?.tokenRefused) session.refused(had.token);
        if (said?.kind === 'token' && !renewed) continue;
        return { kind: 'replied', reply: called.reply, reading };
      }
    },
  };
}

/** What a reply to query_token says, with the token that it gives. */
type TokenReading =
  | { readonly token: TeldToken; readonly reading: Extract<ProbeReading, { kind: 'session' }> }
  | { readonly token: undefined; readonly reading: Reading };

function readingOf(said: TeldReply | undefined) {
  switch (said?.kind) {
    case undefined:
    case 'cut':
      return { kind: 'none', description: '' } as const;
    case 'busy':
      return { kind: 'busy', description: said.words } as const;
    case 'accepted':
      return {
        kind: 'delivered',
        description: said.words,
        ...(said.warning === undefined ? {} : { warning: reason(WARNINGS[said.warning], {}) }),
      } as const;
    case 'token':
      return {
        kind: 'refused',
        result: '4002',
        description: said.words,
        means: 'setup',
        about: 'key',
      } as const;
    case 'refused':
      return {
        kind: 'refused',
        result: said.code,
        description: said.words,
        about: SUBJECTS[said.code],
        ...(said.setup ? { means: 'setup' as const } : {}),
      } as const;
  }
}
