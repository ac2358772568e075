/** What a person does to the outbox, and what is kept of it. */

/** Who acts, and by which way. */
export interface Operator {
  /** The name of the login, or of the page's session. */
  readonly who: string;
  readonly via: 'cli' | 'page';
}

/** What an action changed, by field (public names; `state`): before and after, null where there was or is nothing. */
export type Changed = Readonly<Record<string, readonly [before: string | null, after: string | null]>>;

/** One action, as it is kept for 400 days. */
export interface AuditEntry extends Operator {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** `records retry`, `quarantine discard`… */
  readonly command: string;
  readonly orderNo: string | undefined;
  /** The quarantined event that was dealt with. */
  readonly eventId: number | undefined;
  readonly changed: Changed;
  readonly why: string | undefined;
}

/** An action that is being done: who, by which command, and why. */
export interface Act {
  readonly operator: Operator;
  readonly command: string;
  readonly why: string | undefined;
}
