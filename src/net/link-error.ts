import type { Outcome } from '../domain/outcome.ts';

/** Certificates that are not trusted: a person must act, on this side or the gate's. */
const UNTRUSTED = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired (or the clock here is wrong)'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet: the clock here may be wrong'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name: check the host in gate.baseUrl'],
  ['UND_ERR_PRX_TLS', "the proxy's certificate is for another name: check gate.proxy"],
  ['CERT_REVOKED', 'its certificate is revoked'],
]);
const UNTRUSTED_OTHERWISE =
  /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|CRL_|INVALID_(CA|PURPOSE)|PATH_LENGTH_|HOSTNAME_MISMATCH|AUTHORITY_|EE_KEY|CA_MD)/;
/** The gate's side does not trust ours. The names differ by OpenSSL version. */
const CLIENT_CERTIFICATE = /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA)/;

const NO_TLS = 'it speaks no TLS there: is it http rather than https, or another port?';
const NETWORK = new Map([
  ['ENOTFOUND', 'the name is unknown: check the host in gate.baseUrl and the name server'],
  ['EAI_AGAIN', 'the name server did not answer'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was closed'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the connection timed out'],
  ['ENETUNREACH', 'no network leads there'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NO_TLS],
  [
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'it broke off the TLS handshake: does it want a client certificate?',
  ],
  // Only a proxy is given this time; the gate's own answer has the whole attempt's.
  ['UND_ERR_HEADERS_TIMEOUT', 'the proxy did not answer in time'],
  ['UND_ERR_DESTROYED', 'this side is stopping'],
  ['UND_ERR_CLOSED', 'this side is stopping'],
]);

/**
 * Tells how an attempt ended that brought no response.
 *
 * @param error what undici or Node reported
 * @param sent whether anything of the request may have left this machine
 * @param target the gate's host and port, for the reason
 */
export function linkOutcome(error: Error, sent: boolean, target: string): Outcome {
  const code = codeOf(error);
  const untrusted = whyUntrusted(code);
  if (untrusted !== undefined) {
    return { kind: 'misconfigured', sent, reason: `${target} is not trusted: ${untrusted}` };
  }
  if (CLIENT_CERTIFICATE.test(code)) {
    const reason = `${target} wants a client certificate that it trusts: check gate.tls.cert and gate.tls.key`;
    return { kind: 'misconfigured', sent, reason };
  }
  if (/\(407\)/.test(error.message)) {
    // Said by the proxy, so it never reached the gate.
    return { kind: 'misconfigured', sent: false, reason: 'the proxy wants a login: check gate.proxy' };
  }
  const why = NETWORK.get(code) ?? (`${error.message} ${code}`.replace(/\s+/g, ' ').trim() || error.name);
  return sent
    ? { kind: 'unanswered', reason: `sent to ${target}, but no answer came: ${why}` }
    : { kind: 'unreachable', reason: `cannot reach ${target}: ${why}` };
}

function whyUntrusted(code: string): string | undefined {
  return (
    UNTRUSTED.get(code) ??
    (UNTRUSTED_OTHERWISE.test(code)
      ? `no known authority vouches for it (${code}): check gate.tls.ca`
      : undefined)
  );
}

/** The first code found on the error, on one of several (all addresses of a name failed) or on its cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return inner.map(codeOf).find((code) => code !== '') ?? '';
}
