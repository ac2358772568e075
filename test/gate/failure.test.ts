import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { failureOutcome } from '../../src/gate/failure.ts';
import { inEnglish } from '../../src/i18n/english.ts';

function linkOutcome(
  error: Error,
  sent: boolean,
  target: string,
): Omit<Outcome, 'reason'> & { reason: string } {
  const outcome = failureOutcome({ error, sent }, target, false);
  return { ...outcome, reason: inEnglish(outcome.reason) };
}

/** An error as Node makes it. */
const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('a certificate that is not trusted is a fault of the set-up', () => {
  test.each([
    ['CERT_HAS_EXPIRED', 'has expired (or the clock here is wrong)'],
    ['CERT_NOT_YET_VALID', 'the clock here may be wrong'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name'],
    ['UND_ERR_PRX_TLS', "the proxy's certificate"],
    ['CERT_REVOKED', 'is revoked'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'not issued by a trusted CA (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'check gate.tls.ca'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'check gate.tls.ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'check gate.tls.ca'],
    ['CERT_UNTRUSTED', 'check gate.tls.ca'],
    ['INVALID_CA', 'check gate.tls.ca'],
    ['INVALID_PURPOSE', 'check gate.tls.ca'],
    ['HOSTNAME_MISMATCH', 'is for another name'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'wants a client certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'wants a client certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'wants a client certificate'],
  ])('%s', (code, says) => {
    for (const sent of [false, true]) {
      const outcome = linkOutcome(coded(code), sent, 'gate:443');
      expect(outcome).toMatchObject({ kind: 'misconfigured', sent });
      expect(outcome.reason).toContain(says);
      expect(outcome.reason).toMatch(/^no trusted connection to gate:443: /);
    }
  });
});

describe('anything else is unreachable before it was sent and unanswered after', () => {
  test.each([
    ['ENOTFOUND', coded('ENOTFOUND'), 'the name is unknown'],
    ['EAI_AGAIN', coded('EAI_AGAIN'), 'the name server does not answer'],
    ['ECONNREFUSED', coded('ECONNREFUSED'), 'nothing listens there'],
    ['ECONNRESET', coded('ECONNRESET'), 'cut the connection'],
    ['EPIPE', coded('EPIPE'), 'closed the connection'],
    ['ETIMEDOUT', coded('ETIMEDOUT'), 'timed out'],
    ['UND_ERR_CONNECT_TIMEOUT', coded('UND_ERR_CONNECT_TIMEOUT'), 'timed out'],
    ['ENETUNREACH', coded('ENETUNREACH'), 'no network route leads there'],
    ['EHOSTUNREACH', coded('EHOSTUNREACH'), 'cannot be reached'],
    ['no TLS there', coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'does not speak TLS'],
    ['an odd packet', coded('ERR_SSL_PACKET_LENGTH_TOO_LONG'), 'does not speak TLS'],
    [
      'all addresses of a name',
      new AggregateError([coded('EHOSTUNREACH'), coded('ECONNREFUSED')]),
      'cannot be reached',
    ],
    ['a cause', new Error('fetch failed', { cause: coded('ECONNREFUSED') }), 'nothing listens there'],
    ['an unknown code', coded('EODD', 'odd\nthings'), 'odd things EODD'],
    ['no code', new Error('odd'), 'odd'],
    ['no words', new TypeError(), 'TypeError'],
    ['a code that is no text', Object.assign(new Error('odd'), { code: 7 }), 'odd'],
    ['a cause that is no error', new Error('odd', { cause: 'x' }), 'odd'],
  ])('%s', (_, error, says) => {
    expect(linkOutcome(error, false, 'gate:80')).toEqual({
      kind: 'unreachable',
      reason: expect.stringMatching(new RegExp(`^cannot reach gate:80: .*${says}`)),
    });
    expect(linkOutcome(error, true, 'gate:80')).toEqual({
      kind: 'unanswered',
      reason: expect.stringMatching(new RegExp(`^sent to gate:80, but no answer came: .*${says}`)),
    });
  });
});

test('a proxy that wants a login is a fault of the set-up, and the gate never saw the record', () => {
  for (const sent of [false, true]) {
    expect(linkOutcome(new Error('Proxy Authentication Required (407)'), sent, 'gate:80')).toEqual({
      kind: 'misconfigured',
      sent: false,
      reason: 'the proxy wants a login: check gate.proxy',
    });
  }
});

test('a port of 407 is no proxy that wants a login', () => {
  const error = coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:407');
  expect(linkOutcome(error, false, '127.0.0.1:407').kind).toBe('unreachable');
});
