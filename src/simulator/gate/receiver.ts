/** What a dialect's receiver gives to the simulator's common parts: faults, ledger, page, HTTP. */

/** The rule of a dialect that a request breaks, for scripts. */
export type Rule =
  | 'type'
  | 'encoding'
  | 'json'
  | 'string'
  | 'number'
  | 'sign'
  | 'service'
  | 'required'
  | 'park'
  | 'format'
  | 'order'
  /** A request id, or a time stamp with its number, that came before: it is made anew for each attempt. */
  | 'reused'
  /** A time stamp too far from this gate's clock. */
  | 'clock'
  | 'account'
  | 'token';

/** A broken rule. */
export interface Broken {
  readonly rule: Rule;
  /** What the gate answers, in Chinese as real gates do. */
  readonly description: string;
  /** More for whoever looks for the fault; never sent. */
  readonly detail?: string;
}

/** A response as it is written. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** The `Retry-After` header. */
  readonly retryAfter?: string;
}

/** A post to one of the receiver's addresses. */
export interface Post {
  readonly path: string;
  /** A header by its name in lower case; `''` where it is missing. */
  readonly header: (name: string) => string;
  readonly body: Buffer;
  /** When it came, epoch milliseconds. */
  readonly at: number;
}

/** What a receiver read out of a post. */
export interface Read {
  /** What faults go by; `''` where it cannot be read. */
  readonly orderNo: string;
  readonly plateNo: string;
  /** The record's fields as sent, as text, without the signature. */
  readonly record: Readonly<Record<string, string>>;
  /** The body as far as it could be read, decrypted. */
  readonly body: unknown;
  readonly broken?: Broken | undefined;
  /** Where the post is no record: what it is answered with (a token). */
  readonly session?: Reply | undefined;
}

/** A way in which a real platform of this dialect answers, to order as the fault `habit=NAME`. */
export interface Habit {
  /** What it is the answer to. */
  readonly to: 'record' | 'session';
  /** Whether the record is taken although it is answered so. */
  readonly takes: boolean;
  readonly reply: (read: Read) => Reply;
}

/** One dialect's receiver. */
export interface Receiver {
  /** How its addresses may end; what comes before does not matter. */
  readonly addressEnds: readonly string[];
  /** Whether an order number that was taken before is recognised, by the dialect's document. */
  readonly idempotent: boolean;
  /** The names under which a record's fields travel, for the page. */
  readonly columns: Readonly<Record<Column, string>>;
  readonly habits: Readonly<Record<string, Habit>>;
  read(post: Post): Read;
  /** @param repeat whether its order number was taken before and is recognised */
  success(read: Read, repeat: boolean): Reply;
  /** @param broken the rule it breaks; undefined where the gate refuses it for reasons of its own */
  refusal(read: Read, broken: Broken | undefined, description: string): Reply;
}

/** The columns of the page. */
export type Column = 'startTime' | 'endTime' | 'power' | 'totalMoney';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** A reply of JSON under 200. */
export function jsonReply(value: unknown, type: string = JSON_TYPE): Reply {
  return { status: 200, type, body: JSON.stringify(value) };
}

/** How far a time stamp may be from the clock of a gate that checks it, milliseconds: 4pyun's documented ten minutes. */
export const CLOCK_WINDOW = 10 * 60_000;

/** A moment that the calendar has: JavaScript takes a 30 February for a day in March, so look at the day. */
export function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return false;
  return new Date(`${text.replace(' ', 'T')}Z`).getUTCDate() === Number(text.slice(8, 10));
}

/** Whether a plate is in capitals, without blanks, dots and full-width characters. */
export function isPlate(plateNo: string): boolean {
  return plateNo === plateNo.toUpperCase() && !/[\s.·•・．\uff01-\uff5e]/.test(plateNo);
}

/** Fields as text, for the ledger. */
export function asText(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** The JSON value of a text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
