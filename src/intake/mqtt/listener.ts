import { randomBytes } from 'node:crypto';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { Failure } from '../../domain/failure.ts';
import { clientOptions, type MqttSettings } from './client-options.ts';
import { refusal, troubleOf } from './connection-errors.ts';
import { askFor } from './subscriptions.ts';

/** A message that was heard. */
export interface HeardMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retained: boolean;
}

/** What a listener needs from around it. */
export interface ListenerDeps {
  readonly settings: MqttSettings;
  /** Plain filters: a shared subscription would take messages away from the daemon. */
  readonly filters: readonly string[];
  /** Called for each message, in order. What it throws ends the listening. */
  heard(message: HeardMessage): void;
}

/** An orderly goodbye is waited for so long, milliseconds. */
const GOODBYE_MS = 500;

/**
 * Listens beside the daemon until `signal` is aborted: a client of its own, whose session ends with the connection. No
 * will, and nothing is published.
 * @param subscribed called once all filters are granted
 * @throws Failure (1) where there is no connection, it is lost, or a filter is refused
 */
export async function listen(deps: ListenerDeps, signal: AbortSignal, subscribed: () => void): Promise<void> {
  let heardOnce = false;
  for (const [at, url] of deps.settings.url.entries()) {
    try {
      await listenTo(url, deps, signal, () => {
        heardOnce = true;
        subscribed();
      });
      return;
    } catch (error) {
      // The addresses are tried in turn; one that was good is not left for the next.
      if (heardOnce || at === deps.settings.url.length - 1) throw error;
    }
  }
}

async function listenTo(
  url: string,
  { settings, filters, heard }: ListenerDeps,
  signal: AbortSignal,
  subscribed: () => void,
): Promise<void> {
  const client = opened(url, settings);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => reject(new Failure(`broker ${url}: ${reason}`));
      const failed = (error: unknown) =>
        error instanceof Failure ? reject(error) : fail(troubleOf(error, settings).reason);
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
      client.on('error', failed);
      client.on('disconnect', ({ reasonCode = 0 }) => fail(refusal(reasonCode, settings).reason));
      client.on('close', () => fail('the connection was lost'));
      client.on('message', (topic, payload, { qos, retain }) => {
        try {
          heard({ topic, payload, qos, retained: retain });
        } catch (error) {
          reject(error);
        }
      });
      client.once('connect', () => {
        subscribeAll(client, filters).then(subscribed, failed);
      });
      client.connect();
      // MQTT.js keeps errors without a code, such as those of websockets, to itself.
      client.stream.on('error', failed);
    });
  } finally {
    await leave(client);
  }
}

function opened(url: string, settings: MqttSettings): MqttClient {
  const { will: _, properties: __, ...options } = clientOptions(settings, '');
  const own: IClientOptions = {
    ...options,
    // Some brokers' rules go by how a client id begins.
    clientId: `${settings.clientId}-capture-${randomBytes(4).toString('hex')}`,
    clean: true,
  };
  try {
    return connect(url, own);
  } catch (error) {
    throw new Failure(`broker ${url}: ${troubleOf(error, settings).reason}`, 1, { cause: error });
  }
}

async function subscribeAll(client: MqttClient, filters: readonly string[]): Promise<void> {
  const asked = filters.map(async (filter) => ({ filter, code: await askFor(client, filter, 0) }));
  const refused = (await Promise.all(asked)).filter(({ code }) => code >= 128);
  if (refused.length > 0)
    throw new Failure(
      `the broker refuses the subscription ${refused.map(({ filter }) => filter).join(', ')}: allow this user to read it`,
    );
}

async function leave(client: MqttClient): Promise<void> {
  client.removeAllListeners('message');
  client.on('error', () => {});
  if (client.connected) {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    await Promise.race([client.endAsync(), patience]).catch(() => undefined);
    clearTimeout(timer);
  }
  client.stream?.destroy();
}
