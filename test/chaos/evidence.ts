import type { Happened } from './excuse.ts';
import type { Receipt } from './ledger.ts';
import type { Claim, Fields } from './load.ts';

/** A promise that was not kept, and for what: an order number, or what else there is to name it. */
export interface Finding {
  readonly kind: /** Published and acknowledged by the broker, but neither record nor quarantine entry. */
    | 'lost'
    /** Neither delivered nor parked nor quarantined in the end. */
    | 'unsettled'
    /** The gate has it, or does not, and the outbox says otherwise. */
    | 'contradiction'
    /** Sent again though the answer had been heard. */
    | 'twice'
    /** Other values than what was published, or a wrong signature. */
    | 'content'
    /** Nobody published it. */
    | 'unknown'
    /** In quarantine though nothing is wrong with it. */
    | 'wronged'
    /** Something broke that should not. */
    | 'defect';
  readonly name: string;
  readonly words: string;
}

/** A record as the outbox has it. */
export interface Row {
  readonly orderNo: string;
  readonly state: string;
  readonly record: Fields;
  /** Attempts that ended without an answer after the whole time-out, by the outbox's own word. */
  readonly waitedInFull: number;
}

/** A quarantined event as the outbox has it. */
export interface Quarantined {
  readonly kind: string;
  readonly payload: string | null;
}

/** All that is known at the end of a run, each from its own source. */
export interface Evidence {
  /** What was published and acknowledged: the ledger of the piles. */
  readonly published: readonly { readonly payload: string; readonly claim: Claim }[];
  /** What arrived: the ledger of the gate, in order. */
  readonly receipts: readonly Receipt[];
  /** What the outbox says. */
  readonly rows: readonly Row[];
  readonly quarantined: readonly Quarantined[];
  /** Orders that the outbox delivered and forgot, since they are old by its clock. */
  readonly forgotten: ReadonlySet<string>;
  /** Payloads that a hand discarded. */
  readonly discarded: ReadonlySet<string>;
  /** What was done to the parts, and when. */
  readonly happened: readonly Happened[];
  /** How long the daemon waits for an answer, milliseconds. */
  readonly timeoutMs: number;
}

/** What the ledgers say of each other. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Distinct events, orders among them, and where these ended. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why orders may have been sent again: how many posts for each reason. */
  readonly excuses: Readonly<Record<string, number>>;
}
