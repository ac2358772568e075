import { setTimeout as sleep } from 'node:timers/promises';
import type { IConnackPacket } from 'mqtt';
import type { Clock, Random } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import type { MqttSettings } from './client-options.ts';
import { Connection } from './connection.ts';
import { type Trouble, troubleOf } from './connection-errors.ts';
import type { Message } from './deferred-acks.ts';
import { StatusPublisher } from './status-publisher.ts';
import { type SessionMemory, Subscriptions } from './subscriptions.ts';

/** What intake needs from around it. */
export interface MqttSubscriberDeps {
  readonly settings: MqttSettings;
  /** The topic filters to subscribe to. */
  readonly filters: readonly string[];
  readonly memory: SessionMemory;
  /** Brings a message to disk; see {@link DeferredAcks}. */
  take(message: Message): Promise<unknown>;
  /** Resolves when storage can be written: at once while it works. */
  storage(): Promise<void>;
  /** Our state as JSON for the status topic, or its last will, which is of the future and so can tell little. */
  state(as: 'connected' | 'goodbye' | 'will'): string;
  /** The connection came, subscriptions and all, or went. */
  changed(connected: boolean): void;
  /** Other waits than {@link WAITS}, for tests. */
  readonly waits?: Partial<typeof WAITS>;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/** Waits, milliseconds. */
const WAITS = {
  /** Between connections: full jitter below `retryMin`, doubled with each failure up to `retryMax`, so that a fleet does not come back as one. */
  retryMin: 1_000,
  retryMax: 30_000,
  /** A connection that stood so long was none of the failures. */
  steady: 30_000,
  /** For the answers to our subscriptions; events that were queued for us may come before them. */
  answer: 60_000,
  /** Until a refused subscription is asked for again. */
  askAgain: 60_000,
};
/** The shortest wait between connections, milliseconds. */
const BREATH_MS = 50;

/**
 * How long to wait before the next connection, milliseconds.
 * @param failures how many in a row did not stand for long, 0 after one that did
 */
export function retryWait(
  failures: number,
  { retryMin, retryMax }: Pick<typeof WAITS, 'retryMin' | 'retryMax'>,
  random: Random,
): number {
  return BREATH_MS + random() * Math.min(retryMax, retryMin * 2 ** failures);
}

/**
 * MQTT in: `start()` → connecting ⇄ connected, for ever → `stop()`. A message that cannot be stored drops the
 * connection; the next one waits for storage, and the broker then sends again all that was not acknowledged.
 */
export class MqttSubscriber {
  readonly #deps: MqttSubscriberDeps;
  readonly #waits: typeof WAITS;
  readonly #stopping = new AbortController();
  readonly #beacon: StatusPublisher;
  readonly #subscriptions: Subscriptions;
  #connection: Connection | undefined;
  #connected = false;
  #running: Promise<void> = Promise.resolve();
  /** The reason that was told last, of this outage; '' while there is none. */
  #told = '';

  constructor(deps: MqttSubscriberDeps) {
    const { filters, memory, log, clock } = deps;
    this.#deps = deps;
    this.#waits = { ...WAITS, ...deps.waits };
    this.#beacon = new StatusPublisher(
      () => deps.state('connected'),
      () => clock.monotonic(),
    );
    this.#subscriptions = new Subscriptions({ filters, memory, askAgainMs: this.#waits.askAgain, log });
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
    this.#beacon.detach();
    await this.#connection?.close(() => this.#deps.state('goodbye'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random, storage } = this.#deps;
    const { steady } = this.#waits;
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      await settledOrAborted(storage(), signal);
      if (signal.aborted) return;
      const began = clock.monotonic();
      const trouble = await this.#once();
      this.#down(trouble);
      failures = clock.monotonic() - began >= steady ? 0 : failures + 1;
      await sleep(retryWait(failures, this.#waits, random), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection from end to end. */
  async #once(): Promise<Trouble> {
    const { settings, take, state } = this.#deps;
    try {
      this.#connection = new Connection({
        settings,
        will: state('will'),
        // A filter as wide as `#` brings our own state back, which would change it, and so for ever.
        take: (message) => (message.topic === settings.statusTopic ? Promise.resolve() : take(message)),
        up: (connection, connack) => this.#up(connection, connack),
      });
      return await this.#connection.ended;
    } catch (error) {
      return troubleOf(error, settings);
    } finally {
      this.#connection = undefined;
    }
  }

  async #up(connection: Connection, { sessionPresent, properties }: IConnackPacket): Promise<void> {
    const { settings, memory, changed, log } = this.#deps;
    if (!sessionPresent && memory.read().length > 0)
      log.warn(
        { url: settings.url, clientId: settings.clientId },
        'the broker has forgotten our session: events of the time we were away are lost, where there were any (it lost its store, or mqtt.sessionExpiry is too short)',
      );
    const kept = (properties?.sessionExpiryInterval ?? Number.POSITIVE_INFINITY) * 1000;
    if (kept < settings.sessionExpiry)
      log.warn(
        { keptMs: kept, wantedMs: settings.sessionExpiry },
        'the broker keeps our session for less than mqtt.sessionExpiry: what we miss for longer is lost',
      );
    const subscribed = this.#subscriptions.ask(connection.client).then(() => true);
    if (!(await Promise.race([subscribed, sleep(this.#waits.answer, false, { ref: false })])))
      throw new Error('the broker does not answer our subscriptions');
    if (!connection.client.connected) return;
    this.#told = '';
    this.#connected = true;
    log.info(
      { event: 'mqtt.connected', url: settings.url, clientId: settings.clientId, sessionPresent },
      'connected to the broker',
    );
    changed(true);
    this.#beacon.attach((payload) => void this.#publish(connection, payload));
  }

  #down({ reason, mustAct }: Trouble): void {
    const { log, settings, changed } = this.#deps;
    this.#beacon.detach();
    if (this.#connected) changed(false);
    this.#connected = false;
    if (this.#stopping.signal.aborted) return;
    // Told once an outage, not with each try; again only where it has become somebody's job.
    if (this.#told !== '' && (!mustAct || reason === this.#told)) return;
    this.#told = reason;
    log[mustAct ? 'error' : 'warn'](
      { event: 'mqtt.disconnected', url: settings.url, reason },
      'no connection to the broker; trying again until there is one',
    );
  }

  async #publish(connection: Connection, payload: string): Promise<void> {
    const { settings, log } = this.#deps;
    try {
      await connection.publishState(payload);
    } catch (error) {
      log.debug({ err: error, topic: settings.statusTopic }, 'the state could not be published');
    }
  }
}

/** Resolves when `promise` settles or the signal is given, whichever comes first, and leaves nothing behind. */
function settledOrAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', done);
    promise.then(done, done);
  });
}
