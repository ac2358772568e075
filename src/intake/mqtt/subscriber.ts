import { setTimeout as sleep } from 'node:timers/promises';
import type { IConnackPacket } from 'mqtt';
import type { Clock, Random } from '../../domain/clock.ts';
import type { Log } from '../../domain/log.ts';
import type { WarningSink } from '../../domain/warnings.ts';
import type { Arrival, Receiver, Transport } from '../transport.ts';
import { ClashDetector } from './clash-detector.ts';
import type { MqttSettings } from './client-options.ts';
import { Connection } from './connection.ts';
import { refusal, TAKEN_OVER, type Trouble, troubleOf } from './connection-errors.ts';
import { Echo } from './echo.ts';
import { otherProtocol } from './other-protocol.ts';
import { onlyShared, proveShare } from './share-proof.ts';
import { StatusTopic } from './status-topic.ts';
import { type SessionMemory, Subscriptions } from './subscriptions.ts';

/** What intake by MQTT needs from around it. */
export interface MqttSubscriberDeps {
  readonly settings: MqttSettings;
  /** The topic filters to subscribe to. */
  readonly filters: readonly string[];
  readonly memory: SessionMemory;
  /** Where messages go. */
  readonly receiver: Receiver;
  /** Resolves when storage can be written: at once while it works. */
  storage(): Promise<void>;
  /** Our state as JSON for the status topic, or its last will, which is of the future and so can say little. */
  state(as: 'connected' | 'goodbye' | 'will'): string;
  /** The connection came, subscriptions and all, or went. */
  changed(connected: boolean): void;
  /** Called for each connection that follows an earlier one (`pilegate_mqtt_reconnects_total`). */
  reconnected(): void;
  readonly warnings: WarningSink;
  /** Other waits than {@link WAITS}, for tests. */
  readonly waits?: Partial<typeof WAITS>;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/** Waits, milliseconds. */
const WAITS = {
  /** A connection that stood so long was none of the failures. */
  steady: 5_000,
  /** For the answers to our subscriptions, while nothing comes: events that were queued for us may come before them. */
  answer: 60_000,
  /** Until a refused subscription is asked for again. */
  askAgain: 60_000,
  /** For our own messages to come back. */
  echo: 5_000,
  /** A connection that stood so long is not taken away by another client. */
  unclashed: 60_000,
};
/** The shortest wait between connections, milliseconds. */
const BREATH_MS = 50;

/**
 * How long to wait before the next connection, milliseconds: full jitter, so that a fleet does not come back as one,
 * below a bound that begins at `min` and doubles with each failure up to `max`.
 * @param failures how many in a row did not stand for long, 0 after one that did
 */
export function retryWait(failures: number, { min, max }: MqttSettings['reconnect'], random: Random): number {
  return Math.min(BREATH_MS, min) + random() * Math.max(0, Math.min(max, min * 2 ** failures) - BREATH_MS);
}

/** How one connection went. */
interface Ended {
  readonly trouble: Trouble;
  /** How long it stood since the broker accepted it, milliseconds; undefined where it did not. */
  readonly stoodMs: number | undefined;
  /** Whether an event came in by it. */
  readonly received: boolean;
}

/**
 * MQTT in: `start()` → connecting ⇄ connected, for ever → `stop()`. The addresses are tried in turn; one that took us
 * is tried first again. A message that cannot be stored drops the connection; the next one waits for storage, and the
 * broker then sends again all that was not acknowledged.
 */
export class MqttSubscriber implements Transport {
  readonly #deps: MqttSubscriberDeps;
  readonly #waits: typeof WAITS;
  readonly #stopping = new AbortController();
  readonly #echo = new Echo();
  readonly #status: StatusTopic;
  readonly #subscriptions: Subscriptions;
  readonly #clash = new ClashDetector();
  #connection: Connection | undefined;
  #connected = false;
  #wasConnected = false;
  #shareProved = false;
  #clashLogged = false;
  #running: Promise<void> = Promise.resolve();
  /** The reason that was logged last, of this outage; '' while there is none. */
  #logged = '';
  /** What the broker does to our session, each logged once until it is over. */
  readonly #sessionLogged = new Set<'forgotten' | 'capped'>();

  constructor(deps: MqttSubscriberDeps) {
    const { filters, memory, settings, log, clock, warnings } = deps;
    this.#deps = deps;
    this.#waits = { ...WAITS, ...deps.waits };
    this.#status = new StatusTopic({
      topic: settings.statusTopic,
      protocol: settings.protocol,
      state: (as) => deps.state(as),
      echoMs: this.#waits.echo,
      echo: this.#echo,
      warnings,
      log,
      clock,
    });
    this.#subscriptions = new Subscriptions({ filters, memory, askAgainMs: this.#waits.askAgain, log });
  }

  start(): void {
    this.#running = this.#run();
  }

  stateChanged(): void {
    this.#status.changed();
  }

  /** Takes no more, says goodbye on the status topic and leaves; the broker keeps what comes meanwhile. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#status.detach();
    const connection = this.#connection;
    await connection?.close(async () => {
      if (this.#status.topic !== undefined)
        await connection.publish(this.#status.topic, this.#deps.state('goodbye'), true);
    });
    await this.#running;
  }

  async #run(): Promise<void> {
    const { random, storage, settings } = this.#deps;
    const { signal } = this.#stopping;
    let failures = 0;
    for (let turn = 0; !signal.aborted; ) {
      await settledOrAborted(storage(), signal);
      if (signal.aborted) return;
      const tried = turn;
      const url = settings.url[turn % settings.url.length] ?? '';
      const ended = await this.#once(url);
      const stood = ended.received || (ended.stoodMs ?? 0) >= this.#waits.steady;
      failures = stood ? 0 : failures + 1;
      if (ended.stoodMs === undefined) turn += 1;
      // What the broker refuses may be our will, and not us: then it is no outage yet.
      if (ended.stoodMs === undefined && this.#status.connectRefused(ended.trouble)) {
        turn = tried;
        continue;
      }
      await this.#down(url, ended);
      await sleep(retryWait(failures, settings.reconnect, random), undefined, { signal }).catch(
        () => undefined,
      );
    }
  }

  /** One connection from end to end. */
  async #once(url: string): Promise<Ended> {
    const { settings, filters, receiver, clock } = this.#deps;
    let acceptedAt: number | undefined;
    let received = false;
    const take = async (arrival: Arrival): Promise<void> => {
      await receiver.take(arrival);
      received = true;
      if (settings.shareGroup !== undefined && !this.#shareProved && onlyShared(filters, arrival.topic))
        this.#shareIsProved();
    };
    let trouble: Trouble;
    try {
      this.#connection = new Connection({
        settings,
        url,
        will: this.#status.will(),
        receiver: {
          // A filter as wide as `#` brings our own state back, which would change it, and so for ever.
          take: (arrival) => (arrival.topic === settings.statusTopic ? this.#ours(arrival) : take(arrival)),
        },
        up: (connection, connack) => {
          acceptedAt = clock.monotonic();
          return this.#up(url, connection, connack);
        },
      });
      trouble = await this.#connection.ended;
    } catch (error) {
      trouble = troubleOf(error, settings);
    } finally {
      this.#connection = undefined;
    }
    return {
      trouble,
      stoodMs: acceptedAt === undefined ? undefined : clock.monotonic() - acceptedAt,
      received,
    };
  }

  #ours({ payload }: Arrival): Promise<void> {
    this.#echo.arrived(payload);
    return Promise.resolve();
  }

  async #up(url: string, connection: Connection, connack: IConnackPacket): Promise<void> {
    const { settings, changed, reconnected, log } = this.#deps;
    this.#judgeSession(url, connack);
    await connection.answered(this.#subscriptions.ask(url, connection.client), this.#waits.answer);
    if (!connection.client.connected) return;
    this.#logged = '';
    this.#connected = true;
    if (this.#wasConnected) reconnected();
    this.#wasConnected = true;
    const { sessionPresent } = connack;
    log[this.#clashLogged ? 'debug' : 'info'](
      { event: 'mqtt.connected', url, clientId: settings.clientId, sessionPresent },
      'connected to the broker',
    );
    changed(true);
    setTimeout(() => {
      if (this.#connection !== connection) return;
      this.#deps.warnings.clear('client-id-clash');
      this.#clashLogged = false;
    }, this.#waits.unclashed).unref();
    this.#status.attach(connection, connack);
    await this.#proveShare(connection);
  }

  /** Says once what the broker does to our session. */
  #judgeSession(url: string, { sessionPresent, properties }: IConnackPacket): void {
    const { settings, memory, log } = this.#deps;
    const once = (what: 'forgotten' | 'capped', isSo: boolean, say: () => void): void => {
      if (isSo && !this.#sessionLogged.has(what)) say();
      if (isSo) this.#sessionLogged.add(what);
      else this.#sessionLogged.delete(what);
    };
    once('forgotten', !sessionPresent && memory.read(url).length > 0, () =>
      log.warn(
        { url, clientId: settings.clientId },
        'the broker has forgotten our session: events of the time we were away are lost, where there were any (it lost its store, or mqtt.sessionExpiry is too short)',
      ),
    );
    const kept = (properties?.sessionExpiryInterval ?? Number.POSITIVE_INFINITY) * 1000;
    once('capped', kept < settings.sessionExpiry, () =>
      log.warn(
        { keptMs: kept, wantedMs: settings.sessionExpiry },
        'the broker keeps our session for less than mqtt.sessionExpiry: what we miss for longer is lost',
      ),
    );
  }

  /** Warns where the broker has no shared subscriptions; once proved it is not tried again. */
  async #proveShare(connection: Connection): Promise<void> {
    const { settings, warnings, state } = this.#deps;
    const { shareGroup: group } = settings;
    if (group === undefined || this.#shareProved) return;
    // While the state is read back, a plain subscription brings what only the share may.
    await this.#status.judged();
    const { topic } = this.#status;
    const fault =
      topic === undefined
        ? settings.protocol === 5
          ? undefined
          : 'unproved'
        : await proveShare(connection, this.#echo, {
            topic,
            payload: state('connected'),
            limitMs: this.#waits.echo,
          }).catch(() => 'unproved' as const);
    if (this.#shareProved || !connection.client.connected) return;
    if (fault === undefined) return this.#shareIsProved();
    warnings.raise('share-undelivered', { group, detail: SHARE_FAULTS[fault] });
  }

  #shareIsProved(): void {
    this.#shareProved = true;
    this.#deps.warnings.clear('share-undelivered');
  }

  async #down(url: string, ended: Ended): Promise<void> {
    const { trouble, stoodMs } = ended;
    const { log, settings, changed, clock, warnings } = this.#deps;
    const { clientId } = settings;
    this.#status.detach(trouble);
    if (this.#connected) changed(false);
    this.#connected = false;
    if (this.#stopping.signal.aborted) return;
    const losses = this.#clash.ended(stoodMs, trouble, clock.monotonic());
    if (losses > 0) {
      warnings.raise('client-id-clash', { clientId, losses });
      if (this.#clashLogged) return;
      this.#clashLogged = true;
    }
    const { reason, mustAct } = losses > 0 ? refusal(TAKEN_OVER, settings) : await this.#whyDown(url, ended);
    // Logged once an outage, not with each try; again only where it has become somebody's job.
    if (this.#logged !== '' && (!mustAct || reason === this.#logged)) return;
    this.#logged = reason;
    log[mustAct ? 'error' : 'warn'](
      { event: 'mqtt.disconnected', url, reason },
      'no connection to the broker; trying again until there is one',
    );
  }

  /** The reason, or a better one where the broker gave none. */
  async #whyDown(url: string, { trouble, stoodMs }: Ended): Promise<Trouble> {
    if (trouble.cut !== true || stoodMs !== undefined || this.#logged !== '') return trouble;
    return (await otherProtocol(url, this.#deps.settings, this.#stopping.signal)) ?? trouble;
  }
}

const SHARE_FAULTS = {
  refused: 'the broker refuses shared subscriptions: leave mqtt.shareGroup out, or allow them to this login',
  undelivered:
    'the broker delivers nothing on a shared subscription: it knows none, or this login may not read them; leave mqtt.shareGroup out, or use a broker that has them',
  unproved:
    'on MQTT 3.1.1 it can be proved only by the status topic, which is off or refused: set mqtt.statusTopic, allow it, or use mqtt.protocol: 5',
};

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
