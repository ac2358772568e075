import type { Dialect, DialectTools, GateReply, Reading } from '../../../src/gate/port.ts';

/**
 * A made-up platform, as unlike the document's as the port must bear: a form instead of JSON, the plate and fen only,
 * a time-stamp and an id of the moment, the signature in a header, `code 1001` for success, and a token that is
 * fetched first.
 */
export function tiny(baseUrl: string, secret: string, { now, uuid }: DialectTools): Dialect {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  let token: string | undefined;
  const read = ({ body }: GateReply): Reading => {
    const text = Buffer.from(body).toString();
    const [code = '', description = ''] = text.split('|');
    const seen = { text, description, malformed: false };
    if (code === '1001') return { kind: 'delivered', ...seen };
    if (code === 'busy') return { kind: 'busy', ...seen };
    return /^\d+$/.test(code) ? { kind: 'refused', result: code, ...seen } : { kind: 'none', ...seen };
  };
  const request: Dialect['request'] = ({ plateNo, totalMoney }) => {
    const form = new URLSearchParams({ plate: plateNo, fen: totalMoney.replace('.', ''), ts: `${now()}` });
    return {
      url: `${baseUrl}pay?id=${uuid()}`,
      headers: { ...headers, 'x-sign': `${secret.length}`, 'x-token': token ?? 'none' },
      body: Buffer.from(form.toString()),
    };
  };
  return {
    url: `${baseUrl}pay`,
    addressKeys: ['gate.baseUrl'],
    repeat: 'doubtful',
    secrets: [secret],
    reserved: ['plate', 'fen', 'ts'],
    needs: {},
    signsTime: true,
    request,
    probe: () => ({ url: `${baseUrl}token`, headers, body: Buffer.alloc(0) }),
    read,
    async deliver(record, call) {
      if (token === undefined) {
        const called = await call({ url: `${baseUrl}token`, headers, body: Buffer.from('login') });
        if (called.kind === 'failed') return { ...called, failure: { ...called.failure, sent: false } };
        const reading = read(called.reply);
        if (reading.kind !== 'delivered') return { kind: 'before', reply: called.reply, reading };
        token = reading.description;
      }
      const called = await call(request(record));
      return called.kind === 'failed' ? called : { ...called, reading: read(called.reply) };
    },
  };
}
