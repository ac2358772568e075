import type { DeliverySettings, Store } from '../../src/delivery/ports.ts';
import { DeliveryWorker } from '../../src/delivery/worker.ts';
import type { Charge, GateView, Settlement } from '../../src/domain/delivery.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { silent } from '../support/log.ts';
import { type FakeRow, FakeStore } from './fake-store.ts';
import {
  asking,
  busy,
  delivered,
  final,
  notFound,
  refused,
  unanswered,
  unreachable,
  untrusted,
  wrongKey,
} from './outcomes.ts';

/** What befalls one order whatever the state of the gate. */
export const FATES = ['good', 'late', 'refused', 'final', 'breaks', 'own set-up'] as const;
export type Fate = (typeof FATES)[number];

/** How the gate is for all orders. */
export const WEATHERS = [
  'fair',
  'away',
  'hangs',
  'patience',
  'limited',
  'limited for all',
  'wrong key',
  'untrusted',
  'not found',
  'alike',
] as const;
export type Weather = (typeof WEATHERS)[number];

export const WORLD_SETTINGS: DeliverySettings = {
  order: 'newest-first',
  outage: { min: 1_000, max: 30_000, factor: 2 },
  refusal: { min: 10_000, max: 120_000, factor: 3, attempts: 3 },
  concurrency: 3,
  attemptMs: 11_000,
};

const LONGEST_MS = Math.max(WORLD_SETTINGS.refusal.max, WORLD_SETTINGS.outage.max);

interface Post {
  readonly order: string;
  endedAt: number | undefined;
}

/**
 * Everything around delivery, watched: each rule that must hold whatever happens is checked at the moment it could
 * be broken, and what was broken is kept in `broken`.
 */
export class World {
  readonly store = new FakeStore(() => this.now());
  readonly broken: string[] = [];
  readonly posts: Post[] = [];
  readonly fates = new Map<string, Fate>();
  /** Orders that the gate has, and those that a person parked. */
  readonly accepted = new Set<string>();
  readonly parkedByHand = new Set<string>();
  /** Orders whose success was on its way to disk when a process died: only they may be posted again. */
  readonly lost = new Set<string>();
  #weather: Weather = 'fair';
  #latency = 20;
  #wallOffset = 0;
  #unseenJumps = 0;
  /** Since when the set-up is known to be at fault, monotonic: a hold may have been only inferred before. */
  #certainSince: number | undefined;
  #processes = 0;
  #kill = () => {};
  /** When the gate's last success was heard of, monotonic. */
  #successAt = 0;
  #lastProbe = Number.NEGATIVE_INFINITY;
  delivery: DeliveryWorker;

  constructor() {
    this.delivery = this.#open();
    this.delivery.start();
  }

  now(): number {
    return Date.now() + this.#wallOffset;
  }

  become(weather: Weather): void {
    this.#weather = weather;
  }

  /** The gate takes so long for an answer, milliseconds. */
  slow(latency: number): void {
    this.#latency = latency;
  }

  event(fate: Fate, agoMs: number): void {
    const row = this.store.add(this.now() - agoMs);
    this.fates.set(row.orderNo, fate);
    this.delivery.arrived(row.id);
  }

  /** The process dies and is started again. */
  crash(): void {
    this.#certainSince = undefined;
    this.#kill();
    for (const order of this.accepted) if (this.row(order).state !== 'delivered') this.lost.add(order);
    for (const post of this.posts) post.endedAt ??= performance.now();
    this.store.clamp(LONGEST_MS);
    this.delivery = this.#open();
    this.delivery.start();
  }

  /** The config is read again: one delivery follows the other. */
  async reload(pass: (ms: number) => Promise<void>): Promise<void> {
    const before = this.delivery;
    let stopped = false;
    const stopping = before.stop().then(() => {
      stopped = true;
    });
    for (let n = 0; n < 100 && !stopped; n += 1) await pass(100);
    if (!stopped) this.broken.push('stop() took longer than the answers under way');
    await stopping;
    this.delivery = this.#open();
    this.delivery.start(before);
  }

  /** A person says that the set-up may be mended: that probe comes at once. */
  mended(): void {
    this.#lastProbe = Number.NEGATIVE_INFINITY;
    this.delivery.probeNow();
  }

  jump(by: number): void {
    this.#wallOffset += by;
    this.#unseenJumps += 1;
  }

  jumpSeen(by: number): void {
    const { delivery } = this;
    this.#unseenJumps -= 1;
    void this.store.shift(by, LONGEST_MS).then(() => {
      // By a clock that has been set again since, and not been looked at yet, any time may look far away.
      for (const { nextAt, orderNo } of this.store.rows.values())
        if (this.#unseenJumps === 0 && nextAt !== undefined && nextAt - this.now() > LONGEST_MS)
          this.broken.push(`${orderNo} is put off too far`);
      // A process that died meanwhile looks at everything when it starts again.
      if (delivery === this.delivery) delivery.refresh();
    });
  }

  storage(works: boolean): void {
    this.store.fail(!works);
    if (works) this.delivery.refresh();
  }

  park(row: FakeRow): void {
    if (row.state !== 'pending' || !this.store.writable()) return;
    this.store.park(row.id);
    this.parkedByHand.add(row.orderNo);
    this.delivery.refresh();
  }

  retry(row: FakeRow): void {
    if (row.state === 'delivered' || !this.store.writable()) return;
    this.store.retry(row.id);
    this.parkedByHand.delete(row.orderNo);
    this.delivery.refresh();
  }

  row(order: string): FakeRow {
    return this.store.row(Number(order.slice(1)));
  }

  /** What must hold at any time. */
  check(): void {
    for (const { orderNo, state, refusals, history } of this.store.rows.values()) {
      if (state === 'delivered' && !this.accepted.has(orderNo))
        this.broken.push(`${orderNo} is delivered without the gate's success`);
      if (state !== 'parked' || this.parkedByHand.has(orderNo)) continue;
      const last = history.at(-1)?.outcome;
      const isFinal = last?.kind === 'refused' && last.means === 'final';
      if (!isFinal && refusals < WORLD_SETTINGS.refusal.attempts)
        this.broken.push(`${orderNo} is parked after ${refusals} refusals`);
    }
  }

  #open(): DeliveryWorker {
    this.#processes += 1;
    const { store, kill } = this.store.process();
    this.#kill = kill;
    let random = this.#processes * 7919;
    const made: DeliveryWorker = new DeliveryWorker({
      settings: WORLD_SETTINGS,
      store: this.#watched(store, () => made.gate),
      send: ({ orderNo }) => this.#send(orderNo, made.gate),
      identity: () => ({ portName: 'example', parkId: '1', stationId: '2', stationName: '3' }),
      gateChanged: (view) => {
        // A process that was killed may still hear of its answers.
        if (made !== this.delivery) return;
        this.#certainSince = isCertainHold(view) ? (this.#certainSince ?? performance.now()) : undefined;
      },
      observe: () => {},
      keyRemedy: 'mend the key',
      log: silent,
      clock: { now: () => this.now(), monotonic: () => performance.now() },
      random: () => {
        random = (random * 16_807) % 2_147_483_647;
        return random / 2_147_483_647;
      },
    });
    this.#lastProbe = Number.NEGATIVE_INFINITY;
    return made;
  }

  /** While the set-up is known to be at fault, nothing that is heard may park a record. */
  #watched(store: Store, gate: () => GateView): Store {
    const checkParked = (heardAt: number) => {
      if (isCertainHold(gate()) && heardAt > (this.#certainSince ?? Number.POSITIVE_INFINITY) + 1)
        this.broken.push(`parked while held: ${gate().reason}`);
    };
    const heardOf = (order: string) => this.posts.findLast((post) => post.order === order)?.endedAt ?? 0;
    return {
      ...store,
      settle: (id, attempt, settlement: Settlement, counted) => {
        if (settlement.state === 'parked') checkParked(heardOf(this.store.row(id).orderNo));
        return store.settle(id, attempt, settlement, counted);
      },
      charge: (charge: Charge, counted) => {
        if (charge.parked) checkParked(this.#successAt);
        return store.charge(charge, counted);
      },
    };
  }

  async #send(order: string, gate: GateView): Promise<Outcome> {
    this.#checkPost(order, gate);
    const post: Post = { order, endedAt: undefined };
    this.posts.push(post);
    const slow = this.#weather === 'hangs' || this.fates.get(order) === 'breaks' ? 2_000 : this.#latency;
    const outcome = this.#answer(order);
    // The gate has it from here on, whether or not we live to hear of it.
    if (outcome.kind === 'delivered') {
      this.accepted.add(order);
      this.lost.delete(order);
    }
    await new Promise((resolve) => setTimeout(resolve, slow));
    if (outcome.kind === 'delivered') this.#successAt = performance.now();
    post.endedAt = performance.now();
    return outcome;
  }

  #checkPost(order: string, { state, reason }: GateView): void {
    const now = performance.now();
    const underWay = this.posts.filter(({ endedAt }) => endedAt === undefined);
    if (underWay.some((other) => other.order === order)) this.broken.push(`${order} is posted twice at once`);
    if (underWay.length >= WORLD_SETTINGS.concurrency) this.broken.push('more posts at once than allowed');
    if (this.accepted.has(order) && !this.lost.has(order))
      this.broken.push(`${order} is posted again though the gate took it`);
    if (state === 'up') return;
    if (isCertainHold({ state, reason }) || state === 'down') {
      if (underWay.length > 0) this.broken.push(`${underWay.length + 1} probes at once while ${state}`);
      // Jitter may bring any single wait down to nothing, but not many of them.
      if (now - this.#lastProbe < 1) this.broken.push(`a storm of probes while ${state}`);
      this.#lastProbe = now;
    }
  }

  #answer(order: string): Outcome {
    switch (this.#weather) {
      case 'away':
        return unreachable;
      case 'hangs':
        return unanswered;
      case 'patience':
        return asking(unanswered, 7_000);
      case 'limited':
        return this.posts.length % 3 === 0 ? this.#fateOf(order) : busy;
      case 'limited for all':
        return busy;
      case 'wrong key':
        return wrongKey;
      case 'untrusted':
        return untrusted;
      case 'not found':
        return notFound;
      case 'alike':
        return refused('验签失败');
      case 'fair':
        return this.#fateOf(order);
    }
  }

  #fateOf(order: string): Outcome {
    switch (this.fates.get(order)) {
      case 'late':
        return this.row(order).attempts === 0 ? refused(`稍后再试 ${order}`) : delivered;
      case 'refused':
        return refused(`车辆已离场 ${order}`);
      case 'final':
        return final;
      case 'breaks':
        return unanswered;
      case 'own set-up':
        return refused('停车场不存在', 'setup');
      default:
        return delivered;
    }
  }
}

/** Whether the gate is held for what the gate itself said of the set-up, not by inference. */
function isCertainHold({ state, reason }: Pick<GateView, 'state' | 'reason'>): boolean {
  return state === 'held' && reason?.code !== 'gate.refused-alike';
}
