import type { IPublishPacket, MqttClient } from 'mqtt';
import type { Arrival, Receiver, SkippedMessage } from '../transport.ts';

/** What deferred acknowledgements need from around them. */
export interface AckOptions {
  /** The most messages under way at once; beyond it the connection is not read. */
  readonly limit: number;
  /** The same in bytes of payload: a box has little memory, and a payload may be large. */
  readonly byteLimit: number;
  /** Brings a message to disk. Where it rejects, the message is not acknowledged. */
  readonly receiver: Receiver;
  /** What a payload stands for where the message was skipped unread; see `PacketFilter`. */
  skipped(payload: Uint8Array): SkippedMessage | undefined;
  /** A message could not be brought to disk: nothing later is acknowledged either. Called at most once. */
  failed(error: unknown): void;
}

interface Slot {
  readonly messageId: number | undefined;
  readonly bytes: number;
  done: boolean;
}

/** MQTT.js takes an error for "do not acknowledge, go on with the next packet"; nobody reads it. */
const WITHHELD = new Error('acknowledged after the commit');

/** Acknowledged slots are cut off so many at a time. */
const CUT = 1_024;

/**
 * Acknowledges each message only when it is on disk, in the order received, without holding up the next one.
 *
 * MQTT.js 5.16 handles packets one at a time and sends the PUBACK when `handleMessage` calls back without an
 * error. Called back with one, it skips the PUBACK and goes on; we send it ourselves, later. A client serves one
 * connection only: on another one the packet id would be another message's. This is the one place that leans
 * on those internals; `test/intake/acks.test.ts` fails when a version behaves otherwise.
 *
 * Modes: `open` → `drain()` → `draining`, which takes no more; from either → `over`, when the connection is gone
 * or a message failed: nothing is taken or acknowledged any more.
 */
export class DeferredAcks {
  readonly #options: AckOptions;
  readonly #client: MqttClient;
  #mode: 'open' | 'draining' | 'over' = 'open';
  #slots: Slot[] = [];
  /** Slots before this index are acknowledged already. */
  #head = 0;
  /** Bytes of payload under way. */
  #bytes = 0;
  /** Set while a limit is reached: reads the next packet. */
  #next: ((withheld: Error) => void) | undefined;
  readonly #drained = Promise.withResolvers<void>();

  /** Takes over `client`'s messages; before it connects. */
  constructor(client: MqttClient, options: AckOptions) {
    this.#client = client;
    this.#options = options;
    client.handleMessage = (packet, next) => this.#handle(packet, next);
    client.once('close', () => this.#end());
  }

  /** How many messages are under way. */
  get pending(): number {
    return this.#slots.length - this.#head;
  }

  /**
   * Takes no more: what comes meanwhile is not acknowledged, and so comes again on the next connection. Resolves
   * when what was taken is acknowledged, or never will be.
   */
  drain(): Promise<void> {
    if (this.#mode === 'open') this.#mode = 'draining';
    this.#goOn();
    return this.#drained.promise;
  }

  #handle(packet: IPublishPacket, next: (error?: Error) => void): void {
    if (this.#mode !== 'open') {
      // While draining the connection is still read, for the answers to what we send.
      if (this.#mode === 'draining') next(WITHHELD);
      return;
    }
    const { topic, qos, messageId, retain } = packet;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const slot: Slot = {
      messageId: qos === 0 ? undefined : messageId,
      bytes: payload.byteLength,
      done: false,
    };
    this.#slots.push(slot);
    this.#bytes += slot.bytes;
    this.#options.receiver.take(this.#arrival(topic, payload, qos, retain)).then(
      () => {
        slot.done = true;
        this.#acknowledge();
      },
      (error: unknown) => this.#fail(error),
    );
    // QoS 2 cannot come, since we subscribe at 1; at QoS 0 there is nothing to acknowledge.
    this.#next = next;
    this.#goOn();
  }

  #arrival(topic: string, payload: Uint8Array, qos: 0 | 1 | 2, retained: boolean): Arrival {
    const skipped = this.#options.skipped(payload);
    if (skipped === undefined) return { topic, payload, qos, retained };
    return { topic, payload: new Uint8Array(), qos, retained, skipped };
  }

  /** Acknowledges from the front as far as all is on disk. */
  #acknowledge(): void {
    if (this.#mode === 'over') return;
    for (let slot = this.#slots[this.#head]; slot?.done === true; slot = this.#slots[this.#head]) {
      this.#head += 1;
      this.#bytes -= slot.bytes;
      // Sent to a client without a connection it would be kept for the next one.
      if (slot.messageId !== undefined && this.#client.connected)
        this.#client['_sendPacket']({ cmd: 'puback', messageId: slot.messageId, reasonCode: 0 });
    }
    if (this.pending === 0 || this.#head > CUT) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    this.#goOn();
  }

  /** Reads the next packet if there is room for it. */
  #goOn(): void {
    const { limit, byteLimit } = this.#options;
    const full = this.pending >= limit || this.#bytes >= byteLimit;
    if (this.#mode === 'draining' && this.pending === 0) this.#drained.resolve();
    if (this.#next === undefined || (full && this.#mode === 'open')) return;
    const next = this.#next;
    this.#next = undefined;
    next(WITHHELD);
  }

  #fail(error: unknown): void {
    if (this.#mode === 'over') return;
    this.#end();
    this.#options.failed(error);
  }

  #end(): void {
    this.#mode = 'over';
    this.#drained.resolve();
  }
}
