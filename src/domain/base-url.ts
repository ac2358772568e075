/**
 * Says what is wrong with a base address of the gate, or undefined where nothing is (gate interface, "Where to
 * send"): http or https, any host, port and path, with or without a trailing slash. A user name or password is
 * refused because an address is logged and shown; a query or fragment because the service is appended to it.
 *
 * @param text the address as written, e.g. `http://www.example.com/parkpot-service/`
 * @returns one line in plain words, without the address itself (it may hold a password)
 */
export function checkBaseUrl(text: string): string | undefined {
  if (/\s/.test(text)) return 'it contains white space';
  const url = URL.parse(text);
  if (url === null) return 'it is not a URL; write it like http://www.example.com/parkpot-service/';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'it must begin with http:// or https://';
  if (!/^https?:\/\//i.test(text)) return `it must have two slashes after ${url.protocol}`;
  // An empty user name (`http://@host`) parses to nothing, so look at the text as well.
  const authority = text.slice(url.protocol.length + 2).split(/[/\\?#]/, 1)[0] ?? '';
  if (authority.includes('@')) return 'a user name or password in it is not allowed';
  if (/[?#]/.test(text)) return 'a query (?) or fragment (#) in it is not allowed';
  if (url.port === '0') return 'port 0 cannot be connected to';
  return undefined;
}
