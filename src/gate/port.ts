import type { RefusalMeaning } from '../domain/outcome.ts';
import type { Reason } from '../domain/reason.ts';
import type { RefusalSubject } from '../domain/reasons/gate.ts';
import type { ChargingRecord, OPTIONAL_FIELDS, RecordField } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';

/**
 * The port between delivery and gate platforms. A dialect turns a neutral record into a request and a reply into what
 * it says; sockets, time-outs, decompression, HTTP statuses, `Retry-After`, masking of secrets and the refusal patterns
 * of the config are the same for all and live beside this file. One folder a dialect, chosen by `gate.dialect` in
 * `dialects.ts`.
 */

/** One HTTP request as a dialect makes it. */
export interface GateRequest {
  /** Absolute; the scheme, host and port are those of {@link Dialect.url}. */
  readonly url: string;
  /** Names in lower case, `content-type` among them; user agent and `accept` are added. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the POST, exactly the bytes that were signed. */
  readonly body: Buffer;
}

/** A response's headers: names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One HTTP response, whole or its beginning. */
export interface GateReply {
  /** 200 to 599. */
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** Decompressed, at most {@link REPLY_LIMIT} bytes. */
  readonly body: Uint8Array;
  /** Why the rest of it did not come, where that is so. */
  readonly brokeOff?: string;
  /** What the strict parser refused in it, where it is not well-formed HTTP and was read loosely. */
  readonly broken?: string;
}

/** How much of a reply's body is read, packed and unpacked alike; replies of known gates take a few hundred bytes. */
export const REPLY_LIMIT = 64 * 1024;

/** What a reply says by its dialect's rules, whatever its HTTP status. */
export type Reading = ReadingText &
  /** The gate has the record. */
  (
    | {
        readonly kind: 'delivered';
        readonly description: string;
        /** What is odd about the reply, though it says yes. */
        readonly warning?: Reason;
      }
    /** The gate read the record and refused it: its code and its words. `means` where the code alone decides that. */
    | {
        readonly kind: 'refused';
        readonly result: string;
        readonly description: string;
        readonly means?: RefusalMeaning;
        /** What it speaks of, by the dialect's codes and known wordings: for the remedy. */
        readonly about?: RefusalSubject | undefined;
      }
    /** The gate says that it is busy: it speaks of itself, never of a record. */
    | { readonly kind: 'busy'; readonly description: string }
    /**
     * No verdict: the HTTP status decides. Under 400 and 403 a description is a refusal. `otherForm`: the names in a
     * reply that looks like another platform's.
     */
    | {
        readonly kind: 'none';
        readonly description: string;
        readonly otherForm?: readonly string[] | undefined;
      }
  );

/** What a reply to a probe says: as of a record, or that a session could be opened, so that the account is right. */
export type ProbeReading =
  | Reading
  | (ReadingText & { readonly kind: 'session'; readonly description: string });

/** What any reading has. */
export interface ReadingText {
  /** The body as text, for people. */
  readonly text: string;
  /** Whether the verdict was read out of a body that is not in the form it should have. */
  readonly malformed: boolean;
}

/** What a dialect needs from around it. */
export interface DialectTools {
  /** The wall clock, epoch milliseconds. */
  readonly now: () => number;
  /** A new UUID, for request ids. */
  readonly uuid: () => string;
  /** The station's zone, in which the record's times are. */
  readonly zone: StationZone;
}

/** One POST within an attempt and what came of it. `failed`: no response, as the port's `Call` says why. */
export type Called =
  | { readonly kind: 'replied'; readonly reply: GateReply }
  | { readonly kind: 'failed'; readonly failure: LinkFailure };

/** No response came. `sent` is false where nothing of the request left this machine. */
export interface LinkFailure {
  readonly error: Error;
  readonly sent: boolean;
}

/**
 * Posts one request within the time that the attempt has left. Never rejects.
 */
export type Call = (request: GateRequest) => Promise<Called>;

/** Resolves when the attempt's time is over, for what is waited for besides calls. Never rejects. */
export type TimeUp = Promise<Called & { readonly kind: 'failed' }>;

/** How a delivery of several calls ended: the call that decided, and what its reply says. */
export type Delivery =
  | { readonly kind: 'replied'; readonly reply: GateReply; readonly reading: Reading }
  /** A call before the record's own brought no success (a token refused): the record has not left. */
  | { readonly kind: 'before'; readonly reply: GateReply; readonly reading: Reading }
  | { readonly kind: 'failed'; readonly failure: LinkFailure };

/** What a platform's document says of records: what an acceptance test of the platform holds it to. */
export interface Documented {
  /** The fields without which a record is refused. */
  readonly required: readonly RecordField[];
  /** Whether it says that a repeated order number is answered with success. */
  readonly repeat: boolean;
  /** Whether it says that fields which it does not name are signed and taken. */
  readonly extension: boolean;
}

/** One gate platform's interface, for one gate. Everything but `deliver` is pure. */
export interface Dialect {
  /** Where records are posted; its origin is the gate's for connections, doctor and messages. */
  readonly url: string;
  /** The config's keys that the address is made of. */
  readonly addressKeys: readonly string[];
  /** Whether a record may be sent again after an attempt without an answer without a second discount. */
  readonly repeat: 'harmless' | 'doubtful';
  /** The names in a body that are the dialect's own: no extension field may have one of them. */
  readonly reserved: readonly string[];
  /** The fields that the platform requires although a record may lack them, and what is then sent instead. */
  readonly needs: Readonly<Partial<Record<(typeof OPTIONAL_FIELDS)[number], string>>>;
  /** What `gate-test` holds the platform to; without it only what every platform must do. */
  readonly documented?: Documented;
  /** Whether requests carry the time, which the platform may compare with its own clock. */
  readonly signsTime: boolean;
  /** What is masked wherever the gate echoes it. */
  readonly secrets: readonly string[];
  /**
   * Makes a record's request, anew for each attempt: timestamps, ids and signatures are of this moment.
   * @throws Error where the record cannot be made into a request: a defect of whoever made it
   */
  request(record: ChargingRecord): GateRequest;
  /** A request that no gate can take for a record, to see whether the right interface answers. */
  probe(): GateRequest;
  /** What a reply says. Never throws; whatever it is given. */
  read(reply: GateReply): Reading;
  /** What a reply to a probe says, where that is read in another way. */
  readProbe?(reply: GateReply): ProbeReading;
  /** Where one delivery takes several calls (a session's token first); otherwise `request`, one call and `read`. */
  deliver?(record: ChargingRecord, call: Call, timeUp: TimeUp): Promise<Delivery>;
}
