import { Failure } from '../../domain/failure.ts';
import type { Fault, When } from './faults.ts';

/** How {@link parseFault} wants it, for a help text. */
export const FAULT_HELP = `A fault is KIND[=VALUE] and conditions, separated by commas (\\, for a comma in a value):
  latency=200ms            answers later
  status=503               answers with this status; retry-after=30 (or a date) adds that header
  reset-before             resets the connection before the request is read
  reset-after              takes the record, then resets the connection
  no-answer                takes the record and never answers
  slow-body=5s             takes the record and spreads the answer over this time
  malformed[=TEXT]         takes the record and answers something unreadable
  refuse[=TEXT]            refuses the record with this description
  habit=NAME               answers as a real platform of the dialect does; see below
  away                     closes the port, by from and to only
Conditions, all of which must hold:
  share=10%                by chance
  after=100  count=5       not the first 100, and then 5
  from=10s   to=30s        time since the start
  plate=^浙B  order=7$     records whose plate or order number matches`;

const UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const KINDS =
  'latency, status, reset-before, reset-after, no-answer, slow-body, malformed, refuse, habit, away';
const A_TIME = 'a time such as 500ms, 10s or 5m';
const A_PATTERN = 'a regular expression';

/**
 * Reads a fault as a person writes it, for example `status=503,retry-after=30,share=10%`.
 *
 * @throws Failure (wrong usage) that says which part is wrong and what is allowed
 */
export function parseFault(text: string): Fault {
  const [head = '', ...parts] = text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ',').trim());
  const wrong = (part: string, allowed: string): never => {
    throw new Failure(`the fault "${text}" cannot be used: "${part}" is wrong; allowed: ${allowed}`, 2);
  };
  let fault = readKind(head, wrong);
  for (const part of parts) {
    const [name, value = ''] = halves(part);
    if (name === 'retry-after' && fault.kind === 'status') fault = { ...fault, retryAfter: value };
    else fault = { ...fault, ...readCondition(name, value, (allowed) => wrong(part, allowed)) };
  }
  const { kind, share, after, count, plate, order } = fault;
  if (kind === 'away' && (share ?? after ?? count ?? plate ?? order) !== undefined) {
    wrong(head, 'away with from and to only: a closed port sees no requests');
  }
  if (kind === 'reset-before' && (plate ?? order) !== undefined) {
    wrong(head, 'reset-before without plate and order: it has not read the record');
  }
  return fault;
}

function readKind(head: string, wrong: (part: string, allowed: string) => never): Fault {
  const [kind, value] = halves(head);
  const time = (): number => readTime(value ?? '') ?? wrong(head, `${kind}=TIME, such as ${kind}=200ms`);
  switch (kind) {
    case 'latency':
    case 'slow-body':
      return { kind, ms: time() };
    case 'status':
      if (!/^[2-5]\d\d$/.test(value ?? '')) wrong(head, 'status=NUMBER, from 200 to 599');
      return { kind, status: Number(value) };
    case 'malformed':
      return { kind, body: value ?? '{"result":' };
    case 'refuse':
      return { kind, description: value ?? '处理充电和优惠失败' };
    case 'habit':
      return { kind, habit: value ?? wrong(head, 'habit=NAME') };
    case 'reset-before':
    case 'reset-after':
    case 'no-answer':
    case 'away':
      if (value !== undefined) wrong(head, `${kind} without a value`);
      return { kind };
    default:
      return wrong(kind, KINDS);
  }
}

function readCondition(name: string, value: string, wrong: (allowed: string) => never): When {
  switch (name) {
    case 'share':
      return { share: readShare(value) ?? wrong('a share such as 10% or 0.1') };
    case 'after':
      return { after: readCount(value) ?? wrong('a whole number') };
    case 'count':
      return { count: readCount(value) ?? wrong('a whole number') };
    case 'from':
      return { from: readTime(value) ?? wrong(A_TIME) };
    case 'to':
      return { to: readTime(value) ?? wrong(A_TIME) };
    case 'plate':
      return { plate: readPattern(value) ?? wrong(A_PATTERN) };
    case 'order':
      return { order: readPattern(value) ?? wrong(A_PATTERN) };
    default:
      return wrong('share, after, count, from, to, plate, order, and retry-after for a status');
  }
}

function halves(part: string): [string, string | undefined] {
  const at = part.indexOf('=');
  return at === -1 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
}

function readShare(raw: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(raw);
  const share = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  return share >= 0 && share <= 1 ? share : undefined;
}

function readCount(raw: string): number | undefined {
  return /^\d+$/.test(raw) ? Number(raw) : undefined;
}

function readTime(raw: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(raw) ?? [];
  const scale = UNITS.get(unit);
  return scale === undefined ? undefined : Number(digits) * scale;
}

function readPattern(raw: string): RegExp | undefined {
  try {
    return raw === '' ? undefined : new RegExp(raw);
  } catch {
    return undefined;
  }
}
