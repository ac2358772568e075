/**
 * The port between intake and whatever brings events: MQTT is one transport (`mqtt/`), a test or another protocol is
 * another. A transport hands each {@link Arrival} to {@link Receiver} and acknowledges it only once that resolves.
 */

/** One message as a transport brought it. */
export interface Arrival {
  readonly topic: string;
  /** The bytes as received; empty where the message was skipped. */
  readonly payload: Uint8Array;
  /** How safe it was on its way, in MQTT's terms: at 0 it is lost when the connection is. */
  readonly qos: 0 | 1 | 2;
  /** Whether the broker had kept it from an earlier time: MQTT's retain flag. */
  readonly retained: boolean;
  /** Set where the message was too large to be read. */
  readonly skipped?: SkippedMessage;
}

/** What is known of a message that was skipped unread, because it was above the limit. */
export interface SkippedMessage {
  /** Bytes of its payload. */
  readonly payloadBytes: number;
  /** Bytes of the whole packet after its fixed header. */
  readonly packetBytes: number;
  /** The limit that it was above, bytes. */
  readonly limit: number;
  /** SHA-256 of its payload, 64 hex digits. */
  readonly digest: string;
}

/** Takes what a transport brings: resolves when it is on disk, rejects only where storage fails. */
export interface Receiver {
  take(arrival: Arrival): Promise<unknown>;
}

/** A way by which events come in. */
export interface Transport {
  /** Starts to bring events, and keeps at it until `stop`. */
  start(): void;
  /** Our state has changed, for transports that publish it. Cheap. */
  stateChanged(): void;
  /** Brings no more. Resolves when what was taken is acknowledged, or will come again. */
  stop(): Promise<void>;
}
