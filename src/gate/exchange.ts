import type { Dispatcher } from 'undici';
import type { Outcome } from '../domain/outcome.ts';
import { linkOutcome } from '../net/link-error.ts';
import { decompress } from './decompress.ts';
import { type ReplyHeaders, type ReplyRules, readReply } from './reply.ts';

/** How much of a reply's body is read, packed and unpacked alike; the interface's own replies take a hundred bytes. */
export const REPLY_LIMIT = 64 * 1024;

/** The share of its time that must be left when a request gets its connection: with less it would leave in vain. */
const LEAST_LEFT = 0.02;

/** What an exchange needs to know besides its request. */
export interface ExchangeContext {
  /** The gate's host and port, for reasons. */
  readonly target: string;
  /** For the whole of it, milliseconds. */
  readonly timeout: number;
  /** Read when the reply is. */
  readonly rules: () => ReplyRules;
}

/**
 * One request and its response as undici reports them, ending in exactly one outcome.
 *
 * waiting (for a connection: nothing has left) → sent (undici starts to write) → answered (headers came) → ended;
 * an error or the time-out ends it from any of these. What undici reports after the end is ignored.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #context: ExchangeContext;
  readonly #settle: (outcome: Outcome | Promise<Outcome>) => void;
  readonly #timer: NodeJS.Timeout;
  /** Monotonic milliseconds: a connection that comes free later comes too late for an answer. */
  readonly #tooLate: number;
  #ended = false;
  /** Holds from `sent` on. */
  #controller: Dispatcher.DispatchController | undefined;
  /** Both hold from `answered` on; 0 before. */
  #status = 0;
  #headers: ReplyHeaders = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** @param settle called once, with the outcome; nothing ever rejects */
  constructor(context: ExchangeContext, settle: (outcome: Outcome | Promise<Outcome>) => void) {
    this.#context = context;
    this.#settle = settle;
    this.#tooLate = performance.now() + context.timeout * (1 - LEAST_LEFT);
    this.#timer = setTimeout(() => this.#cut(timedOut(context.timeout)), context.timeout);
  }

  /** undici is about to write: from here on something may have left. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (performance.now() > this.#tooLate) this.#end(timedOut(this.#context.timeout));
    if (this.#ended) controller.abort(new Error('given up while it waited for a connection'));
    else this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ReplyHeaders): void {
    // 1xx announces a response, it is none.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= REPLY_LIMIT) this.#cut();
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  /** Ends it from this side, and the connection with it: the rest of the response would come first on it. */
  #cut(why?: Error): void {
    this.#end(why);
    this.#controller?.abort(new Error('the reply is not read any further'));
  }

  #end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    const { target, rules } = this.#context;
    if (this.#status === 0) {
      const sent = this.#controller !== undefined;
      this.#settle(linkOutcome(error ?? new Error('the response had no headers'), sent, target));
      return;
    }
    const [first = Buffer.alloc(0), ...others] = this.#chunks;
    const packed = others.length === 0 ? first : Buffer.concat(this.#chunks);
    const encoding = this.#headers['content-encoding'];
    const read = (body: Buffer) => this.#read(body.subarray(0, REPLY_LIMIT), error, rules());
    if (encoding === undefined || packed.length === 0) this.#settle(read(packed));
    else this.#settle(decompress(packed, String(encoding), REPLY_LIMIT).then(read));
  }

  /** A reply that broke off is read like any other: a result in what came is as good. */
  #read(body: Buffer, error: Error | undefined, rules: ReplyRules): Outcome {
    const outcome = readReply(this.#status, this.#headers, body, rules);
    if (error === undefined || outcome.kind === 'delivered' || outcome.kind === 'refused') return outcome;
    return { ...outcome, reason: `${outcome.reason}; the reply broke off: ${error.message}` };
  }
}

function timedOut(timeout: number): Error {
  return new Error(`gate.timeout (${timeout / 1000} s) ran out`);
}
