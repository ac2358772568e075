import { links } from '../../i18n/en/doctor/link.ts';
import { linkFault } from '../../net/link-fault.ts';
import { safe, shellWord } from '../payload.ts';
import type { Place, Reach, SeenCertificate } from './tcp.ts';
import { type Finding, milliseconds, problemVerdict, type Verdict } from './verdict.ts';

/** The other end of a link. */
export interface Peer extends Place {
  readonly peer: 'gate' | 'broker';
  /** The config's key of its address, and the one over its TLS files. */
  readonly urlKey: string;
  readonly tlsKey: string;
  /** The command that restarts and shows it, where it is on this machine. */
  readonly service: string | undefined;
}

/** A certificate that ends so soon is a warning, milliseconds (30 days). */
const SOON_MS = 30 * 86_400_000;

/** What an error of the network or of TLS says about the way to a server. @param proxy `gate.proxy` where one stands between */
export function linkVerdict(error: unknown, peer: Peer, reach: Reach, now: number, proxy?: string): Verdict {
  const fault = linkFault(error);
  const certificate = reach.kind === 'reached' ? reach.certificate : undefined;
  const code = Object.hasOwn(links, fault.code) ? fault.code : 'net.other';
  const finding: Finding = {
    level: 'red',
    code,
    params: {
      peer: peer.peer,
      place: at(peer),
      name: peer.host,
      host: shellWord(peer.host),
      port: peer.port,
      addresses: reach.addresses.join(', '),
      urlKey: peer.urlKey,
      tlsKey: peer.tlsKey,
      service: peer.service,
      proxy,
      error: safe(fault.error),
      ...about(certificate, now),
    },
  };
  return { level: 'red', findings: [finding] };
}

function about(certificate: SeenCertificate | undefined, now: number): Record<string, string | undefined> {
  if (certificate === undefined) return {};
  const { names, issuer, from, to } = certificate;
  return {
    certificate: safe(names),
    issuer: safe(issuer),
    from: from > now ? day(from) : undefined,
    to: day(to),
  };
}

/** `HOST:PORT`, an IPv6 address in brackets. */
export function at({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** How one got there: addresses and times. */
export function wayTo(reach: Extract<Reach, { kind: 'reached' }>, peer: Peer): string {
  const name = reach.addresses.includes(peer.host)
    ? ''
    : ` (${reach.addresses.join(', ')}; DNS ${milliseconds(reach.nameMs)})`;
  return `${at(peer)}${name} TCP ${milliseconds(reach.tcpMs)}${peer.tls ? ', TLS' : ''}`;
}

/** A trusted certificate that ends soon; nothing where it does not. */
export function endsSoon(reach: Reach, peer: Peer, now: number): Verdict[] {
  const certificate = reach.kind === 'reached' ? reach.certificate : undefined;
  if (certificate === undefined || certificate.to - now > SOON_MS) return [];
  return [
    problemVerdict({
      level: 'yellow',
      code: 'certificate-expires',
      params: { link: at(peer), at: certificate.to },
    }),
  ];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
