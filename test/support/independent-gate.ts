import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { atEnd } from './cleanup.ts';
import { until } from './wait.ts';

/** One post that arrived. */
export interface Post {
  /** `performance.now()` when its last byte was read. */
  readonly at: number;
  readonly body: Readonly<Record<string, string>>;
  readonly signed: boolean;
  /** What it was answered with. */
  readonly status: number;
}

/** A gate that shares no code with the product: it checks signatures by its own reading of the interface (2.1). */
export interface IndependentGate {
  /** The base address. */
  readonly url: string;
  /** Posts by order number, in the order of arrival. */
  readonly posts: ReadonlyMap<string, readonly Post[]>;
  /** How many posts there were of orders that had been posted before. */
  readonly repeats: number;
  /** Posts whose signature is not what it should be. */
  readonly unsigned: number;
  /** Resolves once so many different orders have arrived. */
  has(orders: number, limitMs?: number): Promise<void>;
  /** While set, it answers each post with this status and body instead of success. */
  answer(status: number | undefined, body?: string): void;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startIndependentGate(key: string): Promise<IndependentGate> {
  const posts = new Map<string, Post[]>();
  let repeats = 0;
  let unsigned = 0;
  let status = 200;
  let reply = '{"result":0}';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: Record<string, string> = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const order = String(body['orderNo']);
      const signed = body['sign'] === independentSign(body, key);
      if (!signed) unsigned += 1;
      const known = posts.get(order);
      const post = { at: performance.now(), body, signed, status };
      if (known) {
        known.push(post);
        repeats += 1;
      } else posts.set(order, [post]);
      response.writeHead(status, { 'content-type': 'application/json' }).end(reply);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `http://127.0.0.1:${address.port}/parkpot-service/`,
    posts,
    get repeats() {
      return repeats;
    },
    get unsigned() {
      return unsigned;
    },
    has: async (orders, limitMs) => {
      await until(() => posts.size >= orders, `${orders} orders at the gate (${posts.size} now)`, limitMs);
    },
    answer: (newStatus, body) => {
      status = newStatus ?? 200;
      reply = body ?? '{"result":0}';
    },
  };
}

/** The signature of a body by our own reading of the interface (2.1). */
export function independentSign(body: Readonly<Record<string, string>>, key: string): string {
  const pairs: string[] = [];
  const names = Object.keys(body).filter((name) => name !== 'sign' && body[name] !== '');
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) pairs.push(`${name}=${body[name]}`);
  return createHash('md5')
    .update(`${pairs.join('&')}&key=${key}`, 'utf8')
    .digest('hex')
    .toUpperCase();
}
