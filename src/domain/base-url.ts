import { type Reason, reason } from './reason.ts';
import type { BaseUrlFault } from './reasons/config.ts';

/**
 * Says what is wrong with a base address of the gate, or undefined where nothing is (gate interface, "Where to
 * send"): http or https, any host, port and path, with or without a trailing slash. A user name or password is
 * refused because an address is logged and shown; a query or fragment because the service is appended to it.
 *
 * @param text the address as written, e.g. `http://www.example.com/parkpot-service/`
 * @returns `config.base-url`, without the address itself (it may hold a password)
 */
export function checkBaseUrl(text: string): Reason | undefined {
  if (/\s/.test(text)) return fault('white-space');
  const url = URL.parse(text);
  if (url === null) return fault('not-url');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return fault('scheme');
  if (!/^https?:\/\//i.test(text)) return fault('slashes', url.protocol);
  // An empty user name (`http://@host`) parses to nothing, so look at the text as well.
  const authority = text.slice(url.protocol.length + 2).split(/[/\\?#]/, 1)[0] ?? '';
  if (authority.includes('@')) return fault('login');
  if (/[?#]/.test(text)) return fault('query');
  if (url.port === '0') return fault('port-0');
  return undefined;
}

function fault(what: BaseUrlFault, scheme?: string): Reason {
  return reason('config.base-url', { fault: what, scheme });
}

/** The address of `path` below a base address that {@link checkBaseUrl} passed, with one slash between them. */
export function addressUnder(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}
