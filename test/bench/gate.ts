import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atEnd, owned } from '../support/cleanup.ts';
import { TEST_KEY } from '../support/tmp.ts';

/** A gate in a process of its own: `bare` reads the body and says yes, `strict` is the simulator, which checks all. */
export async function spawnGate(kind: 'bare' | 'strict' = 'bare'): Promise<{ url: string; stop(): void }> {
  const file = fileURLToPath(new URL('./gate-child.ts', import.meta.url));
  const child = owned(
    spawn(process.execPath, [file, JSON.stringify({ kind, key: TEST_KEY })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { url: String(url), stop: () => child.kill() };
}

/** A gate in this process that notes when each order came, so that one clock tells publish and receipt. */
export interface NotingGate {
  readonly url: string;
  /** When each order came (`performance.now()`), as often as it came. */
  readonly came: ReadonlyMap<string, readonly number[]>;
  /** The time of an order's first receipt, once it is there. */
  receipt(orderNo: string): Promise<number>;
  /** Called with each order as it comes. */
  onPost: (orderNo: string) => void;
  stop(): void;
}

/**
 * Starts one on a free port of 127.0.0.1; it says yes to everything.
 * @param delayMs how long it takes to answer, milliseconds
 */
export async function startNotingGate(delayMs = 0): Promise<NotingGate> {
  const came = new Map<string, number[]>();
  const awaited = new Map<string, (at: number) => void>();
  const reply = '{"result":0}';
  const headers = { 'content-type': 'application/json', 'content-length': reply.length };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const at = performance.now();
      const orderNo = orderOf(Buffer.concat(chunks));
      const times = came.get(orderNo);
      if (times) times.push(at);
      else came.set(orderNo, [at]);
      awaited.get(orderNo)?.(at);
      awaited.delete(orderNo);
      gate.onPost(orderNo);
      const answer = () => response.writeHead(200, headers).end(reply);
      if (delayMs > 0) setTimeout(answer, delayMs);
      else answer();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  atEnd(stop);
  const gate: NotingGate = {
    url: `http://127.0.0.1:${address.port}/`,
    came,
    receipt: (orderNo) => {
      const [at] = came.get(orderNo) ?? [];
      if (at !== undefined) return Promise.resolve(at);
      return new Promise((resolve) => awaited.set(orderNo, resolve));
    },
    onPost: () => {},
    stop,
  };
  return gate;
}

function orderOf(body: Buffer): string {
  const value: unknown = JSON.parse(body.toString('utf8'));
  return String(typeof value === 'object' && value !== null ? Reflect.get(value, 'orderNo') : undefined);
}
