import { readFileSync } from 'node:fs';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import pRetry from 'p-retry';
import type { Clock } from '../domain/clock.ts';

/** The `uplink` part of the config, loaded. */
export interface UplinkSettings {
  /** `mqtt`, `mqtts`, `ws` or `wss`, without a login in it. */
  readonly url: string;
  /** `<topic>/status` and `<topic>/alert`. */
  readonly topic: string;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** PEM files. */
  readonly tls: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
}

/** What the uplink needs from around it. */
export interface UplinkDeps {
  readonly settings: UplinkSettings;
  readonly clock: Clock;
  /** The retained message: `will` is of a time that nobody knows yet, `goodbye` ends in order. */
  state(as: 'connected' | 'goodbye' | 'will'): object;
  /** It could not connect, or the connection was lost. */
  trouble(why: string): void;
  /** The broker has taken the connection. */
  connected(): void;
}

/** The state is published on change, but never more often, milliseconds. */
const STATE_MS = 1_000;
/** The state is published at least so often, so that a box that fell silent is told from one that is well, milliseconds. */
const ALIVE_MS = 60_000;
/** Waits between connections, milliseconds. */
const WAITS = { minTimeout: 1_000, maxTimeout: 60_000, factor: 2, randomize: true } as const;
/** An orderly end takes no longer, milliseconds. */
const END_MS = 1_000;

/**
 * A second broker beyond NAT, to which the station tells how it is. It only publishes, and shares nothing with intake
 * but the process: whatever becomes of it, events and records go their way.
 */
export class Uplink {
  readonly #deps: UplinkDeps;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout;
  #last = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(deps: UplinkDeps) {
    this.#deps = deps;
    this.#running = this.#stayConnected();
    this.#timer = setInterval(() => this.#publishState(), STATE_MS);
    this.#timer.unref();
  }

  /** Publishes an alert. @throws where there is no connection, or the broker did not acknowledge it */
  async alert(payload: string, signal: AbortSignal): Promise<void> {
    const client = this.#client;
    if (client?.connected !== true) throw new Error('not connected');
    await raced(client.publishAsync(`${this.#deps.settings.topic}/alert`, payload, { qos: 1 }), signal);
  }

  /** Says goodbye and leaves. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    const client = this.#client;
    if (client?.connected === true) {
      const goodbye = client
        .publishAsync(this.#statusTopic, JSON.stringify(this.#deps.state('goodbye')), {
          qos: 1,
          retain: true,
        })
        .then(() => client.endAsync());
      await Promise.race([
        goodbye.catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, END_MS)),
      ]);
    }
    client?.end(true);
    await this.#running;
  }

  get #statusTopic(): string {
    return `${this.#deps.settings.topic}/status`;
  }

  async #stayConnected(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await pRetry(
          async () => {
            const lost = await this.#connection();
            if (signal.aborted) return;
            throw new Error(lost);
          },
          {
            retries: Number.POSITIVE_INFINITY,
            ...WAITS,
            signal,
            onFailedAttempt: ({ error }) => this.#deps.trouble(error.message),
          },
        );
      } catch {
        // Stopped while it waited.
      }
    }
  }

  /** One connection from its opening to its end; resolves with why it ended. */
  #connection(): Promise<string> {
    const { settings, state, connected } = this.#deps;
    return new Promise((resolve) => {
      let why = 'the connection was lost';
      let client: MqttClient;
      try {
        client = connect(
          settings.url,
          optionsOf(settings, `${settings.topic}/status`, JSON.stringify(state('will'))),
        );
      } catch (error) {
        resolve(error instanceof Error ? error.message : String(error));
        return;
      }
      this.#client = client;
      client.on('connect', () => {
        connected();
        this.#last = '';
        this.#publishState();
      });
      client.on('error', (error) => {
        why = error.message || ('code' in error ? String(error.code) : 'the connection failed');
        client.end(true);
      });
      client.once('close', () => {
        client.end(true);
        resolve(why);
      });
    });
  }

  /** Publishes the state where it changed, or was not said for a while. A message that is lost is said again by then. */
  #publishState(): void {
    const { clock, state } = this.#deps;
    const client = this.#client;
    if (client?.connected !== true) return;
    const now = state('connected');
    const payload = JSON.stringify(now);
    if (payload === this.#last && clock.monotonic() - this.#lastAt < ALIVE_MS) return;
    this.#last = payload;
    this.#lastAt = clock.monotonic();
    // When it was said, so that a retained message tells how old it is.
    const said = JSON.stringify({ ...now, at: new Date(clock.now()).toISOString() });
    client.publish(this.#statusTopic, said, { qos: 1, retain: true }, (error) => {
      if (error) this.#last = '';
    });
  }
}

function optionsOf(settings: UplinkSettings, topic: string, will: string): IClientOptions {
  const tls = /^(mqtts|wss):/i.test(settings.url) ? settings.tls : {};
  return {
    clientId: settings.clientId,
    clean: true,
    // Every broker speaks 3.1.1, and nothing here needs more.
    protocolVersion: 4,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(tls.ca === undefined ? {} : { ca: readFileSync(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
    will: { topic, payload: Buffer.from(will), qos: 1, retain: true },
    keepalive: 30,
    connectTimeout: 20_000,
    reconnectPeriod: 0,
    queueQoSZero: false,
    writeCache: false,
    log: () => {},
  };
}

function raced(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('stopping'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(() => resolve(), reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
