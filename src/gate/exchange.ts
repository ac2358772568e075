import type { Dispatcher } from 'undici';
import { decompress } from './decompress.ts';
import { type Called, type GateReply, REPLY_LIMIT, type ReplyHeaders } from './port.ts';
import type { RawReply } from './raw-reply.ts';

/** The share of its time that must be left when a request gets its connection: with less it would leave in vain. */
const LEAST_LEFT = 0.02;

/** An attempt's time ran out. */
export class GateTimeout extends Error {
  override readonly name = 'GateTimeout';
  /** The whole time that the attempt had. */
  readonly seconds: number;

  constructor(seconds: number) {
    super(`gate.timeout (${seconds} s) ran out`);
    this.seconds = seconds;
  }
}

/** The response ended before its headers did. */
export class NoHeaders extends Error {
  override readonly name = 'NoHeaders';
}

/**
 * One request and its response as undici reports them, ending in exactly one {@link Called}.
 *
 * waiting (for a connection: nothing has left) → sent (undici starts to write) → answered (headers came) → ended;
 * an error or the time-out ends it from any of these. What undici reports after the end is ignored.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #timeout: GateTimeout;
  readonly #settle: (called: Called | Promise<Called>) => void;
  readonly #timer: NodeJS.Timeout;
  /** Monotonic milliseconds: a connection that comes free later comes too late for an answer. */
  readonly #tooLate: number;
  #ended = false;
  /** Holds from `sent` on. */
  #controller: Dispatcher.DispatchController | undefined;
  #raw: RawReply | undefined;
  /** Both hold from `answered` on; 0 before. */
  #status = 0;
  #headers: ReplyHeaders = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /**
   * @param timeoutMs for the whole of it, milliseconds
   * @param timeout what the end says where that runs out
   * @param settle called once; nothing ever rejects
   */
  constructor(timeoutMs: number, timeout: GateTimeout, settle: (called: Called | Promise<Called>) => void) {
    this.#timeout = timeout;
    this.#settle = settle;
    this.#tooLate = performance.now() + timeoutMs * (1 - LEAST_LEFT);
    this.#timer = setTimeout(() => this.#cut(timeout), timeoutMs);
  }

  /** The connection that it got, before it is written to. */
  set raw(raw: RawReply) {
    this.#raw = raw;
  }

  /** undici is about to write: from here on something may have left. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (performance.now() > this.#tooLate) this.#end(this.#timeout);
    if (this.#ended) controller.abort(new Error('given up while it waited for a connection'));
    else {
      this.#controller = controller;
      this.#raw?.begin();
    }
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

  /** It could not even be handed to undici. */
  fail(error: Error): void {
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
    const refused = this.#raw?.refused;
    this.#raw?.end();
    if (refused !== undefined && refused.response.body.length > 0) {
      const { status, headers, body } = refused.response;
      this.#reply(body, { status, headers, broken: parserWords(refused.error) });
      return;
    }
    if (this.#status === 0) {
      const sent = this.#controller !== undefined;
      const failure = { error: refused?.error ?? error ?? new NoHeaders(), sent };
      this.#settle({ kind: 'failed', failure });
      return;
    }
    const [first = Buffer.alloc(0), ...others] = this.#chunks;
    const packed = others.length === 0 ? first : Buffer.concat(this.#chunks);
    // A reply that broke off is read like any other: a verdict in what came is as good.
    const brokeOff = error === undefined ? {} : { brokeOff: error.message };
    this.#reply(packed, { status: this.#status, headers: this.#headers, ...brokeOff });
  }

  #reply(packed: Buffer, seen: Omit<GateReply, 'body'>): void {
    const encoding = seen.headers['content-encoding'];
    const replied = (body: Buffer): Called => ({
      kind: 'replied',
      reply: { ...seen, body: body.subarray(0, REPLY_LIMIT) },
    });
    if (encoding === undefined || packed.length === 0) this.#settle(replied(packed));
    else this.#settle(decompress(packed, String(encoding), REPLY_LIMIT).then(replied));
  }
}

/** What the strict parser says, without the sentence that undici puts around it. */
export function parserWords({ message }: Error): string {
  return /^Response does not match the HTTP\/1.1 protocol \((.+)\)$/.exec(message)?.[1] ?? message;
}
