import { loadConfig } from '../../src/config/load.ts';
import { mappingOf } from '../../src/daemon/setup.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Attempt, Outcome } from '../../src/domain/outcome.ts';
import { compileRefusals } from '../../src/gate/reply.ts';
import type { Accepted } from '../../src/outbox/accept.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import { readReply } from '../gate/carpark/reading.ts';
import { settings } from '../gate/record.ts';
import { prose } from '../support/prose.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';

/** A station of a test: its config, and its outbox open as the daemon has it. */
export interface Stocked {
  readonly config: string;
  readonly path: string;
  readonly outbox: Outbox;
  /** Takes an event in as the daemon would. */
  take(topic: string, payload: string | Uint8Array, receivedAt?: number): Promise<Accepted>;
  /** Lets a record's attempts end so; the last one moves it. */
  end(
    orderNo: string,
    outcomes: readonly Outcome[],
    state: 'pending' | 'parked' | 'delivered',
    nextAt?: number,
  ): Promise<void>;
}

/** When the events of a stocked outbox arrive, where nothing else is said. */
export const ARRIVED = Date.parse('2026-11-24T09:12:31.042+08:00');

/** A fresh station whose records wait for a plate of `cameras/{spaceNo}/plate` where the event has none. */
export function stock(overrides: Readonly<Record<string, unknown>> = {}): Stocked {
  const config = writeConfig(tempDir(), {
    broker: { url: 'mqtt://127.0.0.1:1' },
    gateUrl: 'http://127.0.0.1:9/',
    overrides: {
      sources: [
        {
          name: 'session-end',
          topic: 'piles/{deviceId}/session/end',
          profile: 'pilegate',
        },
        {
          name: 'plateless',
          topic: 'plateless/{deviceId}/end',
          fields: {
            orderNo: 'order',
            startTime: { path: 'start', time: 'local' },
            endTime: { path: 'end', time: 'local' },
            plateNo: { context: 'plate', key: { device: 'spaceNo' } },
          },
        },
      ],
      contexts: [
        {
          name: 'plate',
          topic: 'cameras/{spaceNo}/plate',
          key: { topic: 'spaceNo' },
          fields: { plateNo: 'plate' },
          keep: '12h',
        },
      ],
      devices: { D001: { name: '1号直流桩', spaceNo: 'A-01' } },
      ...overrides,
    },
  });
  return stockAt(config);
}

/** The station of a config, its outbox opened or made. */
export function stockAt(config: string): Stocked {
  const loaded = loadConfig(config, {});
  const mapping = mappingOf(loaded);
  const { path } = loaded.config.outbox;
  const outbox = new Outbox({
    path,
    limits: loaded.config.quarantine,
    maxSize: loaded.config.outbox.maxSize,
    buildDate: 0,
    clock: systemClock,
    hooks: { failed: () => {}, recovered: () => {}, committed: () => {} },
  });
  const ids = new Map<string, number>();
  return {
    config,
    path,
    outbox,
    take: async (topic, payload, receivedAt = ARRIVED) => {
      const event = { topic, payload: Buffer.from(payload), receivedAt };
      const [mapped] = mapping.map(event);
      if (mapped?.kind !== 'draft' && mapped?.kind !== 'wrong') throw new Error(`no source takes ${topic}`);
      const accepted =
        mapped.kind === 'draft'
          ? await outbox.accept(event, mapped.draft)
          : await outbox.quarantine(event, mapped.source, mapped.fault, mapped.orderNo);
      if (accepted.kind === 'accepted') ids.set(accepted.made.record.orderNo, accepted.id);
      return accepted;
    },
    end: async (orderNo, outcomes, state, nextAt) => {
      const id = ids.get(orderNo);
      if (id === undefined) throw new Error(`no record ${orderNo}`);
      for (const [index, outcome] of outcomes.entries()) {
        const attempt: Attempt = { at: ARRIVED + 60_000 + 1_000 * index, ms: 42, outcome };
        const last = index === outcomes.length - 1;
        if (last && state === 'delivered') await outbox.settle(id, attempt, { state, sent: undefined });
        else if (last && state === 'parked') await outbox.settle(id, attempt, { state, why: outcome.reason });
        else
          await outbox.settle(id, attempt, {
            state: 'pending',
            nextAt: last ? nextAt : undefined,
            refusals: index + 1,
            strikes: 0,
          });
      }
    },
  };
}

/** The gate's no, in its own words. */
export function refused(description: string): Outcome {
  const reply = Buffer.from(JSON.stringify({ result: 1, description }));
  return readReply(200, {}, reply, { refusals: compileRefusals(settings().refusals), now: 0 });
}

/** The gate's yes. */
export const DELIVERED: Outcome = {
  kind: 'delivered',
  reason: prose('the gate has the record'),
  status: 200,
  reply: '{"result":0}',
};

/** An event of profile `pilegate`. */
export function event(orderNo: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    orderNo,
    plateNo: '浙BD12345',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
    power: 32.15,
    totalMoney: 25.1,
    ...more,
  });
}

/** An event without a plate, of the source that waits for one. */
export function plateless(orderNo: string): string {
  return JSON.stringify({ order: orderNo, start: '2026-11-24 08:00:00', end: '2026-11-24 09:12:30' });
}
