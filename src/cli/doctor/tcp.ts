import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { bounded } from './bounded.ts';

/** The way to a server, up to where its own protocol begins. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** How far one comes. */
export type Reach =
  | {
      readonly kind: 'reached';
      readonly addresses: readonly string[];
      readonly nameMs: number;
      readonly tcpMs: number;
      readonly certificate: SeenCertificate | undefined;
    }
  | { readonly kind: 'failed'; readonly error: unknown; readonly addresses: readonly string[] };

/** The certificate that a server shows, trusted or not. Times are epoch milliseconds. */
export interface SeenCertificate {
  /** As X.509 has them: `DNS:localhost, IP Address:127.0.0.1`. */
  readonly names: string;
  readonly issuer: string;
  readonly from: number;
  readonly to: number;
}

const PORTS: Readonly<Record<string, number>> = {
  mqtt: 1883,
  mqtts: 8883,
  ws: 80,
  wss: 443,
  http: 80,
  https: 443,
};

/** Where an address of the config leads. @param address a URL that the config has found to be right */
export function placeOf(address: string): Place {
  const { protocol, hostname, port } = new URL(address);
  const scheme = protocol.slice(0, -1).toLowerCase();
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (PORTS[scheme] ?? 0) : Number(port),
    tls: ['mqtts', 'wss', 'https'].includes(scheme),
  };
}

/** Looks the name up, opens a TCP connection and looks at the certificate, each within `limitMs`. Never rejects. */
export async function reach({ host, port, tls }: Place, limitMs: number): Promise<Reach> {
  let addresses: string[] = [];
  try {
    const began = performance.now();
    const found = await bounded(lookup(host, { all: true }), limitMs);
    if (found === 'late') throw coded('EAI_AGAIN');
    addresses = found.map(({ address }) => address);
    const named = performance.now();
    await openTcp(host, port, limitMs);
    const opened = performance.now();
    const certificate = tls ? await certificateAt(host, port, limitMs) : undefined;
    return { kind: 'reached', addresses, nameMs: named - began, tcpMs: opened - named, certificate };
  } catch (error) {
    return { kind: 'failed', error, addresses };
  }
}

async function openTcp(host: string, port: number, limitMs: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    if ((await bounded(once(socket, 'connect'), limitMs)) === 'late') throw coded('ETIMEDOUT');
  } finally {
    socket.on('error', () => {}).destroy();
  }
}

/** Looks at a certificate without trusting it: nothing is sent, and whether it is trusted is found by the real client. */
async function certificateAt(
  host: string,
  port: number,
  limitMs: number,
): Promise<SeenCertificate | undefined> {
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  try {
    if ((await bounded(once(socket, 'secureConnect'), limitMs)) === 'late') return undefined;
    const { subjectaltname, subject, issuer, valid_from, valid_to } = socket.getPeerCertificate();
    const issuerName = [issuer.O, issuer.CN].flat().filter(Boolean).join(', ');
    return {
      names: subjectaltname ?? [subject.CN].flat().join(', '),
      issuer: issuerName,
      from: Date.parse(valid_from),
      to: Date.parse(valid_to),
    };
  } catch {
    return undefined;
  } finally {
    socket.on('error', () => {}).destroy();
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}
