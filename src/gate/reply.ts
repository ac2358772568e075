import type { Answer, Outcome } from '../domain/outcome.ts';
import { type Reason, reason } from '../domain/reason.ts';
import type { Answered, ReplyShape } from '../domain/reasons/gate.ts';
import type { Mask } from './mask.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { Delivery, Dialect, GateReply, Reading, ReadingText, ReplyHeaders } from './port.ts';
import { readHttpDate, readRetryAfter } from './retry-after.ts';
import type { RefusalRule } from './settings.ts';

/** A {@link RefusalRule} ready to be used. */
export interface CompiledRefusal {
  readonly match: Pattern;
  readonly means: RefusalRule['means'];
}

/** What reading a reply depends on besides the reply. */
export interface ReplyRules {
  readonly refusals: readonly CompiledRefusal[];
  /** The wall clock, epoch milliseconds. */
  readonly now: number;
  /** {@link Dialect.addressKeys}. */
  readonly addressKeys?: Dialect['addressKeys'];
  /** Blots out what the gate repeats of our secrets. */
  readonly mask?: Mask | undefined;
}

/** How much of a reply is kept, in UTF-16 units. */
const KEPT_CHARACTERS = 500;
/** Verdicts are codes; a platform's own may be words. */
const RESULT_CHARACTERS = 100;
const UNPRINTABLE = /(?![\t\n])\p{Cc}/gu;
/** Statuses that say that the request was not processed, or not yet: none of them charges a record. */
const DECLINED: ReadonlySet<number> = new Set([408, 425, 429, 503]);
const DOUBTFUL = /失败|错误|不存在|未授权/;

/** @throws SyntaxError where a rule's pattern cannot be compiled (the config refuses it before) */
export function compileRefusals(rules: readonly RefusalRule[]): CompiledRefusal[] {
  return rules.map(({ match, means }) => ({ match: compilePattern(match), means }));
}

/**
 * Makes the outcome of a reply that a dialect has read: its verdict counts whatever the status, the status decides only
 * where there is none.
 */
export function outcomeOf(
  { kind, reply, reading }: Exclude<Delivery, { kind: 'failed' }>,
  rules: ReplyRules,
): Outcome {
  const { status, headers } = reply;
  const seen = {
    status,
    ...(reading.text === '' ? {} : { reply: keep(reading.text, rules.mask) }),
    ...(reading.malformed ? { malformed: true } : {}),
  };
  const description = keep(reading.description, rules.mask);
  if (reading.kind === 'delivered' && kind === 'replied') {
    const broken =
      reply.broken === undefined ? undefined : reason('gate.http-broken', { error: reply.broken });
    return delivered(description, seen, reading.warning ?? broken);
  }
  const waited = { ...seen, ...waitOf(headers, rules.now) };
  const refusal = refusalIn(reading, status);
  if (refusal !== undefined) {
    const why = reason('gate.refused', {
      result: oneLine(keep(refusal.result, rules.mask)).slice(0, RESULT_CHARACTERS),
      description: oneLine(description),
      about: refusal.about,
    });
    if (kind === 'before') return { kind: 'misconfigured', sent: false, reason: why, ...waited };
    const { result } = why.params;
    const means =
      refusal.means ?? rules.refusals.find(({ match }) => match.test(description))?.means ?? 'record';
    if (means === 'delivered')
      return {
        kind: 'delivered',
        reason: { code: 'gate.delivered-before', params: why.params },
        ...seen,
        description,
      };
    return { kind: 'refused', reason: why, ...waited, result: String(result), description, means };
  }
  const ended = byStatus(reply, reading, waited, rules);
  return kind === 'before' ? unsent(ended) : ended;
}

/** A reply's refusal; undefined where it is none. */
function refusalIn(reading: Reading, status: number): Omit<Refused, 'kind' | keyof ReadingText> | undefined {
  if (reading.kind === 'refused') return reading;
  // Real receivers answer a single record with `400 {"error":"非法参数"}`.
  const isWords = reading.kind === 'none' && reading.description.trim() !== '';
  return isWords && (status === 400 || status === 403)
    ? { result: `HTTP ${status}`, description: reading.description }
    : undefined;
}

type Refused = Extract<Reading, { kind: 'refused' }>;

function delivered(description: string, seen: Omit<Answer, 'reason'>, odd: Reason | undefined): Outcome {
  const warning = DOUBTFUL.test(description)
    ? reason('gate.doubtful', { description: oneLine(description) })
    : odd;
  return {
    kind: 'delivered',
    reason: reason('gate.delivered', {}),
    ...seen,
    ...(description === '' ? {} : { description }),
    ...(warning === undefined ? {} : { warning }),
  };
}

/** The same where the record itself has not left. */
function unsent(outcome: Outcome): Outcome {
  if (outcome.kind === 'misconfigured') return { ...outcome, sent: false };
  return outcome.kind === 'unanswered' ? { ...outcome, kind: 'unreachable' } : outcome;
}

function byStatus(
  { status, headers, brokeOff, broken }: GateReply,
  read: Reading,
  seen: Omit<Answer, 'reason'>,
  rules: ReplyRules,
): Outcome {
  if (read.kind === 'busy') {
    const description = oneLine(keep(read.description, rules.mask));
    return { kind: 'unanswered', declined: true, reason: reason('gate.busy', { description }), ...seen };
  }
  if (broken !== undefined && status < 300)
    return { kind: 'unanswered', reason: reason('gate.not-http', { error: broken }), ...seen };
  const shape = shapeOf(read, status);
  const answer = {
    status,
    shape,
    ...(brokeOff === undefined ? {} : { brokeOff }),
    ...(shape === 'other-form' && read.kind === 'none'
      ? { names: oneLine(keep((read.otherForm ?? []).join(', '), rules.mask)) }
      : {}),
  };
  const isSetup = status >= 300 && status < 500 && !DECLINED.has(status);
  if (isSetup)
    return { kind: 'misconfigured', sent: true, reason: setupReason(answer, headers, rules), ...seen };
  const declined = DECLINED.has(status) ? { declined: true as const } : {};
  return { kind: 'unanswered', ...declined, reason: reason('gate.no-result', answer), ...seen };
}

/** What came instead of a result. */
function shapeOf(read: Reading, status: number): ReplyShape {
  const { text } = read;
  if (text.trim() === '') return 'empty';
  if (status < 300 && read.kind === 'none' && read.otherForm !== undefined) return 'other-form';
  return /^\s*<(!doctype|html)/i.test(text) ? 'page' : 'unreadable';
}

function setupReason(answer: Answered, headers: ReplyHeaders, { mask, addressKeys }: ReplyRules): Reason {
  const { status } = answer;
  const keyed = addressKeys === undefined ? answer : { ...answer, keys: addressKeys };
  if (status < 400) {
    const target = header(headers, 'location');
    const location = target === undefined ? undefined : oneLine(keep(target, mask)).slice(0, 200);
    return reason('gate.redirects', { ...answer, location });
  }
  if (status === 401 || status === 403) return reason('gate.forbidden', answer);
  if (status === 404 || status === 405) return reason('gate.not-found', keyed);
  return status === 407 ? reason('gate.proxy-login', answer) : reason('gate.rejects', keyed);
}

/** A date is counted from the gate's own clock where it tells it: ours may be years off. */
function waitOf(headers: ReplyHeaders, now: number): { readonly retryAfterMs?: number } {
  const value = header(headers, 'retry-after');
  if (value === undefined) return {};
  const retryAfterMs = readRetryAfter(value, readHttpDate(header(headers, 'date') ?? '') ?? now);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function header(headers: ReplyHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The beginning, fit to be stored and shown: no secret, no control characters, no half characters. */
function keep(text: string, mask: Mask | undefined): string {
  return (mask?.(text, KEPT_CHARACTERS) ?? text)
    .slice(0, KEPT_CHARACTERS)
    .replaceAll('\r\n', '\n')
    .replace(UNPRINTABLE, '\ufffd')
    .toWellFormed();
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
