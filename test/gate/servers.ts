import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { ChargingRecord } from '../../src/domain/record.ts';
import { createGateClient, type GateClient } from '../../src/gate/client.ts';
import type { GateSettings } from '../../src/gate/settings.ts';
import { atEnd } from '../support/cleanup.ts';
import { type Spoken, spoken } from '../support/spoken.ts';
import { settings, ZONE } from './record.ts';

export const KEY = '45DC1F8604F940829E75D6A76595C299';
export const SUCCESS = '{"result":0,"description":"充电记录处理成功"}';

/** A client of the gate at `baseUrl` whose outcomes have their reasons in English, destroyed when the test file ends. */
export function client(
  baseUrl: string,
  changes: Partial<GateSettings<'carpark'>> = {},
): Omit<GateClient, 'send'> & { send(record: ChargingRecord): Promise<Spoken<Outcome>> } {
  const made = createGateClient(
    settings({ baseUrl, timeout: 5000, ...changes }),
    { key: KEY },
    { version: '1.2.3', zone: ZONE },
  );
  atEnd(() => made.destroy());
  return { ...made, send: async (record) => spoken(await made.send(record)) };
}

/** Listens on a free port; closed, with all its connections, when the test file ends. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.listen(0, host);
  await once(server, 'listening');
  atEnd(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server of plain HTTP: its base address and how many requests and connections it has seen. */
export interface SeenServer {
  readonly baseUrl: string;
  readonly port: number;
  readonly seen: { requests: number; connections: number };
}

/** Answers each request, its body read, with `answer`. */
export async function httpServer(
  answer: (response: ServerResponse, request: IncomingMessage, body: Buffer) => void,
  host = '127.0.0.1',
): Promise<SeenServer> {
  const seen = { requests: 0, connections: 0 };
  const listener: RequestListener = async (request, response) => {
    seen.requests += 1;
    answer(response, request, await buffer(request));
  };
  const server = createServer(listener).on('connection', () => {
    seen.connections += 1;
  });
  const port = await listen(server, host);
  const authority = host.includes(':') ? `[${host}]` : host;
  return { baseUrl: `http://${authority}:${port}/parkpot-service/`, port, seen };
}

/** Answers each request (once its body's end has come) by writing raw bytes to the socket. */
export async function rawServer(answer: (socket: Socket) => void): Promise<SeenServer> {
  const seen = { requests: 0, connections: 0 };
  const server = createTcpServer((socket) => {
    seen.connections += 1;
    socket.on('data', (chunk) => {
      if (!chunk.toString().endsWith('"}')) return;
      seen.requests += 1;
      answer(socket);
    });
  });
  const port = await listen(server);
  return { baseUrl: `http://127.0.0.1:${port}/`, port, seen };
}

/** A port of this machine where nothing listens. */
export async function deadPort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
