import type { IConnackPacket } from 'mqtt';
import type { Clock } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import type { WarningSink } from '../../domain/warnings.ts';
import type { Connection } from './connection.ts';
import type { Trouble } from './connection-errors.ts';
import type { Echo } from './echo.ts';
import { StatusPublisher } from './status-publisher.ts';
import { askFor } from './subscriptions.ts';

/** What the status topic needs from around it. */
export interface StatusTopicDeps {
  /** Undefined where there is none (`mqtt.statusTopic: off`). */
  readonly topic: string | undefined;
  readonly protocol: 5 | '3.1.1';
  /** Our state as JSON, or the last will, which is of the future and so can say little. */
  state(as: 'connected' | 'will'): string;
  /** For our state to come back to us, milliseconds. */
  readonly echoMs: number;
  readonly echo: Echo;
  readonly warnings: WarningSink;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Codes of CONNACK by which brokers refuse a will that this login may not have: not authorized (3.1.1 and 5), topic
 * name invalid, no retained messages, QoS not supported. The first ones refuse a login too: only a try without the
 * will tells which.
 */
export const OF_THE_WILL: ReadonlySet<number> = new Set([4, 5, 131, 134, 135, 144, 154, 155]);
/** Codes of DISCONNECT by which brokers refuse a publish: not authorized, topic name invalid, no retained messages. */
const OF_A_PUBLISH = new Set([135, 144, 154]);
/** A connection that ends within so long of a publish on the topic may have ended because of it, milliseconds. */
const BLAME_MS = 2_000;
/** So many such ends in a row are no chance: RabbitMQ closes the connection on a publish that it does not allow. */
const BLAMED_ENDS = 2;

/**
 * Our state on the status topic, retained and as the will, as far as the broker allows it. Where it does not, intake
 * goes on without after one warning: a broker's rule about a topic must never stop events. How brokers say no:
 * a refused CONNECT (will), a PUBACK or DISCONNECT with a reason (MQTT 5), a closed connection (RabbitMQ), or not at
 * all (mosquitto on 3.1.1), so on 3.1.1 the message is read back. It stays off until a restart or reload.
 */
export class StatusTopic {
  readonly #deps: StatusTopicDeps;
  readonly #publisher: StatusPublisher;
  #refused = false;
  /** Whether the next connection goes without the will, to see whether the will is what the broker refuses. */
  #withoutWill = false;
  /** Set once the broker has shown that it takes our state. */
  #proved = false;
  #publishedAt = Number.NEGATIVE_INFINITY;
  #blamed = 0;
  #judged: Promise<void> = Promise.resolve();

  constructor(deps: StatusTopicDeps) {
    this.#deps = deps;
    this.#publisher = new StatusPublisher(
      () => deps.state('connected'),
      () => deps.clock.monotonic(),
    );
  }

  /** The topic while our state may go there. */
  get topic(): string | undefined {
    return this.#refused ? undefined : this.#deps.topic;
  }

  /** The will of the next connection, or none. */
  will(): string | undefined {
    return this.topic === undefined || this.#withoutWill ? undefined : this.#deps.state('will');
  }

  /**
   * The broker refused a connection, or closed it without an answer, as mosquitto does on 3.1.1 where it keeps no
   * retained messages. Returns whether the next one is worth a try at once: it goes without the will.
   */
  connectRefused({ code, cut }: Trouble): boolean {
    if (this.topic === undefined) return false;
    this.#withoutWill = !this.#withoutWill && (cut === true || (code !== undefined && OF_THE_WILL.has(code)));
    return this.#withoutWill;
  }

  /** A connection is there; our state goes there from now on. */
  attach(connection: Connection, { properties }: IConnackPacket): void {
    if (this.#withoutWill) this.#refuse('the broker refuses a connection whose will is on it');
    this.#withoutWill = false;
    if (properties?.retainAvailable === false) this.#refuse('the broker keeps no retained messages');
    if (this.topic === undefined) return;
    this.#publisher.attach((payload) => {
      this.#judged = this.#publish(connection, payload);
    });
  }

  /** Resolves when the last publish on the topic is judged, and is not read back any more. Never rejects. */
  judged(): Promise<void> {
    return this.#judged;
  }

  /** The connection is gone, for this reason; none where we end it. */
  detach(trouble?: Trouble): void {
    this.#publisher.detach();
    const since = this.#deps.clock.monotonic() - this.#publishedAt;
    const publishing = since <= BLAME_MS;
    this.#publishedAt = Number.NEGATIVE_INFINITY;
    this.#blamed = publishing && trouble?.cut === true ? this.#blamed + 1 : 0;
    if (this.#blamed >= BLAMED_ENDS)
      this.#refuse('the broker closes the connection when our state is published');
    if (publishing && trouble?.code !== undefined && OF_A_PUBLISH.has(trouble.code))
      this.#refuse(`the broker ends the connection for it (reason code ${trouble.code})`);
  }

  /** Our state may have changed. Cheap. */
  changed(): void {
    this.#publisher.changed();
  }

  async #publish(connection: Connection, payload: string): Promise<void> {
    const { log } = this.#deps;
    const { topic } = this;
    if (topic === undefined) return;
    this.#publishedAt = this.#deps.clock.monotonic();
    try {
      await connection.publish(topic, payload, true);
      // On 3.1.1 mosquitto 2.0.11 acknowledges what it does not allow, and then closes the connection.
      if (this.#deps.protocol === 5) this.#allowed();
      else if (!this.#proved) await this.#readBack(connection, topic, payload);
      if (!connection.client.connected) return;
      this.#publishedAt = Number.NEGATIVE_INFINITY;
      this.#blamed = 0;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (typeof code === 'number' && code >= 128)
        this.#refuse(`the broker refuses it (reason code ${code}): may this login publish there?`);
      else log.debug({ err: error, topic }, 'the state could not be published');
    }
  }

  /** On 3.1.1 a broker acknowledges what it does not allow: only what comes back was taken. */
  async #readBack(connection: Connection, topic: string, payload: string): Promise<void> {
    const { echo, echoMs } = this.#deps;
    const comesBack = echo.comesBack(payload, echoMs);
    // A subscription that is refused says nothing about publishing.
    if ((await askFor(connection.client, topic, 0)) >= 128) return;
    if (await comesBack) this.#allowed();
    else if (connection.client.connected)
      this.#refuse('our state does not come back from it: may this login publish and read there?');
    if (connection.client.connected) await connection.client.unsubscribeAsync(topic);
  }

  #allowed(): void {
    this.#proved = true;
    this.#deps.warnings.clear('status-topic-refused');
  }

  #refuse(detail: string): void {
    const { topic, warnings } = this.#deps;
    if (this.#refused || topic === undefined) return;
    this.#refused = true;
    this.#publisher.detach();
    warnings.raise('status-topic-refused', { topic, detail });
  }
}
