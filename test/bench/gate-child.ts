/** A gate in a process of its own, strict or bare; prints its address and serves until it is killed. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { task } from './harness.ts';

const { kind, key } = task(z.object({ kind: z.enum(['bare', 'strict']), key: z.string() }));
process.stdout.write(`${kind === 'strict' ? (await startGate({ key })).url : await bare()}\n`);

/** Reads the body to its end and says yes: what is measured against it is the sender. */
async function bare(): Promise<string> {
  const reply = Buffer.from('{"result":0}');
  const headers = { 'content-type': 'application/json', 'content-length': reply.length };
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200, headers).end(reply));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return `http://127.0.0.1:${address.port}/`;
}
