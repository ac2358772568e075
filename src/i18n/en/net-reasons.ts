import type { NetReasons } from '../../domain/reasons/net.ts';
import type { TextsOf } from '../texts.ts';

/** Faults of the network and of TLS, in English. */
export const netReasons: TextsOf<NetReasons> = {
  'net.name-unknown': ({ address }) =>
    `the name is unknown: check the host in ${address} and the name server`,
  'net.no-name-server': () => 'the name server does not answer',
  'net.refused': ({ address }) => `nothing listens there: is the server running, and is ${address} right?`,
  'net.reset': ({ address }) =>
    `the other side cut the connection; if it always does, check ${address} (TLS, port)`,
  'net.closed': () => 'the other side closed the connection',
  'net.timeout': () => 'the connection timed out',
  'net.no-route': () => 'no network route leads there',
  'net.host-unreachable': () => 'the host cannot be reached',
  'net.local': ({ error }) =>
    `this machine does not allow the connection (${error}): check its firewall, addresses and open-file limit`,
  'net.not-tls': ({ address }) =>
    `the server does not speak TLS there: check the scheme and the port in ${address}`,
  'net.tls-handshake': ({ tls }) =>
    `the server broke off the TLS handshake: does it want a client certificate (${tls}.cert, ${tls}.key)?`,
  'net.certificate-expired': () => "the server's certificate has expired (or the clock here is wrong)",
  'net.certificate-not-yet-valid': () =>
    "the server's certificate is not valid yet: the clock here may be wrong",
  'net.certificate-name': ({ address }) =>
    `the server's certificate is for another name than the host in ${address}`,
  'net.certificate-revoked': () => "the server's certificate is revoked",
  'net.certificate-untrusted': ({ error, tls }) =>
    `the server's certificate was not issued by a trusted CA (${error}): check ${tls}.ca`,
  'net.client-certificate': ({ tls }) =>
    `the server wants a client certificate that it trusts: check ${tls}.cert and ${tls}.key`,
  'net.tls-files': ({ error, tls }) => `the TLS files cannot be used (${error}): check the files of ${tls}`,
  'net.proxy-certificate-name': () => "the proxy's certificate is for another name: check gate.proxy",
  'net.proxy-login': () => 'the proxy wants a login: check gate.proxy',
  'net.proxy-timeout': () => 'the proxy did not answer in time: check gate.proxy',
  'net.stopping': () => 'this process is stopping',
  'net.other': ({ error }) => error || 'the connection failed',
};
