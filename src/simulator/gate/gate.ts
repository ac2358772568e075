import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Failure } from '../../domain/failure.ts';
import { type ReceiverOptions, receiverOf } from './dialects.ts';
import { type Fault, Faults } from './faults.ts';
import { type ArrivedRecord, Ledger } from './ledger.ts';
import { page } from './page.ts';
import type { Receiver } from './receiver.ts';
import { type GateEvent, receive } from './reception.ts';

/** A reference receiver to order; the interface document's way unless told otherwise. */
export interface GateOptions extends ReceiverOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free port by default. */
  readonly port?: number;
  /** Over TLS, with these PEM texts; `ca` makes it ask for a client certificate by that authority. */
  readonly tls?: {
    readonly cert: string | Buffer;
    readonly key: string | Buffer;
    readonly ca?: string | Buffer;
  };
  /** False for a receiver that takes a repeated order number for a new record; by default as its dialect is. */
  readonly idempotent?: boolean;
  readonly faults?: readonly Fault[];
  /** For the faults' shares, 0 to 1; `Math.random` by default. */
  readonly random?: () => number;
  /** Called with each record when it comes first. */
  readonly onRecord?: (arrived: ArrivedRecord) => void;
  /** Called with each request once it is answered (or not). */
  readonly onRequest?: (event: GateEvent) => void;
}

/** A gate at work. */
export interface GateSimulator {
  /** `http(s)://HOST:PORT/`, good as a base address. */
  readonly url: string;
  readonly port: number;
  /** How many requests came, the page's own left out. */
  readonly requests: number;
  /** How many of them repeated an order number taken before. */
  readonly repeats: number;
  /** How many of them were refused. */
  readonly refused: number;
  /** What was taken, in the order of arrival. */
  records(): ArrivedRecord[];
  /** Resolves once so many records were taken; rejects where the gate closes before. */
  waitFor(count: number): Promise<void>;
  /** Closes the port and every connection, or opens it again. */
  away(away: boolean): Promise<void>;
  /** Puts these faults in the place of those before; their counts and times begin now. */
  setFaults(faults: readonly Fault[]): void;
  /** Ends it, with every connection. */
  close(): Promise<void>;
}

/** How many requests the page shows. */
const SHOWN = 200;

/**
 * Starts a gate and resolves once it accepts connections.
 *
 * @throws Failure where it cannot listen there, or a fault has no meaning in its dialect
 */
export async function startGate(options: GateOptions): Promise<GateSimulator> {
  const { host = '127.0.0.1', random = Math.random } = options;
  const receiver = receiverOf(options);
  const ledger = new Ledger(options.idempotent ?? receiver.idempotent);
  const recent: GateEvent[] = [];
  const counts = { requests: 0, refused: 0 };
  const makeFaults = (wanted: readonly Fault[]) => {
    checkHabits(wanted, receiver);
    return new Faults(wanted, random, () => performance.now());
  };
  let faults = makeFaults(options.faults ?? []);
  let timers: NodeJS.Timeout[] = [];
  const context = {
    receiver,
    ledger,
    faults: () => faults,
    onRecord: options.onRecord,
    onEvent: (event: GateEvent) => {
      if (event.verdict === 'refused') counts.refused += 1;
      if (recent.push(event) > 2 * SHOWN) recent.splice(0, SHOWN);
      options.onRequest?.(event);
    },
    now: () => performance.timeOrigin + performance.now(),
  };

  const server = makeServer(options, (request, response) => {
    if (request.method === 'GET' && request.url === '/') {
      const state = {
        ...counts,
        records: ledger.size,
        repeats: ledger.repeats,
        recent: recent.slice(-SHOWN),
        columns: receiver.columns,
      };
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(state));
    } else if (request.method === 'GET' && request.url === '/records') {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(
        JSON.stringify({ ...counts, repeats: ledger.repeats, records: ledger.list().map(forJson) }),
      );
    } else {
      counts.requests += 1;
      receive(request, response, context);
    }
  });
  const port = await listen(server, host, options.port ?? 0);

  const away = async (isAway: boolean): Promise<void> => {
    if (isAway === !server.listening) return;
    if (!isAway) {
      await listen(server, host, port);
      return;
    }
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const setFaults = (wanted: readonly Fault[]): void => {
    faults = makeFaults(wanted);
    for (const timer of timers) clearTimeout(timer);
    timers = wanted.flatMap(({ kind, from = 0, to }) => {
      if (kind !== 'away') return [];
      const leave = setTimeout(() => void away(true), from);
      return to === undefined ? [leave] : [leave, setTimeout(() => void away(false), to)];
    });
  };
  setFaults(options.faults ?? []);
  // A closed port keeps no process alive, but a gate that is away has not ended.
  const alive = setInterval(() => {}, 2 ** 30);

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${reachable(host)}:${port}/`,
    port,
    get requests() {
      return counts.requests;
    },
    get repeats() {
      return ledger.repeats;
    },
    get refused() {
      return counts.refused;
    },
    records: () => ledger.list(),
    waitFor: (count) => ledger.waitFor(count),
    away,
    setFaults,
    close: async () => {
      clearInterval(alive);
      setFaults([]);
      ledger.close();
      await away(true);
    },
  };
}

/** @throws Failure (wrong usage) where a fault names a habit that this dialect's platforms do not have */
function checkHabits(faults: readonly Fault[], { habits }: Receiver): void {
  for (const fault of faults) {
    if (fault.kind !== 'habit' || Object.hasOwn(habits, fault.habit)) continue;
    const allowed = Object.keys(habits).join(', ');
    throw new Failure(`this dialect has no habit ${fault.habit}; allowed: ${allowed}`, 2);
  }
}

function makeServer({ tls }: GateOptions, listener: RequestListener): Server {
  if (tls === undefined) return createServer(listener);
  const asksForCertificate = tls.ca !== undefined;
  try {
    return createTlsServer(
      { ...tls, requestCert: asksForCertificate, rejectUnauthorized: asksForCertificate },
      listener,
    );
  } catch (cause) {
    throw new Failure(`the gate's certificate and key cannot be used: ${wordsOf(cause)}`, 1, { cause });
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = `the gate cannot listen on ${host}:${port}: ${wordsOf(cause)}. Choose another host or port.`;
    throw new Failure(why, 1, { cause });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** The address by which this machine reaches a listener. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function forJson({ at, ...rest }: ArrivedRecord) {
  return { at: new Date(at).toISOString(), ...rest };
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
