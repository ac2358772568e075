import { ErrorWithSubackPacket, type MqttClient } from 'mqtt';
import type { Log } from '../../domain/log.ts';

/** What the broker's session holds of us, remembered over restarts. */
export interface SessionMemory {
  /** The filters that our session at the broker of this address may hold; none where we never had one. */
  read(url: string): readonly string[];
  /** Resolves once it is on disk. */
  write(url: string, filters: readonly string[]): Promise<void>;
}

/** What subscriptions need from around them. */
export interface SubscriptionDeps {
  readonly filters: readonly string[];
  readonly memory: SessionMemory;
  /** After how long a refused one is asked for again, milliseconds. */
  readonly askAgainMs: number;
  readonly log: Log;
}

/** Reason codes of SUBACK (MQTT 5, 3.9.3) in plain words. */
const REFUSALS: Readonly<Record<number, string>> = {
  128: 'the broker refuses it: may this login subscribe to it?',
  135: 'this login may not subscribe to it: mend its access rules at the broker',
  143: 'the broker does not take this topic filter',
  151: 'the broker has no quota left for us',
  158: 'the broker has no shared subscriptions: leave mqtt.shareGroup away',
  162: 'the broker does not take wildcards in topic filters',
};

/** The subscriptions of one config, on whatever connection there is. */
export class Subscriptions {
  readonly #deps: SubscriptionDeps;
  /** What was told of filters that are not as they should be, so that it is told once. */
  readonly #told = new Map<string, string>();

  constructor(deps: SubscriptionDeps) {
    this.#deps = deps;
  }

  /**
   * Subscribes to all filters, and takes back those of an earlier config. What the broker refuses is told, and
   * asked for again while this connection stands. Rejects where the connection or storage is lost meanwhile.
   */
  async ask(url: string, client: MqttClient): Promise<void> {
    const { filters, memory } = this.#deps;
    const held = memory.read(url);
    // First of all, so that none is forgotten at the broker where we end in the middle of this.
    await memory.write(url, [...new Set([...held, ...filters])]);
    await this.#subscribe(client, filters);
    const stale = held.filter((filter) => !filters.includes(filter));
    if (stale.length > 0) await client.unsubscribeAsync(stale);
    await memory.write(url, filters);
  }

  async #subscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
    const faults = await Promise.all(filters.map((filter) => subscribe(client, filter)));
    const refused = filters.filter((filter, at) => this.#tell(filter, faults[at]));
    if (refused.length === 0) return;
    setTimeout(() => {
      if (client.connected) this.#subscribe(client, refused).catch(() => client.stream.destroy());
    }, this.#deps.askAgainMs).unref();
  }

  /** Tells what is new about a filter; returns whether it is not as it should be. */
  #tell(filter: string, fault: string | undefined): boolean {
    const { log } = this.#deps;
    const told = this.#told.get(filter);
    if (fault === undefined) {
      this.#told.delete(filter);
      if (told !== undefined) log.info({ topic: filter }, 'subscribed, after all');
      return false;
    }
    if (told !== fault) log.error({ topic: filter, reason: fault }, 'not subscribed as it should be');
    this.#told.set(filter, fault);
    return true;
  }
}

/** What is wrong with the broker's answer to a subscription, in plain words. */
async function subscribe(client: MqttClient, filter: string): Promise<string | undefined> {
  // Retained messages with a new subscription only, not at every reconnect. MQTT 5; 3.1.1 knows no such thing.
  const code = await askFor(client, filter, 1);
  if (code === 1) return undefined;
  if (code === 0)
    return 'the broker grants QoS 0 only: its events would be lost with the connection; allow QoS 1';
  return REFUSALS[code] ?? `the broker refuses it (reason code ${code})`;
}

/**
 * Subscribes at QoS 1. Returns what the broker says: the QoS that it grants (0 to 2), or the reason code of its no
 * (128 and above). Rejects where it does not answer.
 * @param rh whether retained messages come: always (0), with a new subscription (1), never (2); MQTT 5 only
 */
export async function askFor(client: MqttClient, filter: string, rh: 0 | 1 | 2): Promise<number> {
  try {
    const [grant] = await client.subscribeAsync(filter, { qos: 1, rh });
    return grant?.qos ?? 128;
  } catch (error) {
    const codes = error instanceof ErrorWithSubackPacket ? error.packet.granted : undefined;
    const code = Array.isArray(codes) ? codes[0] : undefined;
    if (typeof code !== 'number') throw error;
    return code;
  }
}
