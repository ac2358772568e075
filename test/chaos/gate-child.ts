/**
 * The gate of a run, in a process of its own that shares no code with the product. It writes each post into its
 * ledger before it answers, and each answer after it has left: whatever kills it, what it had taken stands there.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { independentSign } from '../support/independent-gate.ts';
import { readLedger, type Verdict } from './ledger.ts';
import { fateOf } from './load.ts';

const { host, port, key, ledger, mode, timeoutMs } = z
  .object({
    host: z.string(),
    /** 0: any that is free. */
    port: z.number(),
    key: z.string(),
    /** Where posts are written down, for good. */
    ledger: z.string(),
    /** The file that says how it answers now; see LANES.replies. */
    mode: z.string(),
    /** How long the other side waits for an answer, milliseconds. */
    timeoutMs: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const SUCCESS = '{"result":0,"description":"充电记录处理成功"}';

const before = existsSync(ledger) ? readLedger(ledger) : [];
const taken = new Set(before.filter((one) => one.verdict === 'taken').map(({ orderNo }) => orderNo));
const refusals = new Map<string, number>();
for (const { verdict, orderNo } of before)
  if (verdict === 'refused') refusals.set(orderNo, (refusals.get(orderNo) ?? 0) + 1);
let posts = before.reduce((most, { n }) => Math.max(most, n), 0);
// A line that a kill broke off ends here.
appendFileSync(ledger, '\n');

const server = createServer(serve).listen(port, host, () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});

/** One post from its headers to its answer. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const now = existsSync(mode) ? readFileSync(mode, 'utf8') : '';
  if (now === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => judge(Buffer.concat(chunks).toString('utf8'), now, request, response));
}

/** How a post is answered. */
interface Answer {
  readonly verdict: Verdict;
  readonly reply: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly afterMs?: number;
  /** The connection is reset instead: before a byte of the answer, or in the middle of it. */
  readonly cut?: 'before' | 'within';
}

const ODD: Readonly<Record<string, Answer>> = {
  page: { verdict: 'dropped', reply: '<html><body>登录</body></html>' },
  500: { verdict: 'dropped', reply: 'oh', status: 500 },
  503: { verdict: 'dropped', reply: '', status: 503, headers: { 'retry-after': '1' } },
  404: { verdict: 'dropped', reply: 'not found', status: 404 },
  'wrong key': refusal('签名错误'),
  'refused alike': refusal('处理充电和优惠失败'),
};

/** How it answers what it takes. */
const TAKING: Readonly<Record<string, Partial<Answer>>> = {
  'taken, then reset': { cut: 'before' },
  'taken, then half a reply': { cut: 'within' },
  'taken, then silence': { afterMs: timeoutMs * 1.3 },
  'taken, oddly said': { reply: '{"result",0}' },
  slow: { afterMs: timeoutMs * 0.3 },
};

function judge(text: string, now: string, request: IncomingMessage, response: ServerResponse): void {
  const body: Readonly<Record<string, string>> = JSON.parse(text);
  const orderNo = String(body['orderNo']);
  const answer = ODD[now] ?? fated(orderNo) ?? { verdict: 'taken', reply: SUCCESS, ...TAKING[now] };
  // A repeated order is taken, and nothing comes of it: the interface, 2.2.
  if (answer.verdict === 'taken') taken.add(orderNo);
  posts += 1;
  const n = posts;
  const signed = body['sign'] === independentSign(body, key);
  write({ n, at: Date.now(), orderNo, verdict: answer.verdict, signed, body });
  const send = (): void => {
    const { cut, reply, status = 200, headers = {} } = answer;
    if (cut === 'before') return void request.socket.resetAndDestroy();
    if (cut === 'within') {
      response.writeHead(200, { 'content-length': '40' });
      return void response.write('{"resu', () => request.socket.destroy());
    }
    response.once('finish', () => write({ answered: n, at: Date.now() }));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(reply);
  };
  if (answer.afterMs === undefined) send();
  else setTimeout(send, answer.afterMs);
}

/** What this order meets, unless it is one of those that are simply taken. */
function fated(orderNo: string): Answer | undefined {
  const { fate, times } = fateOf(orderNo);
  const refused = refusals.get(orderNo) ?? 0;
  if (fate === 'welcome' || taken.has(orderNo)) return undefined;
  if (fate === 'breaks the gate') return { verdict: 'dropped', reply: '', cut: 'before' };
  if (fate === 'refused for a while' && refused >= times) return undefined;
  refusals.set(orderNo, refused + 1);
  return refusal(fate === 'refused for good' ? '缺少必要参数' : '处理充电和优惠失败');
}

function refusal(description: string): Answer {
  return { verdict: 'refused', reply: JSON.stringify({ result: 1, description }) };
}

function write(entry: object): void {
  appendFileSync(ledger, `${JSON.stringify(entry)}\n`);
}
