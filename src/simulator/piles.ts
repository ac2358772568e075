import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { Random } from '../domain/clock.ts';
import { Failure } from '../domain/failure.ts';
import { deviceName, makeSession, type PileSession, seeded, stationTime } from './piles-session.ts';

/** A fleet of piles: how many, how busy, for how long. */
export interface PilesOptions {
  /** The broker, `mqtt://HOST:PORT` (mqtts, ws, wss too). */
  readonly url: string;
  /** How the piles prove who they are, where the broker asks. */
  readonly login?: Pick<IClientOptions, 'username' | 'password' | 'ca'>;
  /** How many piles, each with a device id and a connection of its own; 10 by default. */
  readonly piles?: number;
  /** Sessions that end per second, over all piles, at random moments; 1 by default. */
  readonly rate?: number;
  /** End after this many sessions; none by default. */
  readonly count?: number;
  /** End after this many milliseconds; never by default. */
  readonly durationMs?: number;
  /** The share of bills that are published again a moment later, 0 to 1; 0.05 by default. */
  readonly repeats?: number;
  /** The same seed makes the same cars, amounts and gaps; drawn by default. */
  readonly seed?: number;
  /** Called when a session ends, before it is published. `repeat` where it was published before. */
  readonly onEnded?: (session: PileSession, repeat: boolean) => void;
  /** Called when the broker has acknowledged (PUBACK). */
  readonly onPublished?: (session: PileSession, repeat: boolean) => void;
}

/** What a fleet has done so far. */
export interface FleetCounts {
  /** Sessions that ended: order numbers. */
  readonly sessions: number;
  /** Bills published again. */
  readonly repeated: number;
  /** Publishes that the broker has acknowledged, first and repeated ones. */
  readonly acknowledged: number;
  /** Publishes without an acknowledgement yet. */
  readonly waiting: number;
  /** Piles whose connection is up. */
  readonly connected: number;
}

/** A fleet at work. Piles whose broker goes away connect again and publish what they still hold. */
export interface Fleet {
  counts(): FleetCounts;
  /** Resolves when `count` or `durationMs` is reached and `stop` is through. */
  readonly done: Promise<FleetCounts>;
  /**
   * Ends the work: repeats still due are published, acknowledgements awaited, connections closed. Gives up
   * waiting after `limitMs` (5 s by default); `waiting` says what was left.
   */
  stop(limitMs?: number): Promise<FleetCounts>;
}

// Beyond this, sessions wait for the broker: its pace bounds ours, and memory stays small.
const WINDOW = 5000;

/**
 * Connects the piles and starts their work.
 * @throws Failure where the broker cannot be reached or turns a pile away
 */
export async function startPiles(options: PilesOptions): Promise<Fleet> {
  return new WorkingFleet(options, await connectPiles(options));
}

/** Works from its making on; then ends, once, by itself or by `stop`. */
class WorkingFleet implements Fleet {
  readonly #options: PilesOptions;
  readonly #clients: readonly MqttClient[];
  readonly #random: Random;
  readonly #serialFrom: number;
  readonly #rate: number;
  readonly #count: number;
  readonly #repeats: number;
  /** On the monotonic clock, like `#due` and the repeats' times. */
  readonly #endAt: number;
  /** When the next session ends. */
  #due: number;
  #timer: NodeJS.Timeout | undefined;
  #again: { readonly at: number; readonly session: PileSession; readonly client: MqttClient }[] = [];
  #sessions = 0;
  #repeated = 0;
  #acknowledged = 0;
  #waiting = 0;
  #ending: Promise<FleetCounts> | undefined;
  readonly #settled = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<FleetCounts>();

  constructor(options: PilesOptions, clients: readonly MqttClient[]) {
    const now = performance.now();
    this.#options = options;
    this.#clients = clients;
    this.#random = seeded(options.seed ?? Math.floor(Math.random() * 2 ** 32));
    this.#serialFrom = Math.floor(this.#random() * 1_000_000);
    this.#rate = options.rate ?? 1;
    this.#count = options.count ?? Number.POSITIVE_INFINITY;
    this.#repeats = options.repeats ?? 0.05;
    this.#endAt = now + (options.durationMs ?? Number.POSITIVE_INFINITY);
    this.#due = now + this.#gap();
    this.#work();
  }

  get done(): Promise<FleetCounts> {
    return this.#done.promise;
  }

  counts(): FleetCounts {
    return {
      sessions: this.#sessions,
      repeated: this.#repeated,
      acknowledged: this.#acknowledged,
      waiting: this.#waiting,
      connected: this.#clients.filter((client) => client.connected).length,
    };
  }

  stop(limitMs = 5000): Promise<FleetCounts> {
    if (!this.#ending) {
      this.#ending = this.#end(limitMs);
      this.#ending.then(this.#done.resolve, this.#done.reject);
    }
    return this.#ending;
  }

  #work(): void {
    const now = performance.now();
    this.#publishRepeats(now);
    while (
      this.#due <= now &&
      this.#due < this.#endAt &&
      this.#sessions < this.#count &&
      this.#waiting < WINDOW
    ) {
      this.#endSession(now);
      this.#due += this.#gap();
    }
    if (this.#sessions >= this.#count || now >= this.#endAt) void this.stop();
    else this.#timer = setTimeout(() => this.#work(), Math.min(Math.max(this.#due - now, 1), 50));
  }

  #endSession(now: number): void {
    const pile = Math.floor(this.#random() * this.#clients.length);
    const client = this.#clients[pile];
    if (!client) return;
    const endAt = Date.now();
    const orderNo = numberOrder(endAt, pile, this.#serialFrom + this.#sessions);
    const session = makeSession({ orderNo, deviceId: deviceName(pile + 1), endAt, random: this.#random });
    this.#sessions += 1;
    this.#publish(session, client, false);
    while (this.#random() < this.#repeats) {
      this.#again.push({ at: now + 200 + this.#random() * 2000, session, client });
    }
  }

  #publishRepeats(now: number): void {
    const due = this.#again.filter((bill) => bill.at <= now);
    if (due.length === 0) return;
    this.#again = this.#again.filter((bill) => bill.at > now);
    this.#repeated += due.length;
    for (const { session, client } of due) this.#publish(session, client, true);
  }

  #publish(session: PileSession, client: MqttClient, repeat: boolean): void {
    this.#options.onEnded?.(session, repeat);
    this.#waiting += 1;
    client.publish(session.topic, session.payload, { qos: 1 }, (error) => {
      // An error comes only where the connection is closed for good: the bill stays counted as waiting.
      if (error) return;
      this.#waiting -= 1;
      this.#acknowledged += 1;
      this.#options.onPublished?.(session, repeat);
      if (this.#ending && this.#waiting === 0) this.#settled.resolve();
    });
  }

  async #end(limitMs: number): Promise<FleetCounts> {
    clearTimeout(this.#timer);
    this.#publishRepeats(Number.POSITIVE_INFINITY);
    if (this.#waiting > 0) {
      const limit = setTimeout(this.#settled.resolve, limitMs);
      await this.#settled.promise;
      clearTimeout(limit);
    }
    const last = this.counts();
    await Promise.all(this.#clients.map((client) => client.endAsync(last.waiting > 0)));
    return last;
  }

  /** Milliseconds to the next session's end: the gaps of independent events at `rate` a second. */
  #gap(): number {
    return (-Math.log(1 - this.#random()) / this.#rate) * 1000;
  }
}

async function connectPiles({ url, login = {}, piles = 10 }: PilesOptions): Promise<MqttClient[]> {
  const attempts = Array.from({ length: piles }, async (_, index) => {
    const clientId = `pile-${deviceName(index + 1)}`;
    // MQTT 3.1.1: what old controllers speak, and what every broker understands.
    const connection = { ...login, clientId, protocolVersion: 4, reconnectPeriod: 500 } as const;
    const client = await connectAsync(url, connection, false);
    // A refused reconnect is tried again; without a listener it would end the process.
    client.on('error', () => {});
    return client;
  });
  const results = await Promise.allSettled(attempts);
  const clients = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return clients;
  await Promise.all(clients.map((client) => client.endAsync(true)));
  const why = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
  throw new Failure(
    `the piles cannot connect to the broker at ${url}: ${why}. Is it running there? ` +
      'One for trying out: pilegate simulate broker.',
    1,
    { cause: failed.reason },
  );
}

/** Unlike any other run's: time, pile and a running number that starts anywhere. */
function numberOrder(at: number, pile: number, serial: number): string {
  const digits = stationTime(at).replaceAll(/\D/g, '');
  return `${digits}${String(pile + 1).padStart(4, '0')}${String(serial % 1_000_000).padStart(6, '0')}`;
}
