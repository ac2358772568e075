import type { Reason } from './reason.ts';

/** What a pile (or any other publisher on the site) said, before anything was made of it. */

/** One message as it arrived. */
export interface InboundEvent {
  readonly topic: string;
  /** The bytes as received; never changed. */
  readonly payload: Uint8Array;
  /** When it arrived here, epoch milliseconds of the wall clock. */
  readonly receivedAt: number;
  /**
   * Where a message holds many sessions (`each`): which of its elements this is, from 0. The payload is then that
   * element alone, as JSON, and is kept and mapped again without the message round it.
   */
  readonly element?: number | undefined;
  /** Set where the message was larger than we take (`mqtt.maxPacket`): its bytes, while the payload is empty. */
  readonly oversize?: number | undefined;
  /** The SHA-256 of what was too large to be read, in hex: tells one from another. */
  readonly digest?: string | undefined;
  /** Whether the broker had kept it and sent it again at our subscribing; unknown of events read back from disk. */
  readonly retained?: boolean;
  /** The QoS that it was published with; unknown of events read back from disk. */
  readonly qos?: 0 | 1 | 2;
}

/** Why an event is in quarantine. */
export type QuarantineKind = 'unmappable' | 'conflict' | 'expired';

/** A value that an event lacks and that a context, published elsewhere, supplies. */
export interface Need {
  /** The record's field that waits for it (a wire name). */
  readonly field: string;
  /** The context's name in the config. */
  readonly context: string;
  /** Which of the context's values: the key's text, non-empty. */
  readonly key: string;
  /** The field of the context's value. */
  readonly contextField: string;
  /** How long before the event's arrival a value may have come and still count, milliseconds. */
  readonly keepMs: number;
  /** Whether a value that came after the wait still counts. */
  readonly late: boolean;
}

/** A context's value: text, or a number where the message had a number that a double holds to the digit. */
export type ContextValue = string | number;

/** A context's values by field name. */
export type ContextValues = Readonly<Record<string, ContextValue>>;

/** A fact published on a context's topic, mapped. */
export interface ContextFact {
  readonly context: string;
  readonly key: string;
  readonly values: ContextValues;
  /** How long it stays good, milliseconds. */
  readonly keepMs: number;
}

/** What makes an event no record: where, and why. */
export interface Fault {
  /** The field at fault (a wire name, or '' for the payload as a whole). */
  readonly field: string;
  readonly reason: Reason;
}
