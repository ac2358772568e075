import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type IConnackPacket, type MqttClient } from 'mqtt';
import { clientOptions, type MqttSettings } from './client-options.ts';
import { refusal, type Trouble, troubleOf } from './connection-errors.ts';
import { DeferredAcks, type Message } from './deferred-acks.ts';

/** Payload under way at once, bytes; one message may be larger. */
const UNDER_WAY_BYTES = 32 * 1_048_576;
/** Waits of an orderly end, milliseconds: the whole stop must end within ten seconds. */
const PATIENCE = { drain: 1_000, goodbye: 500, end: 500 };

/** What a connection needs from around it. */
export interface ConnectionDeps {
  readonly settings: MqttSettings;
  /** The payload of the last will. */
  readonly will: string;
  /** Brings a message to disk; see {@link DeferredAcks}. */
  take(message: Message): Promise<unknown>;
  /** The broker has taken the connection, and said this. Where it rejects, the connection is ended. */
  up(connection: Connection, connack: IConnackPacket): Promise<void>;
}

/** One connection to the broker, from its opening to its end: a client of MQTT.js that never connects again. */
export class Connection {
  /** The client, for subscriptions. */
  readonly client: MqttClient;
  /** Resolves when it is over, with the reason. */
  readonly ended: Promise<Trouble>;
  readonly #settings: MqttSettings;
  readonly #acks: DeferredAcks;
  #trouble: Trouble | undefined;

  /** Opens it. Throws where the TLS files cannot be read or used. */
  constructor({ settings, will, take, up }: ConnectionDeps) {
    this.#settings = settings;
    const client = connect(settings.url, clientOptions(settings, will));
    this.client = client;
    this.#acks = new DeferredAcks(client, {
      limit: settings.receiveMaximum,
      byteLimit: UNDER_WAY_BYTES,
      take,
      failed: () => this.#end({ reason: 'an event could not be stored', mustAct: false }),
    });
    client.on('error', (error) => this.#end(troubleOf(error, settings)));
    client.on('disconnect', ({ reasonCode = 0 }) => this.#end(refusal(reasonCode, settings)));
    let answered = false;
    client.once('connect', (connack) => {
      answered = true;
      up(this, connack).catch((error: unknown) => this.#end(troubleOf(error, settings)));
    });
    this.ended = new Promise((resolve) => {
      client.once('close', () => {
        const reason = answered
          ? 'the connection was lost'
          : 'the other side closed the connection without an answer; if it always does, is mqtt.url right (TLS, port)?';
        this.#end({ reason, mustAct: false });
        if (this.#trouble !== undefined) resolve(this.#trouble);
      });
    });
    client.connect();
    // MQTT.js keeps errors without a code, such as those of websockets, to itself.
    client.stream.on('error', (error: unknown) => this.#end(troubleOf(error, settings)));
  }

  /** Publishes our state, retained. Rejects where the broker refuses it or the connection is lost. */
  async publishState(payload: string): Promise<void> {
    await this.client.publishAsync(this.#settings.statusTopic, payload, { qos: 1, retain: true });
  }

  /** Takes no more, acknowledges what is under way, says goodbye on the status topic and leaves; or gives up soon. */
  async close(goodbye: () => string): Promise<void> {
    if (this.client.connected) {
      await atMost(PATIENCE.drain, this.#acks.drain());
      await atMost(PATIENCE.goodbye, this.publishState(goodbye()));
      await atMost(PATIENCE.end, this.client.endAsync());
    }
    this.#end({ reason: 'this side is stopping', mustAct: false });
  }

  /** The first trouble is the reason; what follows from it is not. */
  #end(trouble: Trouble): void {
    this.#trouble ??= trouble;
    // Not `end(true)`, which does nothing while an orderly end still waits for its answers.
    this.client.stream.destroy();
  }
}

/** Waits for `work`, but not longer. What it comes to does not matter any more. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const limit = new AbortController();
  await Promise.race([
    work.catch(() => undefined),
    sleep(ms, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
}
