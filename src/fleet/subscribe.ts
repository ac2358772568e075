import { connect, type MqttClient } from 'mqtt';
import { Failure } from '../domain/failure.ts';
import type { Boxes } from './boxes.ts';

/** Where the boxes' statuses are. */
export interface FleetBroker {
  readonly url: string;
  /** A filter such as `pilegate/+/status`. */
  readonly topic: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** A PEM file's content: who is trusted instead of the system's authorities. */
  readonly ca: Buffer | undefined;
}

/** How long the broker may take for the first connection, milliseconds. */
const CONNECT_MS = 10_000;
/** Waits between connections after that, milliseconds. */
const RECONNECT_MS = 2_000;

/**
 * Fills the boxes from their retained statuses, and keeps them up to date; connects again where the connection is lost.
 * @throws Failure where the broker cannot be reached, or refuses the subscription
 */
export async function subscribeToFleet(broker: FleetBroker, boxes: Boxes): Promise<MqttClient> {
  const { url, topic, username, password, ca } = broker;
  const client = connect(url, {
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_MS,
    writeCache: false,
    log: () => {},
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
  });
  client.on('message', (at, payload, { retain }) => boxes.take(at, payload, retain, Date.now()));
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
      client.once('connect', () => {
        clearTimeout(late);
        resolve();
      });
      client.once('error', (error) => {
        clearTimeout(late);
        reject(error);
      });
    });
    const [granted] = await client.subscribeAsync(topic, { qos: 1 });
    if (granted === undefined || granted.qos > 2) throw new Error(`it refuses the subscription to ${topic}`);
  } catch (error) {
    client.end(true);
    const why = error instanceof Error ? error.message || String(error) : String(error);
    throw new Failure(`the broker ${url}: ${why}: check --broker, the login and its ACL`, 1, {
      cause: error,
    });
  }
  client.on('error', () => {
    // It connects again by itself; what is known stays on the screen.
  });
  return client;
}
