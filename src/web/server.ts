import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../domain/failure.ts';
import { Connections } from './connections.ts';
import { hostPart, isOurHost } from './page/host.ts';
import { pageLanguage } from './page/language.ts';
import { Listeners } from './page/listeners.ts';
import { POLICY } from './page/page.ts';
import { type PageSource, Pages } from './page/pages.ts';

/** What is served. */
export interface HttpOptions {
  /** Where (`http.listen`); port 0 takes any. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly source: PageSource;
  readonly metrics: { page(): Promise<string>; readonly contentType: string };
  /** What keeps us from being ready, in plain words; nothing while we are. */
  missing(): readonly string[];
  /** A defect met while answering. */
  failed(error: unknown): void;
}

/** An open status page. */
export interface HttpServer {
  /** `http://HOST:PORT/` */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** A connection that has not sent a whole request for so long is closed, milliseconds. */
const TIMES = {
  headersTimeout: 3_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 500,
};

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
const TEXT = 'text/plain; charset=utf-8';

/**
 * Opens the status page: `/`, `/events`, `/healthz`, `/readyz`, `/metrics`. It only ever reads.
 * @throws Failure naming `http.listen` where it cannot listen there
 */
export async function openHttp(options: HttpOptions): Promise<HttpServer> {
  const { listen } = options;
  const pages = new Pages(options.source);
  const listeners = new Listeners(pages, options.failed);
  const connections = new Connections();
  const server = createServer({ ...TIMES, maxHeaderSize: 16_384 }, (request, response) => {
    const [path] = (request.url ?? '/').split('?', 1);
    if (!connections.asked(request.socket, response, path)) {
      response.setHeader('connection', 'close');
      return send(response, 503, TEXT, 'too many connections are open at once; close some\n');
    }
    return void answer(request, response, options, pages, listeners).catch((error: unknown) => {
      options.failed(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, TEXT, 'the page could not be made; pilegate logs says why\n');
    });
  });
  connections.watch(server);
  await listenOn(server, listen);
  server.on('error', options.failed);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  return {
    url: `http://${hostPart(listen.host)}:${port}/`,
    close: async () => {
      listeners.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
  pages: Pages,
  listeners: Listeners,
): Promise<void> {
  const { metrics, listen } = options;
  if (!isOurHost(request.headers.host, listen.host)) return send(response, 421, TEXT, misdirected(request));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, TEXT, 'this page only shows: GET and HEAD are all it takes\n');
  }
  const [path, query] = (request.url ?? '/').split('?', 2);
  const language = pageLanguage(new URLSearchParams(query).get('lang'), request.headers['accept-language']);
  switch (path) {
    case '/':
      response.setHeader('content-language', language);
      response.setHeader('vary', 'accept-language');
      return send(response, 200, 'text/html; charset=utf-8', pages.page(language));
    case '/events':
      if (request.method === 'HEAD') return send(response, 200, 'text/event-stream', '');
      if (listeners.add(request, response, language, HEADERS)) return;
      return send(response, 503, TEXT, 'too many pages are open at once; close one\n');
    case '/healthz':
      return send(response, 200, TEXT, 'alive\n');
    case '/readyz': {
      const missing = options.missing();
      const body = `${JSON.stringify({ ready: missing.length === 0, missing })}\n`;
      return send(response, missing.length === 0 ? 200 : 503, 'application/json; charset=utf-8', body);
    }
    case '/metrics':
      return send(response, 200, metrics.contentType, await metrics.page());
    default:
      return send(response, 404, TEXT, 'there is /, /healthz, /readyz and /metrics here\n');
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function misdirected({ socket }: IncomingMessage): string {
  const address = hostPart((socket.localAddress ?? '').replace('::ffff:', ''));
  return `this page answers only to its own address (http.listen), to localhost and to this machine's IP addresses,
so that no page elsewhere can read it by pointing a name at it. Open it by its address, http://${address}:${socket.localPort}/,
or put the name you use into http.listen.
`;
}

async function listenOn(server: Server, { host, port }: HttpOptions['listen']): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why =
      WHY[code] ?? `${cause instanceof Error ? cause.message : cause}: choose another http.listen, or off`;
    throw new Failure(`the status page cannot open at http.listen ${host}:${port}: ${why}`, 1, { cause });
  }
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program (or another pilegate) has this port: end that one, or choose another port',
  EADDRNOTAVAIL: 'this machine has no such address: choose one of its own (ip address), or 127.0.0.1',
  EACCES: 'this user may not open that port: choose one above 1023',
  ENOTFOUND: 'this name has no address here: choose an IP address',
};
