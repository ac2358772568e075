import { linkFault } from '../../net/link-fault.ts';
import { safe, shellWord } from '../payload.ts';
import { LINK_WORDS, type Peer } from './link-words.ts';
import type { Place, Reach, SeenCertificate } from './tcp.ts';
import { both, type InBoth, milliseconds, red, type Verdict, yellow } from './verdict.ts';

/** A certificate that ends so soon is worth a word, milliseconds. */
const SOON_MS = 21 * 86_400_000;

/** What an error of the network or of TLS says about the way to a server. */
export function linkVerdict(error: unknown, peer: Peer, reach: Reach, now: number): Verdict {
  const fault = linkFault(error);
  const words = LINK_WORDS[fault.code];
  const certificate = reach.kind === 'reached' ? reach.certificate : undefined;
  if (words === undefined) {
    const told = safe(fault.error);
    return red(
      both(`the connection to ${at(peer)} failed: ${told}`, `与 ${at(peer)} 的连接失败：${told}`),
      both(
        `check ${peer.urlKey} (now ${peer.host}, port ${peer.port})`,
        `请检查 ${peer.urlKey}（现为 ${peer.host}，端口 ${peer.port}）`,
      ),
    );
  }
  const addresses = reach.addresses.join(', ');
  return words({
    peer,
    place: at(peer),
    host: shellWord(peer.host),
    addresses,
    about: about(certificate, now),
    code: fault.error,
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
