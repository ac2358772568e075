import { isReason, type Reason } from './reason.ts';
import { REFUSAL_SUBJECTS, type RefusalSubject } from './reasons/gate.ts';

/**
 * How one attempt to hand a record to the gate ended (gate interface, "The reply"). Each attempt has exactly
 * one outcome; only the outbox turns it into rows, only delivery into a schedule.
 */

/** The five ends of an attempt; also the labels of `pilegate_deliveries_total`. */
export const OUTCOME_KINDS = ['delivered', 'refused', 'unanswered', 'unreachable', 'misconfigured'] as const;

/** One of {@link OUTCOME_KINDS}. */
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/**
 * What a refusal says about: `setup`, a fault that hits every record (wrong key, wrong park id); `final`, this
 * record and trying again cannot help; `record`, this record, and a later try may help.
 */
export const REFUSAL_MEANINGS = ['setup', 'final', 'record'] as const;

/** One of {@link REFUSAL_MEANINGS}. */
export type RefusalMeaning = (typeof REFUSAL_MEANINGS)[number];

/** What is kept of any attempt, whatever its end. */
export interface Answer {
  /** Why the attempt ended so. Never holds a secret. */
  readonly reason: Reason;
  /** The HTTP status, where a response began. */
  readonly status?: number;
  /** The beginning of the reply's body as text, at most 500 characters, where a body came. */
  readonly reply?: string;
  /** True where a `result` was read out of a body that was not the JSON it should be. */
  readonly malformed?: boolean;
  /** How long the gate asked us to wait (`Retry-After`), in milliseconds, where it did. */
  readonly retryAfterMs?: number;
}

/** How one attempt ended, and what was seen. */
export type Outcome =
  /** The gate has the record. `warning` where its reply casts doubt on that, or was hard to read. */
  | (Answer & { readonly kind: 'delivered'; readonly description?: string; readonly warning?: Reason })
  /** The gate read the record and said no: `result` and `description` as it sent them. */
  | (Answer & {
      readonly kind: 'refused';
      readonly result: string;
      readonly description: string;
      readonly means: RefusalMeaning;
    })
  /** Sent, but no readable `result` came back: it may have arrived. */
  | (Answer & {
      readonly kind: 'unanswered';
      /** The gate says that it did not process it (408, 425, 429, 503, or its own word for busy): a repeat is harmless. */
      readonly declined?: true;
    })
  /** Never sent: name, connection or TLS handshake failed for a reason of the network. */
  | (Answer & { readonly kind: 'unreachable' })
  /** A wrong address, account or certificate: 3xx, most 4xx, TLS not trusted. `sent` is false where the request never left. */
  | (Answer & { readonly kind: 'misconfigured'; readonly sent: boolean });

/** The statuses by which a gate speaks of itself, never of a record: too slow, too early, too many, not now. */
const BUSY: readonly (number | undefined)[] = [408, 425, 429, 503];

/** Whether the gate says that it takes no more at the moment: that is about the gate, whatever else it says. */
export function saysBusy(outcome: Outcome): boolean {
  const { kind, status, reason } = outcome;
  if (kind === 'delivered' || kind === 'misconfigured') return false;
  if (kind === 'refused' && outcome.means === 'setup') return false;
  return reason.code === 'gate.busy' || BUSY.includes(status);
}

/**
 * What a request without a record found: the gate answers as gates do (`answered`), or why a record would not get there
 * either.
 */
export type ProbeOutcome =
  | { readonly kind: 'answered' }
  | Exclude<Outcome, { readonly kind: 'delivered' | 'refused' }>;

/** One attempt as it stands in the record's story. */
export interface Attempt {
  /** When it began, epoch milliseconds. */
  readonly at: number;
  /** How long it took, milliseconds. */
  readonly ms: number;
  readonly outcome: Outcome;
}

/** What a refusal speaks of, also one among several alike; undefined where its dialect does not know, or it is none. */
export function refusalSubject(why: Reason | undefined): RefusalSubject | undefined {
  if (why?.code === 'gate.refused-alike') {
    const { last } = why.params;
    return isReason(last) ? refusalSubject(last) : undefined;
  }
  const about = why?.code === 'gate.refused' ? why.params['about'] : undefined;
  return REFUSAL_SUBJECTS.find((subject) => subject === about);
}

/** Whether a record was parked since it was sent and not answered, and a repeat may grant a second discount. */
export function isHeldUnanswered(why: Reason | undefined): boolean {
  return why?.code === 'gate.unanswered-held';
}
