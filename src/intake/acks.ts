import type { IPublishPacket, MqttClient } from 'mqtt';

/** One message as MQTT brought it. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retained: boolean;
}

/** What withheld acknowledgements need from around them. */
export interface AckOptions {
  /** The most messages under way at once; beyond it the connection is not read. */
  readonly limit: number;
  /** Brings a message to disk. Resolves once it is there; rejects where it is not: it is then not acknowledged. */
  take(message: Message): Promise<void>;
  /** A message could not be brought to disk: nothing later is acknowledged either. Called at most once. */
  failed(error: unknown): void;
}

interface Slot {
  readonly messageId: number | undefined;
  done: boolean;
}

/** MQTT.js takes an error for "do not acknowledge, go on with the next packet"; nobody reads it. */
const WITHHELD = new Error('acknowledged after the commit');

/**
 * Acknowledges each message only when it is on disk, in the order received, without holding up the next one.
 *
 * MQTT.js 5.16 handles packets one at a time and sends the PUBACK when `handleMessage` calls back without an
 * error. Called back with one, it skips the PUBACK and goes on; we send it ourselves, later. A client serves one
 * connection only: on another one the packet id would be another message's. This is the one place that leans
 * on those internals; `test/intake/acks.test.ts` fails when a version behaves otherwise.
 */
export class WithheldAcks {
  readonly #options: AckOptions;
  readonly #client: MqttClient;
  #slots: Slot[] = [];
  /** Slots before this index are acknowledged already; they are cut off in bulk. */
  #head = 0;
  /** Set when the connection is gone or a message failed: nothing is acknowledged any more. */
  #over = false;
  /** Set while the limit is reached: reads the next packet. */
  #resume: (() => void) | undefined;

  /** Takes over `client`'s messages; before it connects. */
  constructor(client: MqttClient, options: AckOptions) {
    this.#client = client;
    this.#options = options;
    client.handleMessage = (packet, next) => this.#handle(packet, next);
    client.on('close', () => {
      this.#over = true;
    });
  }

  /** How many messages are under way. */
  get pending(): number {
    return this.#slots.length - this.#head;
  }

  #handle(packet: IPublishPacket, next: (error?: Error) => void): void {
    const { qos, messageId, payload } = packet;
    const slot: Slot = { messageId: qos === 1 ? messageId : undefined, done: false };
    this.#slots.push(slot);
    this.#options
      .take({
        topic: packet.topic,
        payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
        qos,
        retained: packet.retain,
      })
      .then(
        () => {
          slot.done = true;
          if (!this.#over) this.#acknowledge();
        },
        (error: unknown) => {
          if (this.#over) return;
          this.#over = true;
          this.#options.failed(error);
        },
      );
    // QoS 2 cannot come, since we subscribe at 1; and 0 has nothing to acknowledge.
    const go = () => next(qos === 1 ? WITHHELD : undefined);
    if (this.pending < this.#options.limit) go();
    else this.#resume = go;
  }

  /** Acknowledges from the front as far as all is on disk. */
  #acknowledge(): void {
    for (let slot = this.#slots[this.#head]; slot?.done === true; slot = this.#slots[this.#head]) {
      this.#head += 1;
      if (slot.messageId !== undefined && this.#client.connected)
        this.#client['_sendPacket']({ cmd: 'puback', messageId: slot.messageId, reasonCode: 0 });
    }
    if (this.#head === this.#slots.length || this.#head > 1_024) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    if (this.#resume !== undefined && this.pending < this.#options.limit) {
      const resume = this.#resume;
      this.#resume = undefined;
      resume();
    }
  }
}
