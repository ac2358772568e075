import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici';
// By its path: the index would load all of undici (fetch, web sockets, caches, mocks), 10 MB and 0.1 s at each start.
import Client from 'undici/lib/dispatcher/client.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { Failure } from '../domain/failure.ts';
import { reason } from '../domain/reason.ts';
import { ReasonFailure } from '../i18n/reason-failure.ts';
import { Exchange } from './exchange.ts';
import { RawReply } from './raw-reply.ts';
import type { CommonSettings, GateTls } from './settings.ts';

/** Beyond it a response is read loosely, bytes. */
const HEADERS_LIMIT = 64 * 1024;

/**
 * The connections to the gate: as many as records may be on their way at once, kept open between them, HTTP/1.1
 * only (there it is exactly known whether a request has left), directly or through a proxy.
 *
 * @param origin the gate's scheme, host and port
 * @throws Failure where a TLS file cannot be read or used
 */
export function openConnections(origin: string, settings: CommonSettings): Dispatcher {
  const { concurrency: connections, timeout, proxy } = settings;
  const trust = trustOf(settings.tls);
  const connect = { allowH2: false, timeout, ...trust };
  const pool = (to: URL | string, given: object) =>
    new Pool(to, {
      ...given,
      connections,
      allowH2: false,
      maxHeaderSize: HEADERS_LIMIT,
      factory: looseClient,
    });
  if (proxy === 'off') return pool(origin, { connect });
  const options = {
    connections,
    allowH2: false,
    connect,
    factory: pool,
    connectTimeout: timeout,
    requestTls: connect,
    // A proxy that accepts a connection and then says nothing must not hold it for undici's five minutes.
    clientFactory: (url: URL, given: object) => new Pool(url, { ...given, headersTimeout: timeout }),
  };
  // Proxies need the rest of it, and few stations have one.
  const { EnvHttpProxyAgent, ProxyAgent }: typeof import('undici') = createRequire(import.meta.url)('undici');
  return proxy === 'env' ? new EnvHttpProxyAgent(options) : new ProxyAgent({ ...options, uri: proxy });
}

/** A client of one connection whose exchanges can be read loosely where its strict parser refuses a response. */
function looseClient(origin: URL, given: { readonly connect?: buildConnector.connector }): Dispatcher {
  const raw = new RawReply();
  const { connect } = given;
  const client = new Client(origin, connect === undefined ? given : { ...given, connect: raw.on(connect) });
  const dispatch = client.dispatch.bind(client);
  client.dispatch = (options, handler) => {
    if (handler instanceof Exchange) handler.raw = raw;
    return dispatch(options, handler);
  };
  return client;
}

/** The settings' certificates, read and checked once; nothing where there are none. */
function trustOf({ ca, cert, key }: GateTls): { readonly secureContext?: SecureContext } {
  if (ca === undefined && cert === undefined && key === undefined) return {};
  const authorities = readPem('ca', ca);
  try {
    // Node takes a file without a certificate for an empty list of authorities, and would trust nobody.
    if (authorities !== undefined) new X509Certificate(authorities);
  } catch (cause) {
    throw new ReasonFailure(reason('tls.no-certificate', { key: 'gate.tls.ca', file: String(ca) }), 78, {
      cause,
    });
  }
  try {
    return {
      secureContext: createSecureContext({
        ca: authorities,
        cert: readPem('cert', cert),
        key: readPem('key', key),
      }),
    };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReasonFailure(
      reason('tls.pair-unusable', { key: 'gate.tls', cert: String(cert), private: String(key), error: why }),
      78,
      {
        cause,
      },
    );
  }
}

function readPem(name: keyof GateTls, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReasonFailure(
      reason('tls.unreadable', { key: `gate.tls.${name}`, file: path, error: why }),
      78,
      { cause },
    );
  }
}
