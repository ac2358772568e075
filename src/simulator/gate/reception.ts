import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { Reply } from './receiver.ts';
import { type Answer, type JudgeContext, type Judgement, judge } from './verdict.ts';

/** What became of one request. */
export interface GateEvent extends Judgement {
  /** When it came, epoch milliseconds with a fraction. */
  readonly at: number;
  /** From there to the answer, milliseconds; to the judgement, where there was none. */
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  /** The HTTP status of the answer, 0 for none. */
  readonly status: number;
}

/** What a reception works with. */
export interface ReceptionContext extends JudgeContext {
  /** Those set at the moment. */
  readonly faults: () => Faults;
  readonly onEvent: (event: GateEvent) => void;
  /** Epoch milliseconds with a fraction. */
  readonly now: () => number;
}

/** No record takes more; a body that does is not kept. */
const BODY_LIMIT = 64 * 1024;

/** Receives one request and answers it as the rules, the dialect and the faults have it. */
export function receive(request: IncomingMessage, response: ServerResponse, context: ReceptionContext): void {
  const { method = '', url: path = '' } = request;
  const at = context.now();
  const note = (status: number, judgement: Judgement): void =>
    context.onEvent({ at, ms: context.now() - at, method, path, status, ...judgement });
  const turnAway = (status: number, description: string): void => {
    request.resume();
    write(response, { status, type: 'text/plain; charset=utf-8', body: `${description}\n` });
    note(status, { verdict: 'stray', description });
  };

  const ends = context.receiver.addressEnds;
  if (!ends.some((end) => path.endsWith(end)))
    turnAway(404, `接口地址不存在：${path}，应以${ends.join('或')}结尾`);
  else if (method !== 'POST') turnAway(405, `请使用POST方式，收到${method}`);
  else if (context.faults().resetsUnread()) {
    request.socket.resetAndDestroy();
    note(0, { verdict: 'fault', fault: 'reset-before' });
  } else {
    readBody(request, async (bytes, size) => {
      if (size > BODY_LIMIT) return turnAway(413, `请求体过大：${size}字节`);
      const header = (name: string): string => String(request.headers[name] ?? '');
      const post = { path, header, body: bytes, at };
      const { answer, ...judgement } = judge(post, context.faults(), context);
      if (answer.delay > 0) await sleep(answer.delay, undefined, { ref: false });
      carryOut(answer, response);
      note(answer.reply?.status ?? 0, judgement);
    });
  }
}

/** @param done called at the end, with the body's beginning and the size of all of it */
function readBody(request: IncomingMessage, done: (bytes: Buffer, size: number) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  });
  request.on('end', () => {
    const [first = Buffer.alloc(0)] = chunks;
    done(chunks.length > 1 ? Buffer.concat(chunks) : first, size);
  });
}

function carryOut({ reply, spread, reset }: Answer, response: ServerResponse): void {
  if (reset) response.socket?.resetAndDestroy();
  if (reply === undefined) return;
  if (spread === 0) write(response, reply);
  else void drip(response, reply, spread);
}

function write(response: ServerResponse, { status, type, body, retryAfter }: Reply): void {
  const headers = ['content-type', type, 'content-length', String(Buffer.byteLength(body))];
  if (retryAfter !== undefined) headers.push('retry-after', retryAfter);
  response.writeHead(status, headers).end(body);
}

/** Spreads the body over `ms` milliseconds, byte by byte. */
async function drip(response: ServerResponse, { status, type, body }: Reply, ms: number): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length });
  for (let index = 0; index < bytes.length && !response.destroyed; index += 1) {
    response.write(bytes.subarray(index, index + 1));
    await sleep(ms / bytes.length, undefined, { ref: false });
  }
  response.end();
}
