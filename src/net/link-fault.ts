import { type Reason, reason } from '../domain/reason.ts';
import type { LinkKeys, NetReasons } from '../domain/reasons/net.ts';

/** What went wrong on the way to a server. */
export type LinkCode = keyof NetReasons;

/** A classified error of the network or of TLS. */
export interface LinkFault {
  readonly code: LinkCode;
  /** The error's own code where it has one (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), else what it said, on one line. */
  readonly error: string;
}

/**
 * Error codes as Node, OpenSSL and undici name them; the first that matches counts.
 * @see https://nodejs.org/api/errors.html#common-system-errors
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const CODES: readonly [RegExp, LinkCode][] = [
  [/^(ENOTFOUND|ENODATA)$/, 'net.name-unknown'],
  [/^(EAI_|ESERVFAIL$|ETIMEOUT$)/, 'net.no-name-server'],
  [/^ECONNREFUSED$/, 'net.refused'],
  [/^ECONNRESET$/, 'net.reset'],
  [/^(EPIPE|UND_ERR_SOCKET)$/, 'net.closed'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'net.timeout'],
  [/^(ENETUNREACH|ENETDOWN)$/, 'net.no-route'],
  [/^(EHOSTUNREACH|EHOSTDOWN)$/, 'net.host-unreachable'],
  [/^(EACCES|EPERM|EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS)$/, 'net.local'],
  [/^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/, 'net.not-tls'],
  [/^CERT_HAS_EXPIRED$/, 'net.certificate-expired'],
  [/^CERT_NOT_YET_VALID$/, 'net.certificate-not-yet-valid'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'net.certificate-name'],
  [/^CERT_REVOKED$/, 'net.certificate-revoked'],
  // The names of these alerts differ by OpenSSL version.
  [/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA)/, 'net.client-certificate'],
  [/^ERR_SSL_.*ALERT.*HANDSHAKE_FAILURE/, 'net.tls-handshake'],
  [
    /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|CRL_|INVALID_(CA|PURPOSE)|PATH_LENGTH_|AUTHORITY_|EE_KEY|CA_MD)/,
    'net.certificate-untrusted',
  ],
  [/^ERR_OSSL_/, 'net.tls-files'],
  [/^UND_ERR_PRX_TLS$/, 'net.proxy-certificate-name'],
  // Only a proxy is given this time; the gate's own answer has the whole attempt's.
  [/^UND_ERR_HEADERS_TIMEOUT$/, 'net.proxy-timeout'],
  [/^UND_ERR_(DESTROYED|CLOSED)$/, 'net.stopping'],
];

/** Faults of the configuration or of a certificate: waiting does not help, a person must act. */
const CONFIGURED: ReadonlySet<LinkCode> = new Set<LinkCode>([
  'net.certificate-expired',
  'net.certificate-not-yet-valid',
  'net.certificate-name',
  'net.certificate-revoked',
  'net.certificate-untrusted',
  'net.client-certificate',
  'net.tls-files',
  'net.proxy-certificate-name',
  'net.proxy-login',
]);

/** Classifies what Node, MQTT.js or undici reported. Never throws; what is not known is `net.other`. */
export function linkFault(thrown: unknown): LinkFault {
  const { code, message } = codeOf(thrown);
  const found = CODES.find(([pattern]) => pattern.test(code));
  // OpenSSL says what is wrong with a file behind the last colon: `error:0580…:x509 routines::key values mismatch`.
  if (found?.[1] === 'net.tls-files')
    return { code: found[1], error: message.split(':').at(-1)?.trim() || code };
  if (found) return { code: found[1], error: code };
  // undici has no code for a proxy's answer to CONNECT.
  if (/\(407\)/.test(message)) return { code: 'net.proxy-login', error: '407' };
  const text = message.includes(code) ? message : `${message} ${code}`;
  return { code: 'net.other', error: text.replace(/\s+/g, ' ').trim() };
}

/** Whether waiting does not help: the configuration or a certificate must be changed. */
export function isConfigured({ code }: LinkFault): boolean {
  return CONFIGURED.has(code);
}

/** The reason that a fault stands for, naming the config keys of its link. */
export function linkReason({ code, error }: LinkFault, keys: LinkKeys): Reason {
  return reason(code, { address: keys.address, tls: keys.tls, error });
}

/** The first code found on the error, on one of several (all addresses of a name failed) or on its cause. */
function codeOf(thrown: unknown): { code: string; message: string } {
  if (!(thrown instanceof Error)) return { code: '', message: typeof thrown === 'string' ? thrown : '' };
  const message = thrown.message || thrown.name;
  if ('code' in thrown && typeof thrown.code === 'string') return { code: thrown.code, message };
  const inner = thrown instanceof AggregateError ? thrown.errors : [thrown.cause];
  return inner.map(codeOf).find(({ code }) => code !== '') ?? { code: '', message };
}
