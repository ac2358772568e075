import { networkInterfaces } from 'node:os';

/**
 * Whether a request's `Host` is this machine by an address or by a name of ours. A page elsewhere whose name was
 * made to point here (DNS rebinding) comes with its own name, and must not read ours.
 * @param host the header; browsers always send it, and a request without one cannot be such a page's
 * @param listen the host of `http.listen`
 * @param own the machine's addresses; looked up where none are given
 */
export function isOurHost(
  host: string | undefined,
  listen: string,
  own: () => ReadonlySet<string> = addresses,
): boolean {
  if (host === undefined) return true;
  const name = canonical(host);
  if (name === undefined) return false;
  return name === canonical(hostPart(listen)) || isLoopback(name) || own().has(name);
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d+){3}$/.test(name);
}

/** The addresses of this machine, as they stand in a URL. They come and go: looked up each time. */
function addresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return new Set(all.flatMap(({ address }) => canonical(hostPart(address)) ?? []));
}

/** A host as it stands in a URL: IPv6 in brackets, without a zone. */
export function hostPart(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host.split('%')[0]}]` : host;
}

/** A host in the one way that URLs write it, its port left out; undefined where it is none. */
function canonical(host: string): string | undefined {
  if (/[/@?#\\\s]/.test(host) || !URL.canParse(`http://${host}/`)) return undefined;
  return new URL(`http://${host}/`).hostname.replace(/\.$/, '');
}
