import type { ProblemText } from '../../texts.ts';

/** The other end of a link and what was seen of it. Words for a shell are quoted already. */
export type LinkParams = {
  readonly peer: 'gate' | 'broker';
  /** `HOST:PORT`. */
  readonly place: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The addresses of the name, with commas between. */
  readonly addresses: string;
  /** The config's key of the address, and the one over its TLS files. */
  readonly urlKey: string;
  readonly tlsKey: string;
  /** The command that restarts and shows the server, where it is on this machine. */
  readonly service: string | undefined;
  /** `gate.proxy` where one stands between. */
  readonly proxy: string | undefined;
  /** The error's own code or message. */
  readonly error: string;
  /** What the certificate says of itself, where one was shown; `from` where it is not valid yet. Days as `2026-11-24`. */
  readonly certificate: string | undefined;
  readonly issuer: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
};

const WHO = { gate: 'the gate platform', broker: 'the broker' } as const;

function link(facts: LinkParams, text: string, remedy: string): ProblemText {
  const { proxy } = facts;
  if (proxy === undefined) return { text, remedy };
  return { text, remedy: `the proxy may be at fault: check gate.proxy (now ${proxy}). ${remedy}` };
}

function about({ certificate, issuer, from, to }: LinkParams): string {
  if (certificate === undefined) return '';
  return `: it is for ${certificate}, issued by ${issuer}, valid ${from === undefined ? `until ${to}` : `${from} – ${to}`}`;
}

const show = ({ host, port }: LinkParams) =>
  `openssl s_client -connect ${host}:${port} -showcerts </dev/null`;

/** Faults of the network and of TLS on the way to the broker or the gate; codes as in `net/link-fault.ts`. */
export const links = {
  'net.name-unknown': (at: LinkParams) =>
    link(
      at,
      `the name ${at.name} is not known`,
      `check the host in ${at.urlKey}; ask the name server: getent hosts ${at.host}; cat /etc/resolv.conf`,
    ),
  'net.no-name-server': (at: LinkParams) =>
    link(
      at,
      `no name server answers for ${at.name}`,
      `check the network and the name servers: ip route; cat /etc/resolv.conf; getent hosts ${at.host}`,
    ),
  'net.refused': (at: LinkParams) =>
    link(
      at,
      `nothing listens at ${at.place}: the connection is refused`,
      at.service === undefined
        ? `is the port in ${at.urlKey} right, and does ${WHO[at.peer]} run there?`
        : `start it: ${at.service}; is the port in ${at.urlKey} right?`,
    ),
  'net.no-route': (at: LinkParams) =>
    link(
      at,
      `no network leads to ${at.place} (${at.addresses})`,
      `check cable, modem and routes: ip address; ip route; ping -c 3 ${at.host}; is the host in ${at.urlKey} right?`,
    ),
  'net.timeout': (at: LinkParams) =>
    link(
      at,
      `${at.place} (${at.addresses}) does not answer: the connection timed out`,
      `does a firewall stand between, or is the host or port in ${at.urlKey} wrong? ping -c 3 ${at.host}; ip route`,
    ),
  'net.reset': (at: LinkParams) =>
    link(
      at,
      `${at.place} cut the connection`,
      `is ${at.urlKey} right (with or without TLS, port)? does a firewall stand between?`,
    ),
  'net.not-tls': (at: LinkParams) =>
    link(
      at,
      `${at.place} does not speak TLS`,
      `in ${at.urlKey} write ${at.peer === 'broker' ? 'mqtt:// (or ws://)' : 'http://'}, or the port where TLS is spoken`,
    ),
  'net.certificate-expired': (at: LinkParams) =>
    link(
      at,
      `the certificate of ${at.place} has expired${about(at)}`,
      `if the clock here is right (date), have it renewed by whoever runs ${WHO[at.peer]}; look at it: ${show(at)}`,
    ),
  'net.certificate-not-yet-valid': (at: LinkParams) =>
    link(
      at,
      `the certificate of ${at.place} is not valid yet${about(at)}`,
      'the clock here may be wrong: date; timedatectl set-ntp true',
    ),
  'net.certificate-name': (at: LinkParams) =>
    link(
      at,
      `the certificate of ${at.place} is for another name than ${at.name}${about(at)}`,
      `write one of its names into ${at.urlKey}, or have it issued for ${at.name}; look at it: ${show(at)}`,
    ),
  'net.certificate-revoked': (at: LinkParams) =>
    link(at, `the certificate of ${at.place} is revoked`, `have it renewed by whoever runs ${WHO[at.peer]}`),
  'net.client-certificate': (at: LinkParams) =>
    link(
      at,
      `${at.place} requires a client certificate that it trusts`,
      `check ${at.tlsKey}.cert and ${at.tlsKey}.key`,
    ),
  'net.certificate-untrusted': (at: LinkParams) =>
    link(
      at,
      `the certificate of ${at.place} was not issued by a trusted CA (${at.error})${about(at)}`,
      `get the CA's certificate from whoever runs ${WHO[at.peer]}, and name the file by ${at.tlsKey}.ca; look at it: ${show(at)}`,
    ),
  'net.other': (at: LinkParams) =>
    link(
      at,
      `the connection to ${at.place} failed: ${at.error}`,
      `check ${at.urlKey} (now ${at.name}, port ${at.port})`,
    ),
};
