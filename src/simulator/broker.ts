import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { Failure } from '../domain/failure.ts';

/** Where the embedded broker listens. */
export interface EmbeddedBrokerOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free port by default. */
  readonly port?: number;
}

/** What an embedded broker tells while it runs. */
export interface BrokerCounts {
  /** Clients connected now. */
  readonly clients: number;
  /** Messages that clients have published. */
  readonly published: number;
  /** Messages at QoS 1 that subscribers have acknowledged. */
  readonly acknowledged: number;
}

/**
 * An MQTT broker inside this process, for a machine without one: MQTT 3.1 and 3.1.1 only, no login, and its
 * sessions and queued messages live in memory.
 */
export interface EmbeddedBroker {
  /** `mqtt://HOST:PORT` */
  readonly url: string;
  readonly port: number;
  counts(): BrokerCounts;
  /** Cuts every connection and accepts none, keeping sessions and queued messages. */
  pause(): Promise<void>;
  /** Listens again on the same port. */
  resume(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded broker and resolves once it accepts connections.
 * @throws Failure where it cannot listen there
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  const host = options.host ?? '127.0.0.1';
  const aedes = await Aedes.createBroker();
  let published = 0;
  let acknowledged = 0;
  aedes.on('publish', (_packet, client) => {
    if (client) published += 1;
  });
  aedes.on('ack', () => {
    acknowledged += 1;
  });

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  const port = await listen(server, host, options.port ?? 0);
  const pause = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  return {
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    counts: () => ({ clients: aedes.connectedClients, published, acknowledged }),
    pause,
    resume: async () => {
      await listen(server, host, port);
    },
    stop: async () => {
      await pause();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(
      `the broker cannot listen on ${host}:${port}: ${why}. Choose another port, or end what listens there.`,
      1,
      { cause: error },
    );
  }
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : port;
}
