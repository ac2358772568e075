import { appendFileSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import { until } from '../support/wait.ts';
import type { Publication } from './load.ts';

/** An event that was published, and when the broker said that it has it. */
export interface Published {
  readonly publication: Publication;
  /** Epoch milliseconds; undefined while there is no answer. */
  ackedAt: number | undefined;
}

/** All piles and cameras of a run: one connection, and the ledger of what they published. */
export class Piles {
  readonly ledger: Published[] = [];
  /** How many messages went out once more because the broker had lost its memory. */
  repeated = 0;
  readonly #client: MqttClient;
  readonly #file: string;
  #waiting = 0;

  private constructor(client: MqttClient, file: string) {
    this.#client = client;
    this.#file = file;
  }

  /** @param file where the ledger is written too, for whoever looks into a run later */
  static async connect(url: string, file: string): Promise<Piles> {
    const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 200, clientId: 'piles' });
    // Without a listener a refused reconnect would end the process; the reconnect itself goes on.
    client.on('error', () => {});
    return new Piles(client, file);
  }

  /** Publishes at QoS 1, again and again until the broker has it. */
  publish(publication: Publication): void {
    const { topic, payload } = publication;
    const entry: Published = { publication, ackedAt: undefined };
    this.ledger.push(entry);
    appendFileSync(this.#file, `${JSON.stringify({ now: Date.now(), topic, payload })}\n`);
    this.#send(entry);
  }

  /**
   * Publishes once more what the broker acknowledged since then: a broker that is killed loses what it had not yet
   * saved, and that is no fault of who took it from there.
   */
  repeatSince(at: number): void {
    for (const entry of this.ledger) {
      if (entry.ackedAt === undefined || entry.ackedAt < at) continue;
      this.repeated += 1;
      this.#send(entry);
    }
  }

  /** Resolves when the broker has all of it. */
  async settled(limitMs: number): Promise<void> {
    await until(() => this.#waiting === 0, 'the broker to have all that was published', limitMs);
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #send(entry: Published): void {
    const { topic, payload } = entry.publication;
    this.#waiting += 1;
    this.#client.publish(topic, payload, { qos: 1 }, (error) => {
      this.#waiting -= 1;
      // Only when the client has been ended.
      if (!error) entry.ackedAt = Date.now();
    });
  }
}
