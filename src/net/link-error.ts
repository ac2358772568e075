import type { Outcome } from '../domain/outcome.ts';
import { isConfigured, type LinkCode, linkFault } from './link-fault.ts';

/** What a fault of the way to the gate comes to in words. */
const WORDS: Readonly<Partial<Record<LinkCode, string>>> = {
  'net.certificate-expired': 'its certificate has expired (or the clock here is wrong)',
  'net.certificate-not-yet-valid': 'its certificate is not valid yet: the clock here may be wrong',
  'net.certificate-name': 'its certificate is for another name: check the host in gate.baseUrl',
  'net.certificate-revoked': 'its certificate is revoked',
  'net.proxy-certificate-name': "the proxy's certificate is for another name: check gate.proxy",
  'net.client-certificate': 'wants a client certificate that it trusts: check gate.tls.cert and gate.tls.key',
  'net.name-unknown': 'the name is unknown: check the host in gate.baseUrl and the name server',
  'net.no-name-server': 'the name server did not answer',
  'net.refused': 'nothing listens there',
  'net.reset': 'the connection was reset',
  'net.closed': 'the connection was closed',
  'net.timeout': 'the connection timed out',
  'net.no-route': 'no network leads there',
  'net.host-unreachable': 'the host cannot be reached',
  'net.not-tls': 'it speaks no TLS there: is it http rather than https, or another port?',
  'net.tls-handshake': 'it broke off the TLS handshake: does it want a client certificate?',
  'net.proxy-timeout': 'the proxy did not answer in time',
  'net.stopping': 'this side is stopping',
};

/**
 * How an attempt ended that brought no response.
 *
 * @param error what undici or Node reported
 * @param sent whether anything of the request may have left this machine
 * @param target the gate's host and port, for the reason
 */
export function linkOutcome(error: Error, sent: boolean, target: string): Outcome {
  const fault = linkFault(error);
  // Said by the proxy, so it never reached the gate.
  if (fault.code === 'net.proxy-login')
    return { kind: 'misconfigured', sent: false, reason: 'the proxy wants a login: check gate.proxy' };
  if (fault.code === 'net.certificate-untrusted') {
    const why = `no known authority vouches for it (${fault.error}): check gate.tls.ca`;
    return { kind: 'misconfigured', sent, reason: `${target} is not trusted: ${why}` };
  }
  const why = WORDS[fault.code] ?? fault.error;
  if (fault.code === 'net.client-certificate')
    return { kind: 'misconfigured', sent, reason: `${target} ${why}` };
  if (isConfigured(fault)) return { kind: 'misconfigured', sent, reason: `${target} is not trusted: ${why}` };
  return sent
    ? { kind: 'unanswered', reason: `sent to ${target}, but no answer came: ${why}` }
    : { kind: 'unreachable', reason: `cannot reach ${target}: ${why}` };
}
