import { join } from 'node:path';
import type { DeliverySettings } from '../../src/delivery/ports.ts';
import { DeliveryWorker } from '../../src/delivery/worker.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { OutcomeKind } from '../../src/domain/outcome.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { createGateClient, type GateClient } from '../../src/gate/client.ts';
import type { GateSettings } from '../../src/gate/settings.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import { OutboxReader } from '../../src/outbox/reader/reader.ts';
import type { RecordStory } from '../../src/outbox/reader/rows.ts';
import { settings } from '../gate/record.ts';
import { KEY } from '../gate/servers.ts';
import { makeDraft, makeEvent, orderNo } from '../outbox/fixture.ts';
import { atEnd } from '../support/cleanup.ts';
import { logInto, type Said } from '../support/log.ts';
import { tempDir } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

/** Waits short enough for tests on real clocks. */
const DELIVERY: DeliverySettings = {
  order: 'newest-first',
  outage: { min: 10, max: 100, factor: 2 },
  refusal: { min: 20, max: 200, factor: 2, attempts: 4 },
  concurrency: 4,
  attemptMs: 21_000,
};

/** What a plant may be told. */
export interface PlantOptions {
  readonly gate?: Partial<GateSettings<'carpark'>>;
  readonly delivery?: Partial<DeliverySettings>;
  /** What the gate's client signs with; the right key by default. */
  readonly key?: string;
  /** An outbox that is there already. */
  readonly path?: string;
}

/** Delivery with its real neighbours: the outbox on a file, and the gate's client towards a server. */
export class Plant {
  readonly path: string;
  readonly outbox: Outbox;
  readonly delivery: DeliveryWorker;
  readonly lines: Said[] = [];
  readonly #client: GateClient;
  readonly #reader: OutboxReader;
  #lastOrder = 0;
  #waiters: (() => void)[] = [];

  constructor(baseUrl: string, options: PlantOptions = {}) {
    this.path = options.path ?? join(tempDir(), 'outbox.db');
    const concurrency = options.delivery?.concurrency ?? DELIVERY.concurrency;
    this.#client = createGateClient(
      settings({ baseUrl, concurrency, timeout: 20_000, ...options.gate }),
      { key: options.key ?? KEY },
      { version: 'test', zone: new StationZone('Asia/Shanghai') },
    );
    this.outbox = new Outbox({
      path: this.path,
      limits: { maxRows: 1_000, maxBytes: 2 ** 24 },
      maxSize: 2 ** 31,
      buildDate: 0,
      clock: systemClock,
      hooks: { failed: () => {}, recovered: () => this.delivery.refresh(), committed: () => this.#changed() },
    });
    this.#reader = new OutboxReader(this.path);
    const { outbox } = this;
    this.delivery = new DeliveryWorker({
      settings: { ...DELIVERY, ...options.delivery },
      store: {
        writable: () => outbox.usable,
        ready: (order, limit) => outbox.ready(order, limit),
        pending: (id) => outbox.pending(id),
        nextDeferred: () => outbox.nextDeferred(),
        promote: (limit) => outbox.promote(limit),
        settle: (id, attempt, settlement, counted) => outbox.settle(id, attempt, settlement, counted),
        charge: (charge, counted) => outbox.charge(charge, counted),
      },
      send: (sent) => this.#client.send(sent),
      identity: () => ({
        portName: 'example',
        parkId: '3302122004',
        stationId: '3302120001',
        stationName: '示例充电站',
      }),
      gateChanged: () => this.#changed(),
      observe: () => {},
      keyRemedy: 'mend the key',
      log: logInto(this.lines),
      clock: systemClock,
      random: Math.random,
    });
    atEnd(() => this.close());
  }

  /** So many events arrive at once; their order numbers, the newest session last. */
  async events(count: number): Promise<string[]> {
    const orders = Array.from({ length: count }, () => {
      this.#lastOrder += 1;
      return orderNo(this.#lastOrder);
    });
    await Promise.all(orders.map((order, n) => this.#event(order, n)));
    return orders;
  }

  /** What the file says of an order. */
  story(order: string): RecordStory {
    const { record } = this.#reader.order(order);
    if (record === undefined) throw new Error(`no record ${order}`);
    return record;
  }

  /** How each post of an order ended. */
  outcomes(order: string): OutcomeKind[] {
    return this.story(order).history.map(({ outcome }) => outcome);
  }

  /** Resolves once `condition` holds; it is asked after each commit and each change of the gate. */
  async waitFor(condition: () => boolean, what: string): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      const look = () => {
        if (condition()) resolve();
        else this.#waiters.push(look);
      };
      look();
    });
    await within(reached, what, 15_000, () => JSON.stringify(this.outbox.upkeep.counts()));
  }

  /** Resolves once so many records are delivered. */
  delivered(count: number): Promise<void> {
    return this.waitFor(() => this.outbox.upkeep.counts().delivered >= count, `${count} delivered`);
  }

  async close(): Promise<void> {
    this.#waiters = [];
    await this.delivery.stop();
    await this.#client.destroy();
    this.#reader.close();
    this.outbox.close();
  }

  async #event(order: string, n: number): Promise<void> {
    const draft = makeDraft({ values: { orderNo: order }, endAt: Date.now() + n });
    const accepted = await this.outbox.accept(makeEvent(systemClock, order), draft);
    if (accepted.kind !== 'accepted') throw new Error(`the event was ${accepted.kind}`);
    this.delivery.arrived(accepted.id);
  }

  #changed(): void {
    // Whoever waits for a commit sees it once its promises have settled.
    setImmediate(() => {
      for (const look of this.#waiters.splice(0)) look();
    });
  }
}
