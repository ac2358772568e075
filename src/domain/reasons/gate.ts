import type { Reason } from './param.ts';

/**
 * What a reply without a verdict looks like: nothing, a web page, another platform's form, text that says nothing.
 */
export type ReplyShape = 'empty' | 'page' | 'other-form' | 'unreadable';

/**
 * What a refusal speaks of, where its dialect knows its codes or wordings: the key, the car park's id or its admission, a
 * field of the record, a missing discount rule, or a failure on the gate's own side.
 */
export const REFUSAL_SUBJECTS = ['key', 'park', 'field', 'discount', 'failed'] as const;

/** One of {@link REFUSAL_SUBJECTS}. */
export type RefusalSubject = (typeof REFUSAL_SUBJECTS)[number];

/** A reply without a verdict. */
export interface Answered {
  /** The HTTP status. */
  readonly status: number;
  readonly shape: ReplyShape;
  /** Why the rest of the reply did not come, in the words of the network library. */
  readonly brokeOff?: string | undefined;
  /** Of another platform's form: the names in it. */
  readonly names?: string | undefined;
}

/** The config's keys that the gate's address is made of, by its dialect; rows of before have none. */
interface AddressKeys {
  readonly keys?: readonly string[] | undefined;
}

/** An end of the way to the gate. */
export interface Target {
  /** The gate's host and port. */
  readonly target: string;
  /** Whether a proxy stands between. */
  readonly proxy: boolean;
}

/** What became of attempts at the gate: made in `src/gate` and `src/delivery`. */
export interface GateReasons {
  /** The gate has the record. */
  readonly 'gate.delivered': Readonly<Record<never, never>>;
  /** The gate read the record and refused it; `description` on one line, `''` where it gave none. */
  readonly 'gate.refused': {
    readonly result: string;
    readonly description: string;
    readonly about?: RefusalSubject | undefined;
  };
  /** A pattern of the config says that this refusal means that the gate has the record. */
  readonly 'gate.delivered-before': { readonly result: string; readonly description: string };
  /** Success by the code, but the reply's own signature is wrong: known of one platform, and worth no more than a warning. */
  readonly 'gate.reply-sign': Readonly<Record<never, never>>;
  /** Success by the code, without the confirmation that should come with it. */
  readonly 'gate.no-confirm': Readonly<Record<never, never>>;
  /** The platform called the token wrong, and took the record all the same. */
  readonly 'gate.token-refused-too': Readonly<Record<never, never>>;
  /** Success by the code, a failure by the words. */
  readonly 'gate.doubtful': { readonly description: string };
  /** The reply was not well-formed HTTP, yet its verdict could be read. */
  readonly 'gate.http-broken': { readonly error: string };
  /** The gate says that it is busy. */
  readonly 'gate.busy': { readonly description: string };
  /** Answered without a verdict, under a status that says nothing of the set-up. */
  readonly 'gate.no-result': Answered;
  readonly 'gate.redirects': Answered & { readonly location?: string | undefined };
  /** 401 or 403. */
  readonly 'gate.forbidden': Answered;
  /** 404 or 405. */
  readonly 'gate.not-found': Answered & AddressKeys;
  /** 407, by a proxy in the way. */
  readonly 'gate.proxy-login': Answered;
  /** Another 4xx. */
  readonly 'gate.rejects': Answered & AddressKeys;
  /** Nothing left this machine, or came farther than the proxy. */
  readonly 'gate.unreachable': Target & { readonly cause: Reason };
  /** Sent, but no response came. */
  readonly 'gate.no-answer': Target & { readonly cause: Reason };
  /** A certificate or TLS file is wrong: a person must act. */
  readonly 'gate.untrusted': Target & { readonly cause: Reason };
  /** The proxy answered the wish for a connection with this status. */
  readonly 'gate.proxy-status': { readonly status: number };
  /** `gate.timeout` ran out. */
  readonly 'gate.timeout': { readonly seconds: number };
  /** The response ended before its headers did. */
  readonly 'gate.no-headers': Readonly<Record<never, never>>;
  /** What came cannot be read as HTTP; `error` in the parser's words. */
  readonly 'gate.not-http': { readonly error: string };
  /** Several records in a row were refused alike, and none was accepted. */
  readonly 'gate.refused-alike': { readonly count: number; readonly last: Reason };
  /** A defect of this program. */
  readonly 'gate.defect': { readonly error: string };
  /** A defect of this program: reading the reply did not end. */
  readonly 'gate.reading-hangs': { readonly seconds: number };
  /** A defect of this program: the attempt did not end in time, and delivery gave it up. */
  readonly 'gate.attempt-stuck': { readonly seconds: number };
  /** Sent and not answered, and a repeat might grant a second discount: parked, for a person to ask the platform. */
  readonly 'gate.unanswered-held': { readonly why: Reason };
  /** The process ended after the record had left and before its answer was on disk. */
  readonly 'gate.ended-while-sending': Readonly<Record<never, never>>;
  /** The storage failed before the record left, so that a crash could not be told from an answer. */
  readonly 'gate.unmarked': Readonly<Record<never, never>>;
  /** A person parked the record. */
  readonly 'operator.parked': { readonly why?: string | undefined };
}
