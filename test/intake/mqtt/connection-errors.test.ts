import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/domain/failure.ts';
import { refusal, troubleOf } from '../../../src/intake/mqtt/connection-errors.ts';

const coded = (code: string | number, message = 'said by a machine') =>
  Object.assign(new Error(message), { code });
const context = { protocol: 5, username: 'box' } as const;

describe('why there is no connection', () => {
  // biome-ignore format: a table
  it.each<[string, unknown, boolean, string]>([
    ['a port where nothing listens', coded('ECONNREFUSED'), false, 'nothing listens there'],
    ['a name that nobody knows', coded('ENOTFOUND'), false, 'the name is unknown: check the host in mqtt.url'],
    ['all addresses of a name', new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), false, 'nothing listens there'],
    ['an old certificate', coded('CERT_HAS_EXPIRED'), true, 'has expired'],
    ['a certificate of tomorrow', coded('CERT_NOT_YET_VALID'), false, 'the clock here may be wrong'],
    ['a foreign authority', coded('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), true, 'check mqtt.tls.ca'],
    ['no certificate of ours', coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), true, 'check mqtt.tls.cert and mqtt.tls.key'],
    ['an authority unknown to the broker', coded('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), true, 'check mqtt.tls.cert and mqtt.tls.key'],
    ['files that do not fit', coded('ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'error:05800074:x509:: key values mismatch'), true, 'the TLS files cannot be used (key values mismatch)'],
    ['a file that is not there', new Failure('mqtt.tls.ca: cannot read ca.pem: put it there', 78), true, 'mqtt.tls.ca: cannot read ca.pem: put it there'],
    ['a refusal by the broker', coded(138), true, 'the broker has banned this client'],
    ['silence', new Error('connack timeout'), false, 'does not answer as an MQTT broker does'],
    ['a line that died', new Error('Keepalive timeout'), false, 'the broker does not answer any more'],
    ['no websockets', new Error('Unexpected server response: 404'), true, 'no MQTT over websockets there'],
    ['something else, with a code', coded('EWEIRD', 'it broke'), false, 'it broke EWEIRD'],
    ['something else, with its code in it', coded('EWEIRD', 'EWEIRD:\n it broke'), false, 'EWEIRD: it broke'],
    ['nothing at all', new Error(''), false, 'the connection failed'],
    ['what is no error', 'odd', false, 'odd'],
  ])('%s', (_what, error, mustAct, reason) => {
    const trouble = troubleOf(error, context);
    expect(trouble.reason).toContain(reason);
    expect(trouble.mustAct).toBe(mustAct);
  });

  it.each([4, 5, 134, 135])('code %i is about the login', (code) => {
    expect(refusal(code, context).reason).toContain('refuses the login');
    expect(refusal(code, { protocol: 5 }).reason).toContain('wants a login');
  });

  it.each([1, 132])('code %i is about the protocol, and the other one is the remedy', (code) => {
    expect(refusal(code, { protocol: 5 }).reason).toContain('set mqtt.protocol to 3.1.1');
    expect(refusal(code, { protocol: '3.1.1' }).reason).toContain('set mqtt.protocol to 5');
  });

  it('a code that nobody has heard of is told as it is', () => {
    expect(refusal(200, context)).toEqual({
      reason: 'the broker ended the connection (reason code 200)',
      mustAct: false,
      code: 200,
    });
  });
});
