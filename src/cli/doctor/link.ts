import { safe, shellWord } from '../payload.ts';
import { LINK_WORDS, type LinkFault, type Peer } from './link-words.ts';
import type { Place, Reach, SeenCertificate } from './tcp.ts';
import { both, type InBoth, milliseconds, red, type Verdict, yellow } from './verdict.ts';

/** A certificate that ends so soon is worth a word, milliseconds. */
const SOON_MS = 21 * 86_400_000;

/** Codes of the network and of TLS, as Node, OpenSSL and undici name them; the first that matches counts. */
const KINDS: readonly [RegExp, LinkFault][] = [
  [/^ENOTFOUND$/, 'unresolved'],
  [/^EAI_/, 'no-name-server'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/, 'unreachable'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'timeout'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'reset'],
  [/^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/, 'no-tls'],
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/^CERT_NOT_YET_VALID$/, 'not-yet'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)$/, 'name'],
  [/^CERT_REVOKED$/, 'revoked'],
  [/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/, 'client-certificate'],
  [
    /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|CRL_|INVALID_|PATH_LENGTH_|AUTHORITY_|EE_KEY|CA_MD)/,
    'untrusted',
  ],
];

/** The first code found on the error, on one of several (all addresses of a name failed) or on its cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return inner.map(codeOf).find((code) => code !== '') ?? '';
}

/** What an error of the network or of TLS says about the way to a server. */
export function linkVerdict(error: unknown, peer: Peer, reach: Reach, now: number): Verdict {
  const code = codeOf(error);
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
  const certificate = reach.kind === 'reached' ? reach.certificate : undefined;
  if (kind === 'other') {
    const message = error instanceof Error ? error.message : String(error);
    const told = safe(`${message} ${message.includes(code) ? '' : code}`.replace(/\s+/g, ' ').trim());
    return red(
      both(`the connection to ${at(peer)} failed: ${told}`, `与 ${at(peer)} 的连接失败：${told}`),
      both(
        `check ${peer.urlKey} (now ${peer.host}, port ${peer.port})`,
        `请检查 ${peer.urlKey}（现为 ${peer.host}，端口 ${peer.port}）`,
      ),
    );
  }
  const addresses = reach.addresses.join(', ');
  return LINK_WORDS[kind]({
    peer,
    place: at(peer),
    host: shellWord(peer.host),
    addresses,
    about: about(certificate, now),
    code,
  });
}

/** `HOST:PORT`, an IPv6 address in brackets. */
export function at({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function about(certificate: SeenCertificate | undefined, now: number): InBoth {
  if (certificate === undefined) return both('');
  const { names, issuer, from, to } = certificate;
  const ends = from > now ? `${day(from)} – ${day(to)}` : day(to);
  const by = safe(issuer);
  return both(
    `: it is for ${safe(names)}, by ${by}, valid ${from > now ? '' : 'until '}${ends}`,
    `：名称 ${safe(names)}，签发者 ${by}，有效期${from > now ? ' ' : '至 '}${ends}`,
  );
}

/** How one got there: addresses and times. */
export function wayTo(reach: Extract<Reach, { kind: 'reached' }>, peer: Peer): InBoth {
  const name = reach.addresses.includes(peer.host)
    ? ''
    : ` (${reach.addresses.join(', ')}; DNS ${milliseconds(reach.nameMs)})`;
  return both(`${at(peer)}${name} TCP ${milliseconds(reach.tcpMs)}${peer.tls ? ', TLS' : ''}`);
}

/** A trusted certificate that ends soon; nothing where it does not. */
export function endsSoon(reach: Reach, peer: Peer, now: number): Verdict[] {
  const certificate = reach.kind === 'reached' ? reach.certificate : undefined;
  if (certificate === undefined || certificate.to - now > SOON_MS) return [];
  return [
    yellow(
      both(
        `the certificate of ${at(peer)} ends on ${day(certificate.to)}`,
        `${at(peer)} 的证书将于 ${day(certificate.to)} 到期`,
      ),
      both(`have it renewed by who runs ${peer.who.en}`, `请${peer.who.zh}的管理方更新证书`),
    ),
  ];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
