import type { Outcome } from '../domain/outcome.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { isConfigured, linkFault, linkReason } from '../net/link-fault.ts';
import { GateTimeout, NoHeaders, parserWords } from './exchange.ts';
import type { LinkFailure } from './port.ts';

/**
 * How an attempt ended that brought no response.
 *
 * @param target the gate's host and port, for the reason
 * @param proxy whether a proxy stands between: then it is the proxy that a connection is made to
 */
export function failureOutcome({ error, sent }: LinkFailure, target: string, proxy: boolean): Outcome {
  const at = { target, proxy };
  const own = ownCause(error);
  if (own === undefined) {
    const fault = linkFault(error);
    // Said by the proxy, so it never reached the gate.
    if (fault.code === 'net.proxy-login')
      return { kind: 'misconfigured', sent: false, reason: linkReason(fault, KEYS) };
    // Before the request leaves, a proxy is the only machine that a connection is made to.
    const cause = linkReason(fault, proxy && !sent ? { ...KEYS, address: 'gate.proxy' } : KEYS);
    if (isConfigured(fault))
      return { kind: 'misconfigured', sent, reason: reason('gate.untrusted', { ...at, cause }) };
    return ended(sent, at, cause);
  }
  return ended(sent, at, own);
}

const KEYS = { address: 'gate.baseUrl', tls: 'gate.tls' };

function ended(sent: boolean, at: { target: string; proxy: boolean }, cause: Reason): Outcome {
  return sent
    ? { kind: 'unanswered', reason: reason('gate.no-answer', { ...at, cause }) }
    : { kind: 'unreachable', reason: reason('gate.unreachable', { ...at, cause }) };
}

/** What is no fault of the network or of TLS. */
function ownCause(error: Error): Reason | undefined {
  if (error instanceof GateTimeout) return reason('gate.timeout', { seconds: error.seconds });
  if (error.name === 'HTTPParserError') return reason('gate.not-http', { error: parserWords(error) });
  if (error instanceof NoHeaders) return reason('gate.no-headers', {});
  // undici has no code for a proxy's answer to CONNECT.
  const [, status] = /^Proxy response \((\d+)\)/.exec(error.message) ?? [];
  if (status !== undefined && status !== '407')
    return reason('gate.proxy-status', { status: Number(status) });
  return undefined;
}
