import { type Dialect, type Reply, refusal, success } from './dialect.ts';
import type { Fault, Faults } from './faults.ts';
import type { ArrivedRecord, Ledger } from './ledger.ts';
import { type Broken, check, type GateRules } from './rules.ts';

/** What the gate makes of a post, before it answers. */
export interface Judgement {
  /**
   * `accepted` and `repeat` are answered with success unless the fault says otherwise, `refused` with a refusal;
   * a `fault` kept the gate from looking at the record; a `stray` is no post to the interface's address.
   */
  readonly verdict: 'accepted' | 'repeat' | 'refused' | 'fault' | 'stray';
  /** The rule that it breaks, and what the gate says of it. */
  readonly rule?: Broken['rule'];
  readonly description?: string;
  /** More for whoever looks for the cause; never sent. */
  readonly detail?: string;
  /** The fault to order that hit it. */
  readonly fault?: Fault['kind'];
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
  readonly rules: GateRules;
  readonly dialect: Dialect;
  readonly ledger: Ledger;
  readonly onRecord: ((arrived: ArrivedRecord) => void) | undefined;
}

/**
 * Judges the body of a post to the right address, and takes its record where nothing is wrong with it.
 *
 * @param at when it came, epoch milliseconds
 */
export function judge(
  bytes: Buffer,
  contentType: string | undefined,
  at: number,
  faults: Faults,
  context: JudgeContext,
): Judgement & { readonly answer: Answer } {
  const { dialect } = context;
  const checked = checkAll(bytes, contentType, context);
  const { params } = checked;
  const { plate, order } = namesOf(params);
  const hits = faults.hitting(plate, order);
  const delay = hits.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), 0);
  const fault = hits.find(({ kind }) => kind !== 'latency') ?? hits[0];
  const seen = { body: params ?? bytes.toString(), ...(fault === undefined ? {} : { fault: fault.kind }) };
  const answer = { delay, spread: 0, reset: false };

  if (fault?.kind === 'status') {
    return {
      verdict: 'fault',
      ...seen,
      answer: { ...answer, reply: outOfOrder(fault.status, fault.retryAfter) },
    };
  }
  if (checked.broken !== undefined) {
    const reply = refusal(dialect, checked.broken.rule, checked.broken.description);
    return { verdict: 'refused', ...checked.broken, ...seen, answer: { ...answer, ...after(fault, reply) } };
  }
  if (fault?.kind === 'refuse') {
    const { description } = fault;
    const reply = refusal(dialect, undefined, description);
    return { verdict: 'refused', description, ...seen, answer: { ...answer, reply } };
  }
  const { sign: _, ...record } = checked.params;
  const arrived = context.ledger.take(record, at);
  if (arrived !== undefined) context.onRecord?.(arrived);
  const verdict = arrived === undefined ? 'repeat' : 'accepted';
  return { verdict, ...seen, answer: { ...answer, ...after(fault, success(dialect)) } };
}

/** What becomes of `reply` by a fault that comes after the record was judged. */
function after(fault: Fault | undefined, reply: Reply): Partial<Answer> & Pick<Answer, 'reply'> {
  if (fault?.kind === 'reset-after') return { reply: undefined, reset: true };
  if (fault?.kind === 'no-answer') return { reply: undefined };
  if (fault?.kind === 'slow-body') return { reply, spread: fault.ms };
  if (fault?.kind === 'malformed') return { reply: { ...reply, body: fault.body } };
  return { reply };
}

function checkAll(bytes: Buffer, contentType: string | undefined, { rules, dialect }: JudgeContext) {
  if (dialect === 'strict' && !/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? '')) {
    const description = `Content-Type应为application/json; charset=utf-8，收到${contentType ?? '空'}`;
    return { params: undefined, broken: { rule: 'type', description } as const };
  }
  return check(bytes, rules);
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

/** What faults go by. */
function namesOf(params: unknown): { plate: string; order: string } {
  if (typeof params !== 'object' || params === null) return { plate: '', order: '' };
  return {
    plate: 'plateNo' in params ? String(params.plateNo) : '',
    order: 'orderNo' in params ? String(params.orderNo) : '',
  };
}
