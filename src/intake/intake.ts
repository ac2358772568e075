import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import type { Clock, Random } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { type Message, WithheldAcks } from './acks.ts';
import { Beacon } from './beacon.ts';
import { clientOptions, type MqttSettings } from './options.ts';
import { subscribeAll } from './subscriptions.ts';

/** What intake needs from around it. */
export interface IntakeDeps {
  readonly settings: MqttSettings;
  /** The topic filters to subscribe to. */
  readonly filters: readonly string[];
  /** Filters of an earlier config that the broker's session may still hold. */
  readonly staleFilters: readonly string[];
  /** Brings a message to disk; see {@link WithheldAcks}. */
  take(message: Message): Promise<void>;
  /** Resolves when storage can be written: at once while it works. */
  storage(): Promise<void>;
  /** Our state as JSON for the status topic; `connected` says which. */
  state(connected: boolean): string;
  /** The connection came or went. */
  changed(state: IntakeState): void;
  /** All filters were subscribed to on a connection. */
  subscribed(): void;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/** Whether the broker is there. */
export interface IntakeState {
  readonly connected: boolean;
  /** Why not, in plain words; empty while connected. */
  readonly reason: string;
}

/** Waits between connections, milliseconds: full jitter below these, so that a fleet does not come back as one. */
const RETRY = { min: 1_000, max: 30_000 };
/** Subscriptions that were refused are asked for again, milliseconds. */
const RESUBSCRIBE_MS = 60_000;

/**
 * MQTT in. One client a connection: `idle` → `start()` → connecting ⇄ connected, for ever → `stop()`.
 * A message that cannot be stored drops the connection; the next one waits for storage, and the broker then
 * sends again all that was not acknowledged.
 */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #stopping = new AbortController();
  readonly #beacon: Beacon;
  #client: MqttClient | undefined;
  #acks: WithheldAcks | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Said once an outage, not once a try. */
  #said = false;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#beacon = new Beacon(
      () => deps.state(true),
      () => deps.clock.monotonic(),
    );
  }

  /** How many events are under way to disk. */
  get pending(): number {
    return this.#acks?.pending ?? 0;
  }

  /** Starts to connect, and keeps at it. */
  start(): void {
    this.#running = this.#run();
  }

  /** Our state may have changed; the status topic follows. Cheap. */
  stateChanged(): void {
    this.#beacon.changed();
  }

  /** Takes no more, says goodbye on the status topic and leaves; the broker keeps what comes meanwhile. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const client = this.#client;
    if (client?.connected) {
      this.#beacon.detach();
      await Promise.race([this.#publishState(client, this.#deps.state(false)), sleep(1_000)]);
      await Promise.race([client.endAsync(), sleep(1_000)]);
    }
    client?.end(true);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { random } = this.#deps;
    const signal = this.#stopping.signal;
    for (let failures = 0; !signal.aborted; ) {
      await Promise.race([this.#deps.storage(), aborted(signal)]);
      if (signal.aborted) return;
      const connected = await this.#connection();
      failures = connected ? 0 : failures + 1;
      const longest = Math.min(RETRY.max, RETRY.min * 2 ** failures);
      await sleep(100 + random() * longest, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection from end to end; tells whether it ever stood. */
  #connection(): Promise<boolean> {
    const { settings, log } = this.#deps;
    const client = connect(settings.url, clientOptions(settings, this.#deps.state(false)));
    this.#client = client;
    this.#acks = new WithheldAcks(client, {
      limit: settings.receiveMaximum,
      take: (message) => this.#deps.take(message),
      failed: (error) => {
        log.debug({ err: error }, 'an event could not be stored: the connection is dropped');
        client.end(true);
      },
    });
    return new Promise((resolve) => {
      let stood = false;
      let reason = '';
      client.on('error', (error) => {
        reason = error.message;
        client.end(true);
      });
      client.on('disconnect', (packet) => {
        reason = `the broker ended the connection (reason code ${packet.reasonCode ?? 0})`;
      });
      client.on('connect', ({ sessionPresent }) => {
        stood = true;
        void this.#connected(client, sessionPresent);
      });
      client.once('close', () => {
        this.#beacon.detach();
        client.end(true);
        if (!this.#stopping.signal.aborted)
          this.#lost(reason || (stood ? 'the connection was lost' : 'no answer'));
        resolve(stood);
      });
      client.connect();
    });
  }

  async #connected(client: MqttClient, sessionPresent: boolean): Promise<void> {
    const { settings, log } = this.#deps;
    this.#said = false;
    try {
      if (!(await this.#subscribe(client))) return;
    } catch (error) {
      log.debug({ err: error }, 'the connection was lost while subscribing');
      client.end(true);
      return;
    }
    log.info(
      { event: 'mqtt.connected', url: settings.url, clientId: settings.clientId, sessionPresent },
      'connected to the broker',
    );
    this.#deps.changed({ connected: true, reason: '' });
    this.#beacon.attach((payload) => void this.#publishState(client, payload));
  }

  /** Subscribes to all; what is refused is said, and asked for again later. False where the connection ended meanwhile. */
  async #subscribe(client: MqttClient): Promise<boolean> {
    const { filters, staleFilters, log } = this.#deps;
    const grants = await subscribeAll(client, filters);
    const faults = grants.filter((grant) => grant.fault !== undefined);
    for (const { filter, fault } of faults)
      log.error({ topic: filter }, `subscription to ${filter}: ${fault}`);
    if (faults.length > 0)
      setTimeout(() => {
        if (client.connected) void this.#subscribe(client).catch(() => client.end(true));
      }, RESUBSCRIBE_MS).unref();
    else {
      if (staleFilters.length > 0) await client.unsubscribeAsync([...staleFilters]);
      this.#deps.subscribed();
    }
    return client.connected;
  }

  #lost(reason: string): void {
    const { log, settings } = this.#deps;
    if (this.#said) return;
    this.#said = true;
    log.warn(
      { event: 'mqtt.disconnected', url: settings.url, reason },
      'no connection to the broker; trying again until there is one',
    );
    this.#deps.changed({ connected: false, reason });
  }

  async #publishState(client: MqttClient, payload: string): Promise<void> {
    const { settings, log } = this.#deps;
    try {
      await client.publishAsync(settings.statusTopic, payload, { qos: 1, retain: true });
    } catch (error) {
      log.debug({ err: error, topic: settings.statusTopic }, 'the state could not be published');
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
