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
      /** Whether our state may go to the status topic and be its will; undefined where that was not tried or cannot be told. */
      readonly status: 'taken' | 'refused' | 'will-refused' | undefined;
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
/** A retained message comes right behind the answer to its subscription; so long is waited for it, milliseconds. */
const RETAINED_MS = 200;
/** Until our own message must have come back, milliseconds. */
const ECHO_MS = 1_500;

/**
 * Logs in to the broker as the daemon does, subscribes at QoS 1 and leaves, by a session of its own that ends with
 * the connection: the daemon's is not touched. What arrives meanwhile is a copy: so `filters` must not be shared
 * subscriptions, where it would be missing elsewhere.
 * With `withStatus` the retained state on the status topic is published once more, not retained (an empty message where
 * there is none), and an empty one is the will: nobody is told anything new. Without it nothing is published.
 * @param limitMs for all of it, milliseconds
 */
export async function probeBroker(
  url: string,
  settings: MqttSettings,
  filters: readonly string[],
  limitMs: number,
  { withStatus = false, withWill = withStatus }: { withStatus?: boolean; withWill?: boolean } = {},
): Promise<BrokerProbe> {
  let client: MqttClient;
  try {
    ({ client } = filteredClient(url, settings, throwAway(settings, limitMs, withWill)));
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
      let granted: (BrokerProbe & { readonly kind: 'connected' }) | undefined;
      const over = (probe: BrokerProbe): void =>
        resolve(granted === undefined ? probe : { ...granted, status: 'refused' });
      const failed = (error: unknown): void => over(failureOf(error));
      client.on('error', failed);
      client.on('disconnect', ({ reasonCode = 0 }) => over({ kind: 'refused', code: reasonCode }));
      client.on('close', () => over({ kind: 'closed' }));
      client.once('connect', ({ properties }) => {
        connected = true;
        const shares = properties?.sharedSubscriptionAvailable !== false;
        // No retained messages: they are not for us.
        const asked = filters.map(async (filter) => ({ filter, code: await askFor(client, filter, 2) }));
        const { statusTopic: topic } = settings;
        Promise.all(asked)
          .then(async (grants) => {
            granted = { kind: 'connected', grants, shares, status: undefined };
            if (!withStatus || topic === undefined) return resolve(granted);
            if (properties?.retainAvailable === false) return resolve({ ...granted, status: 'refused' });
            resolve({ ...granted, status: await tryStatus(client, topic, settings.protocol) });
          })
          .catch(failed);
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

/** What the broker does with our state on the status topic; on 3.1.1 only what comes back was taken. */
async function tryStatus(
  client: MqttClient,
  topic: string,
  protocol: 5 | '3.1.1',
): Promise<'taken' | 'refused' | undefined> {
  let payload: Buffer = Buffer.alloc(0);
  const back = Promise.withResolvers<true>();
  client.on('message', (on, message, { retain }) => {
    if (on !== topic) return;
    if (retain) payload = message;
    else if (message.equals(payload)) back.resolve(true);
  });
  const mayRead = (await askFor(client, topic, 0)) < 128;
  if (mayRead) await sleep(RETAINED_MS);
  try {
    await client.publishAsync(topic, payload, { qos: 1, retain: false });
  } catch {
    return 'refused';
  }
  if (protocol === 5) return 'taken';
  if (!mayRead) return undefined;
  return await Promise.race([
    back.promise.then(() => 'taken' as const),
    sleep(ECHO_MS, 'refused' as const, { ref: false }),
  ]);
}

/** An empty message as the will, not retained: where our connection is cut off, nobody is told that the daemon is gone. */
function throwAway(settings: MqttSettings, limitMs: number, withWill: boolean): IClientOptions {
  const { properties: _, will, ...options } = clientOptions(settings, withWill ? '' : undefined);
  return {
    ...options,
    ...(will === undefined ? {} : { will: { ...will, retain: false } }),
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
