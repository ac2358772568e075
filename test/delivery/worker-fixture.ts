import { afterEach, beforeEach, vi } from 'vitest';
import type { DeliverySettings, Hold } from '../../src/delivery/ports.ts';
import { DeliveryWorker } from '../../src/delivery/worker.ts';
import type { GateView } from '../../src/domain/delivery.ts';
import type { LogFields } from '../../src/domain/log.ts';
import type { Outcome, ProbeOutcome } from '../../src/domain/outcome.ts';
import { logInto, type Said } from '../support/log.ts';
import { FakeStore } from './fake-store.ts';
import { delivered } from './outcomes.ts';

/** A post as the gate saw it; times monotonic, milliseconds. */
export interface Post {
  readonly orderNo: string;
  readonly at: number;
  endedAt: number | undefined;
  outcome: Outcome | undefined;
}

/** How the gate answers a post: at once, or after `ms`. */
export type Answer = Outcome | { readonly outcome: Outcome; readonly ms: number };

export const SETTINGS: DeliverySettings = {
  order: 'newest-first',
  outage: { min: 1_000, max: 120_000, factor: 2 },
  refusal: { min: 60_000, max: 21_600_000, factor: 3, attempts: 8 },
  concurrency: 4,
  attemptMs: 11_000,
};

/** Time that stands still unless a test lets it pass, from 2026-11-24 09:00 on. To be called once a file. */
export function fakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-24T09:00:00+08:00') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** What a rig may be told. */
export interface RigOptions {
  readonly settings?: Partial<DeliverySettings>;
  /** Whether unanswered records are held; probes are then answered by `probe`. */
  readonly hold?: true;
  /** The fixed chance of every jitter, 0 to 1; 0.5 by default. */
  readonly random?: () => number;
}

/**
 * Delivery on a store in memory, a gate that answers by order, and fake time: `advance` lets it pass. To be
 * used with {@link fakeTime}.
 */
export class Rig {
  readonly store = new FakeStore(() => this.now());
  readonly posts: Post[] = [];
  readonly views: GateView[] = [];
  readonly lines: Said[] = [];
  readonly observed: string[] = [];
  /** When the gate was asked without a record, monotonic milliseconds. */
  readonly probes: number[] = [];
  /** What the gate says to that. */
  probe: ProbeOutcome = { kind: 'answered' };
  /** What is kept over a crash. */
  mark: string | undefined;
  readonly #options: RigOptions;
  #wallOffset = 0;
  delivery: DeliveryWorker;
  /** How the gate answers; by default with success after 10 ms. */
  gate: (orderNo: string) => Answer | Promise<Answer> = () => ({ outcome: delivered, ms: 10 });

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.delivery = this.open();
  }

  /** A delivery over the same store: what a process that starts again does. */
  open(): DeliveryWorker {
    const { settings, random = () => 0.5 } = this.#options;
    const mine = () => this.delivery === made;
    const made: DeliveryWorker = new DeliveryWorker({
      settings: { ...SETTINGS, ...settings },
      store: this.store,
      send: ({ orderNo }) => this.#send(orderNo),
      identity: () => ({ portName: 'example', parkId: '1', stationId: '2', stationName: '3' }),
      gateChanged: (view) => {
        if (mine()) this.views.push(view);
      },
      observe: (kind) => this.observed.push(kind),
      keyRemedy: 'mend the key',
      log: logInto(this.lines),
      clock: { now: () => this.now(), monotonic: () => performance.now() },
      random,
      ...(this.#options.hold ? { hold: this.#hold() } : {}),
    });
    this.delivery = made;
    return made;
  }

  #hold(): Hold {
    return {
      probe: async () => {
        this.probes.push(performance.now());
        return this.probe;
      },
      marks: {
        read: () => this.mark,
        write: async (text) => {
          this.mark = text;
        },
      },
    };
  }

  now(): number {
    return Date.now() + this.#wallOffset;
  }

  /** The wall clock is set; `told` as the daemon does within half a second. */
  jump(by: number, told = true): void {
    this.#wallOffset += by;
    if (told) this.jumpTold(by);
  }

  jumpTold(by: number): void {
    void this.store.shift(by, SETTINGS.refusal.max).then(() => this.delivery.refresh());
  }

  /** An event whose session ended `agoMs` ago is on disk, and delivery is told. */
  event(agoMs = 0): string {
    const row = this.store.add(this.now() - agoMs);
    this.delivery.arrived(row.id);
    return row.orderNo;
  }

  /**
   * Rows that were there before the start; the first one has the newest session. Returns their order numbers.
   * @param agoMs how long ago they arrived
   */
  backlog(count: number, agoMs = 0): string[] {
    const receivedAt = this.now() - agoMs;
    const newest = receivedAt - 1_000;
    return Array.from(
      { length: count },
      (_, n) => this.store.add(newest - n * 1_000, { receivedAt }).orderNo,
    );
  }

  async advance(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  /** Posts of one order, or the orders of all posts. */
  postsOf(orderNo: string): Post[] {
    return this.posts.filter((post) => post.orderNo === orderNo);
  }

  get posted(): string[] {
    return this.posts.map(({ orderNo }) => orderNo);
  }

  /** Log lines of one event. */
  said(event: string): LogFields[] {
    return this.lines.filter((line) => line.event === event);
  }

  async #send(orderNo: string): Promise<Outcome> {
    const post: Post = { orderNo, at: performance.now(), endedAt: undefined, outcome: undefined };
    this.posts.push(post);
    const answer = await this.gate(orderNo);
    const { outcome, ms } = 'ms' in answer ? answer : { outcome: answer, ms: 0 };
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    post.endedAt = performance.now();
    post.outcome = outcome;
    return outcome;
  }
}
