import type { Fault, Faults } from './faults.ts';
import type { ArrivedRecord, Ledger } from './ledger.ts';
import type { Post, Read, Receiver, Reply, Rule } from './receiver.ts';

/** What the gate makes of a post, before it answers. */
export interface Judgement {
  /**
   * `accepted` and `repeat` are answered with success unless the fault says otherwise, `refused` with a refusal,
   * `session` with a token or why there is none; a `fault` kept the gate from looking at the record; a `stray` is no
   * post to the interface's address.
   */
  readonly verdict: 'accepted' | 'repeat' | 'refused' | 'session' | 'fault' | 'stray';
  /** The rule that it breaks, and what the gate says of it. */
  readonly rule?: Rule;
  readonly description?: string;
  /** More for whoever looks for the cause; never sent. */
  readonly detail?: string;
  /** The fault to order that hit it. */
  readonly fault?: Fault['kind'];
  /** The record's order number and plate, where they could be read. */
  readonly orderNo?: string;
  readonly plateNo?: string;
  /** The body as far as it could be read. */
  readonly body?: unknown;
}

/** How a judgement is answered. */
export interface Answer {
  /** Undefined: not at all. */
  readonly reply: Reply | undefined;
  /** Milliseconds before the answer. */
  readonly delay: number;
  /** Milliseconds that the body is spread over. */
  readonly spread: number;
  /** Whether the connection is reset instead. */
  readonly reset: boolean;
}

/** What a gate judges by and writes into. */
export interface JudgeContext {
  readonly receiver: Receiver;
  readonly ledger: Ledger;
  readonly onRecord: ((arrived: ArrivedRecord) => void) | undefined;
}

/** Judges a post to the right address, and takes its record where nothing is wrong with it. */
export function judge(
  post: Post,
  faults: Faults,
  { receiver, ledger, onRecord }: JudgeContext,
): Judgement & { readonly answer: Answer } {
  const read = receiver.read(post);
  const { orderNo, plateNo, broken, session } = read;
  const hits = faults.hitting(plateNo, orderNo).filter((one) => concerns(one, read, receiver));
  const delay = hits.reduce((sum, one) => sum + (one.kind === 'latency' ? one.ms : 0), 0);
  const fault = hits.find(({ kind }) => kind !== 'latency') ?? hits[0];
  const seen = {
    ...(orderNo === '' ? {} : { orderNo, plateNo }),
    body: read.body,
    ...(fault === undefined ? {} : { fault: fault.kind }),
  };
  const answer = { delay, spread: 0, reset: false };
  const habit = fault?.kind === 'habit' ? receiver.habits[fault.habit] : undefined;

  if (fault?.kind === 'status') {
    const reply = outOfOrder(fault.status, fault.retryAfter);
    return { verdict: 'fault', ...seen, answer: { ...answer, reply } };
  }
  if (session !== undefined) {
    const reply = habit === undefined ? session : habit.reply(read);
    return { verdict: 'session', ...broken, ...seen, answer: { ...answer, ...after(fault, reply) } };
  }
  if (broken !== undefined) {
    const reply = receiver.refusal(read, broken, broken.description);
    return { verdict: 'refused', ...broken, ...seen, answer: { ...answer, ...after(fault, reply) } };
  }
  if (fault?.kind === 'refuse') {
    const { description } = fault;
    const reply = receiver.refusal(read, undefined, description);
    return { verdict: 'refused', description, ...seen, answer: { ...answer, reply } };
  }
  if (habit?.takes === false)
    return { verdict: 'refused', ...seen, answer: { ...answer, reply: habit.reply(read) } };
  const arrived = ledger.take(read.orderNo, read.record, post.at);
  if (arrived !== undefined) onRecord?.(arrived);
  const reply = habit === undefined ? receiver.success(read, arrived === undefined) : habit.reply(read);
  const verdict = arrived === undefined ? 'repeat' : 'accepted';
  return { verdict, ...seen, answer: { ...answer, ...after(fault, reply) } };
}

/** Whether a fault has a meaning for this post: a habit is a way to answer a record or a token query, and refusals are the records'. */
function concerns(fault: Fault, { session }: Read, { habits }: Receiver): boolean {
  const isSession = session !== undefined;
  if (fault.kind === 'habit') return habits[fault.habit]?.to === (isSession ? 'session' : 'record');
  return !(isSession && fault.kind === 'refuse');
}

/** What becomes of `reply` by a fault that comes after the record was judged. */
function after(fault: Fault | undefined, reply: Reply): Partial<Answer> & Pick<Answer, 'reply'> {
  if (fault?.kind === 'reset-after') return { reply: undefined, reset: true };
  if (fault?.kind === 'no-answer') return { reply: undefined };
  if (fault?.kind === 'slow-body') return { reply, spread: fault.ms };
  if (fault?.kind === 'malformed') return { reply: { ...reply, body: fault.body } };
  return { reply };
}

function outOfOrder(status: number, retryAfter: string | undefined): Reply {
  const body = `<html><head><title>${status}</title></head><body>The gate is out of order</body></html>\n`;
  return {
    status,
    type: 'text/html; charset=utf-8',
    body,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
