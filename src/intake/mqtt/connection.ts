import { setTimeout as sleep } from 'node:timers/promises';
import type { IConnackPacket, MqttClient } from 'mqtt';
import type { Receiver } from '../transport.ts';
import { filteredClient } from './client.ts';
import { clientOptions, type MqttSettings } from './client-options.ts';
import { refusal, type Trouble, troubleOf } from './connection-errors.ts';
import { DeferredAcks } from './deferred-acks.ts';

/** Payload under way at once, bytes; one message may be larger. */
const UNDER_WAY_BYTES = 32 * 1_048_576;
/** Waits of an orderly end, milliseconds: the whole stop must end within ten seconds. */
const PATIENCE = { drain: 1_000, goodbye: 500, end: 500 };

/** The other side closed the connection without a reason, after or before it accepted it. */
const LOST: Trouble = { reason: 'the connection was lost', mustAct: false, cut: true };
const NO_ANSWER: Trouble = {
  reason:
    'the other side closed the connection without an answer; if it always does, is mqtt.url right (TLS, port)?',
  mustAct: false,
  cut: true,
};

/** What a connection needs from around it. */
export interface ConnectionDeps {
  readonly settings: MqttSettings;
  /** Which of the settings' addresses. */
  readonly url: string;
  /** The payload of the last will; undefined for none. */
  readonly will: string | undefined;
  readonly receiver: Receiver;
  /** The broker has taken the connection, and said this. Where it rejects, the connection is ended. */
  up(connection: Connection, connack: IConnackPacket): Promise<void>;
}

/** One connection to the broker, from its opening to its end: a client of MQTT.js that never connects again. */
export class Connection {
  /** The client, for subscriptions. */
  readonly client: MqttClient;
  /** Resolves when it is over, with the reason. */
  readonly ended: Promise<Trouble>;
  /** Who we are at the broker. */
  readonly clientId: string;
  readonly #acks: DeferredAcks;
  readonly #heardAt: () => number;
  #trouble: Trouble | undefined;

  /** Opens it. Throws where the TLS files cannot be read or used. */
  constructor({ settings, url, will, receiver, up }: ConnectionDeps) {
    this.clientId = settings.clientId;
    const { client, filter, heardAt } = filteredClient(url, settings, clientOptions(settings, will));
    this.client = client;
    this.#heardAt = heardAt;
    this.#acks = new DeferredAcks(client, {
      limit: settings.receiveMaximum,
      byteLimit: UNDER_WAY_BYTES,
      receiver,
      skipped: (payload) => filter.skipped(payload),
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
        this.#end(answered ? LOST : NO_ANSWER);
        if (this.#trouble !== undefined) resolve(this.#trouble);
      });
    });
    client.connect();
    // MQTT.js keeps errors without a code, such as those of websockets, to itself.
    client.stream.on('error', (error: unknown) => this.#end(troubleOf(error, settings)));
  }

  /** Publishes at QoS 1. Rejects where the broker refuses it or the connection is lost. */
  async publish(topic: string, payload: string, retain: boolean): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /**
   * Waits for an answer of the broker for as long as anything comes from it: what was queued for us, or a publish that
   * takes its time on a slow link, may come before.
   * @param silenceMs rejects after so long without a byte, milliseconds
   */
  async answered<T>(answer: Promise<T>, silenceMs: number): Promise<T> {
    const silence = Promise.withResolvers<never>();
    const began = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - Math.max(began, this.#heardAt()) >= silenceMs)
        silence.reject(new Error('the broker does not answer our subscriptions'));
    }, silenceMs / 4);
    try {
      return await Promise.race([answer, silence.promise]);
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Takes no more, acknowledges what is under way, says goodbye and leaves; or gives up soon.
   * @param goodbye publishes the last state
   */
  async close(goodbye: () => Promise<void>): Promise<void> {
    if (this.client.connected) {
      await atMost(PATIENCE.drain, this.#acks.drain());
      await atMost(PATIENCE.goodbye, goodbye());
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
