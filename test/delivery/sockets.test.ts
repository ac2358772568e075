import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from '../gate/servers.ts';
import { Plant } from './virtual-gate.ts';

/** Ways in which a server may misbehave; `onRequest` is called when a whole request is there. */
const HABITS: Readonly<
  Record<string, { onConnection?: (socket: Socket) => void; onRequest?: (socket: Socket) => void }>
> = {
  'resets each connection': { onConnection: (socket) => socket.resetAndDestroy() },
  'closes each connection': { onConnection: (socket) => socket.destroy() },
  'resets when the request has come': { onRequest: (socket) => socket.resetAndDestroy() },
  'closes its half and says nothing': { onRequest: (socket) => socket.end() },
  'accepts and never answers': {},
  'answers garbage': { onRequest: (socket) => socket.write(Buffer.from('00ff17fe0d0a0d0a80c1', 'hex')) },
  'speaks another protocol': { onConnection: (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n') },
  'answers before it is asked': {
    onConnection: (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno'),
  },
  'sends headers without end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      forEver(socket, `x-more: ${'a'.repeat(1_000)}\r\n`);
    },
  },
  'drips one header byte after the other': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      forEver(socket, 'a');
    },
  },
  'sends a body without end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      forEver(socket, `3e8\r\n${'x'.repeat(1_000)}\r\n`);
    },
  },
  'says 100 Continue for ever': {
    onRequest: (socket) => forEver(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
  },
  'switches to another protocol': {
    onRequest: (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tea\r\n\r\n'),
  },
  'breaks off in the middle of its answer': {
    onRequest: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"resu'),
  },
};

it.each(Object.keys(HABITS))('waits out a server that %s, charges no record, and delivers', async (name) => {
  const habit = HABITS[name];
  let bad = true;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (bad) habit?.onConnection?.(socket);
    socket.on('data', (chunk) => {
      if (!chunk.toString().endsWith('"}')) return;
      if (bad) habit?.onRequest?.(socket);
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"result":0}');
    });
    socket.on('end', () => socket.end());
  });
  const plant = new Plant(`http://127.0.0.1:${await listen(server)}/`, { gate: { timeout: 250 } });
  plant.delivery.start();
  const orders = await plant.events(3);
  const failures = () => orders.flatMap((order) => plant.outcomes(order));
  await plant.waitFor(() => failures().length >= 8, '8 failures');
  expect(plant.delivery.gate.state).toBe('down');
  for (const kind of failures()) expect(['unanswered', 'unreachable']).toContain(kind);
  for (const order of orders)
    expect(plant.story(order)).toMatchObject({ state: 'pending', refusals: 0, nextAt: undefined });
  bad = false;
  await plant.delivered(3);
  const said = plant.lines.map(({ event }) => event).filter((event) => event?.startsWith('gate.'));
  expect(said).toEqual(['gate.down', 'gate.up']);
});

/** Writes `text` again and again until the socket is closed. */
function forEver(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 1);
  socket.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer));
}
