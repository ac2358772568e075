import { z } from 'zod';
import { ALERT_NAMES, type AlertName, type Condition } from '../domain/alerts.ts';
import type { Clock } from '../domain/clock.ts';
import type { Problem } from '../domain/health.ts';
import { isReason } from '../domain/reason.ts';
import type { AlertMessage } from './message.ts';
import { AlertQueue, type Queued } from './queue.ts';
import { AlertWatch, type Begun, type Saying } from './watch.ts';

/** Where alerts go: a robot of `alerts:`, or the uplink. */
export interface Receiver {
  /** What names it in the log, the metric and on disk, such as `1:wecom`. */
  readonly key: string;
  readonly on: readonly AlertName[];
  /** Sends one message; throws, with words that hold no secret, where it was not taken. */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}

/** What the desk needs from around it. */
export interface DeskDeps {
  readonly clock: Clock;
  /** What {@link DeskDeps.save} wrote last; undefined where nothing was. */
  readonly saved: string | undefined;
  /** Keeps what is told and what waits. Never awaited: where nothing can be stored, it is in memory. */
  save(json: string): void;
  /** What holds now. */
  conditions(): readonly Condition[];
  /** Puts it into words, all text from outside made safe. */
  compose(saying: Saying): AlertMessage;
  /** A message was taken, or not. @param last whether it is given up */
  outcome(key: string, result: 'sent' | 'failed' | 'dropped', why: string): void;
}

/** Looks at what holds and tells the receivers. Delivery never waits for it. */
export class AlertDesk {
  readonly #deps: DeskDeps;
  readonly #watch: AlertWatch;
  #queues = new Map<string, { readonly on: readonly AlertName[]; readonly queue: AlertQueue }>();
  #kept: ReadonlyMap<string, readonly Queued[]>;
  #closed = false;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    const { begun, queues } = readState(deps.saved);
    this.#watch = new AlertWatch(begun, deps.clock.monotonic());
    this.#kept = queues;
  }

  /** From now on these are the receivers; what waits for one that is still there goes on waiting. */
  async apply(receivers: readonly Receiver[]): Promise<void> {
    const before = this.#queues;
    this.#queues = new Map();
    await Promise.all([...before.values()].map(({ queue }) => queue.stop()));
    for (const { key, on, send } of receivers) {
      const waiting = before.get(key)?.queue.waiting ?? this.#kept.get(key) ?? [];
      const queue = new AlertQueue(
        {
          clock: this.#deps.clock,
          send,
          changed: () => this.#save(),
          sent: () => this.#deps.outcome(key, 'sent', ''),
          failed: (why, last) => this.#deps.outcome(key, last ? 'dropped' : 'failed', why),
        },
        waiting,
      );
      this.#queues.set(key, { on, queue });
    }
    this.#kept = new Map();
  }

  /** Tells what began and what is over. Cheap: for every second, and whenever something changed. */
  look(): void {
    if (this.#closed || this.#queues.size === 0) return;
    const { clock, conditions, compose } = this.#deps;
    const wanted = new Set([...this.#queues.values()].flatMap(({ on }) => on));
    const now = conditions().filter(({ alert }) => wanted.has(alert));
    const sayings = this.#watch.look(now, clock.now(), clock.monotonic());
    for (const saying of sayings) {
      const message = compose(saying);
      for (const { on, queue } of this.#queues.values()) if (on.includes(saying.alert)) queue.add(message);
    }
    if (sayings.length > 0) this.#save();
  }

  /** The wall clock was set by so many milliseconds. */
  clockJumped(by: number): void {
    this.#watch.shift(by);
  }

  /** Storage works again: what was not written meanwhile is. */
  save(): void {
    this.#save();
  }

  /** Ends what is under way; what was not sent is on disk. */
  async stop(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#queues.values()].map(({ queue }) => queue.stop()));
    this.#save();
  }

  #save(): void {
    const queues = Object.fromEntries([...this.#queues].map(([key, { queue }]) => [key, queue.waiting]));
    this.#deps.save(JSON.stringify({ begun: this.#watch.begun, queues }));
  }
}

const alertName = z.string().refine((name): name is AlertName => ALERT_NAMES.some((known) => known === name));
const problem = z.custom<Problem>((value) => isReason(value) && 'level' in value);
const stored = z.object({
  begun: z.array(z.object({ alert: alertName, device: z.string(), since: z.number(), problem })),
  queues: z.record(
    z.string(),
    z.array(
      z.object({
        at: z.number(),
        message: z.object({
          station: z.string(),
          stationName: z.string(),
          alert: alertName,
          state: z.enum(['begin', 'end']),
          since: z.string(),
          at: z.string(),
          text: z.string(),
          command: z.string(),
        }),
      }),
    ),
  ),
});

/** What an earlier process kept; nothing where it is of another form: then what holds is said again. */
function readState(json: string | undefined): { begun: Begun[]; queues: Map<string, Queued[]> } {
  try {
    const { begun, queues } = stored.parse(JSON.parse(json ?? 'null'));
    return { begun, queues: new Map(Object.entries(queues)) };
  } catch {
    return { begun: [], queues: new Map() };
  }
}
