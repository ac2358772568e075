import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import { filteredClient } from './client.ts';
import { clientOptions, type MqttSettings } from './client-options.ts';
import { askFor } from './subscriptions.ts';

/** What a broker says to one subscription: the QoS that it grants (0 to 2), or the reason code of its no (128 and above). */
export interface Grant {
  readonly filter: string;
  readonly code: number;
}

/** How far one comes with a broker. */
export type BrokerProbe =
  | {
      readonly kind: 'connected';
      readonly grants: readonly Grant[];
      /** Whether it has shared subscriptions, as far as it says (MQTT 5). */
      readonly shares: boolean;
    }
  /** It refused the connection by this reason code (MQTT 5, 2.4; 3.1.1, 3.2.2.3). */
  | { readonly kind: 'refused'; readonly code: number }
  /** The network, TLS or a broken protocol. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** It closed the connection without a word. */
  | { readonly kind: 'closed' }
  /** It said nothing within the limit. */
  | { readonly kind: 'silent'; readonly after: 'connect' | 'subscribe' };

/** An orderly goodbye is waited for so long, milliseconds. */
const GOODBYE_MS = 500;

/**
 * Logs in to the broker as the daemon does, subscribes at QoS 1 and leaves, by a session of its own that ends with
 * the connection: the daemon's is not touched. No will, and nothing is published. What arrives meanwhile is a copy:
 * so `filters` must not be shared subscriptions, where it would be missing elsewhere.
 * @param limitMs for all of it, milliseconds
 */
export async function probeBroker(
  url: string,
  settings: MqttSettings,
  filters: readonly string[],
  limitMs: number,
): Promise<BrokerProbe> {
  let client: MqttClient;
  try {
    ({ client } = filteredClient(url, settings, throwAway(settings, limitMs)));
  } catch (error) {
    return { kind: 'failed', error };
  }
  const limit = new AbortController();
  let connected = false;
  try {
    const silent = sleep(limitMs, undefined, { signal: limit.signal }).then(
      (): BrokerProbe => ({ kind: 'silent', after: connected ? 'subscribe' : 'connect' }),
    );
    silent.catch(() => undefined);
    const answer = new Promise<BrokerProbe>((resolve) => {
      const failed = (error: unknown): void => resolve(failureOf(error));
      client.on('error', failed);
      client.on('disconnect', ({ reasonCode = 0 }) => resolve({ kind: 'refused', code: reasonCode }));
      client.on('close', () => resolve({ kind: 'closed' }));
      client.once('connect', ({ properties }) => {
        connected = true;
        const shares = properties?.sharedSubscriptionAvailable !== false;
        // No retained messages: they are not for us.
        const asked = filters.map(async (filter) => ({ filter, code: await askFor(client, filter, 2) }));
        Promise.all(asked).then((grants) => resolve({ kind: 'connected', grants, shares }), failed);
      });
      client.connect();
      // MQTT.js keeps errors without a code, such as those of websockets, to itself.
      client.stream.on('error', failed);
    });
    const probe = await Promise.race([answer, silent]);
    if (client.connected)
      await Promise.race([client.endAsync(), sleep(GOODBYE_MS, undefined, { signal: limit.signal })]);
    return probe;
  } catch (error) {
    return { kind: 'failed', error };
  } finally {
    limit.abort();
    client.on('error', () => {});
    client.stream?.destroy();
  }
}

function throwAway(settings: MqttSettings, limitMs: number): IClientOptions {
  const { properties: _, ...options } = clientOptions(settings, undefined);
  return {
    ...options,
    // Some brokers' rules go by how a client id begins.
    clientId: `${settings.clientId}-doctor-${randomBytes(4).toString('hex')}`,
    clean: true,
    connectTimeout: limitMs,
  };
}

function failureOf(error: unknown): BrokerProbe {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? { kind: 'refused', code } : { kind: 'failed', error };
}
