import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../src/domain/clock.ts';
import type { Completed, Draft } from '../../src/domain/draft.ts';
import type { ContextFact, InboundEvent, Need } from '../../src/domain/event.ts';
import type { Attempt, Outcome } from '../../src/domain/outcome.ts';
import { type ChargingRecord, RECORD_FIELDS, type RecordField } from '../../src/domain/record.ts';
import type { StorageError } from '../../src/outbox/errors.ts';
import type { OutboxOptions } from '../../src/outbox/options.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import type { Replaced } from '../../src/outbox/place.ts';
import type { SalvageReport } from '../../src/outbox/recovery/salvage.ts';
import { atEnd } from '../support/cleanup.ts';
import { prose } from '../support/prose.ts';
import { tempDir } from '../support/tmp.ts';

/** 2026-11-24 09:15:00 in Shanghai: when tests begin unless they say otherwise. */
export const START = Date.parse('2026-11-24T09:15:00+08:00');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Before this the wall clock is not sane. */
export const BUILD_DATE = Date.parse('2026-11-01T00:00:00Z');

/** A wall clock that the test sets; the monotonic one is the machine's. */
export class TestClock implements Clock {
  #now = START;
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return performance.now();
  }
  set(now: number): void {
    this.#now = now;
  }
  pass(ms: number): void {
    this.#now += ms;
  }
}

/** An outbox on a real file, and what it told of itself. */
export interface Rig {
  readonly outbox: Outbox;
  readonly path: string;
  readonly clock: TestClock;
  readonly failed: StorageError[];
  readonly recovered: number[];
  /** How many jobs each commit took. */
  readonly commits: number[];
  readonly salvaged: SalvageReport[];
  readonly replaced: Replaced[];
  /** Runs SQL on a connection of its own and gives the first column of all rows. */
  column(sql: string, ...values: unknown[]): unknown[];
  /** Opens the same file again, after `close`. */
  again(options?: Partial<OutboxOptions>): Rig;
}

/** Opens an outbox in a fresh folder (or at `path`); it is closed when the test file ends. */
export function openRig(options: Partial<OutboxOptions> = {}): Rig {
  const path = options.path ?? join(tempDir(), 'outbox.db');
  const clock = options.clock instanceof TestClock ? options.clock : new TestClock();
  const failed: StorageError[] = [];
  const recovered: number[] = [];
  const commits: number[] = [];
  const salvaged: SalvageReport[] = [];
  const replaced: Replaced[] = [];
  const outbox = new Outbox({
    limits: { maxRows: 1_000, maxBytes: 2 ** 24 },
    maxSize: 2 ** 31,
    buildDate: BUILD_DATE,
    ...options,
    path,
    clock,
    hooks: {
      failed: (error) => failed.push(error),
      recovered: (ms) => recovered.push(ms),
      committed: (jobs) => commits.push(jobs),
      salvaged: (report) => salvaged.push(report),
      replaced: (what) => replaced.push(what),
    },
  });
  atEnd(() => outbox.close());
  return {
    outbox,
    path,
    clock,
    failed,
    recovered,
    commits,
    salvaged,
    replaced,
    column: (sql, ...values) => {
      const db = new Database(path, { readonly: true });
      try {
        return db
          .prepare<unknown[]>(sql)
          .pluck()
          .all(...values);
      } finally {
        db.close();
      }
    },
    again: (more) => openRig({ ...options, clock, ...more, path }),
  };
}

/** A made-up order number. */
export function orderNo(n: number): string {
  return `20261124${String(n).padStart(8, '0')}`;
}

/** A made-up record. */
export function makeRecord(values: Partial<ChargingRecord> = {}): ChargingRecord {
  return {
    portName: 'example',
    parkId: '3302122004',
    orderNo: orderNo(1),
    plateNo: '浙BD12345',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
    stationId: '3302120001',
    stationName: '示例充电站',
    deviceId: 'D001',
    deviceName: '1号直流桩',
    spaceNo: 'A-01',
    power: '32.15',
    elecMoney: '20.10',
    serviceMoney: '5.00',
    totalMoney: '25.10',
    ...values,
  };
}

/** What a test says of a draft; the rest is made up. */
export interface DraftPlan {
  /** The record's values; a field that `needs` name is not the event's. */
  readonly values?: Partial<ChargingRecord>;
  readonly needs?: readonly Need[];
  readonly waitMs?: number;
  readonly endAt?: number;
  readonly source?: string;
  /** What the completed record turns out to be wrong for. */
  readonly wrong?: string;
}

/** A draft as mapping makes one: its content is told by the event's own values. */
export function makeDraft(plan: DraftPlan = {}): Draft {
  const {
    needs = [],
    waitMs = 10 * MINUTE,
    endAt = START - 3 * MINUTE,
    source = 'session-end',
    wrong,
  } = plan;
  const lacking = new Set<string>(needs.map(({ field }) => field));
  const record = makeRecord(plan.values);
  const own: Partial<Record<RecordField, string>> = {};
  for (const field of RECORD_FIELDS) if (!lacking.has(field)) own[field] = record[field];
  return {
    source,
    orderNo: own.orderNo,
    content: contentOf(own),
    values: own,
    needs,
    waitMs,
    complete: (lookup): Completed => {
      if (wrong !== undefined) return { kind: 'wrong', fault: { field: 'totalMoney', reason: prose(wrong) } };
      const found: Partial<Record<RecordField, string>> = {};
      const missing = needs.filter((need) => {
        const value = lookup(need);
        for (const field of RECORD_FIELDS)
          if (field === need.field && value !== undefined) found[field] = String(value);
        return value === undefined;
      });
      const blank = Object.fromEntries([...lacking].map((field) => [field, '']));
      const known = { ...record, ...blank, ...found };
      if (missing.length > 0) return { kind: 'missing', needs: missing, known };
      return { kind: 'record', made: { record: known, ruled: [], endAt, warnings: [] } };
    },
  };
}

/** 32 hex digits that differ where the values do. */
function contentOf(values: object): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(values)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(32, '0');
}

/** An event whose bytes are told by `text`. */
export function makeEvent(clock: Clock, text: string, topic = 'piles/D001/session/end'): InboundEvent {
  return { topic, payload: Buffer.from(text), receivedAt: clock.now() };
}

/** A plate that the camera of space A-01 supplies. */
export function plateNeed(more: Partial<Need> = {}): Need {
  return {
    field: 'plateNo',
    context: 'plate',
    key: 'A-01',
    contextField: 'plateNo',
    keepMs: 12 * HOUR,
    late: false,
    ...more,
  };
}

/** What the camera of space A-01 saw. */
export function plateFact(plateNo: string, more: Partial<ContextFact> = {}): ContextFact {
  return { context: 'plate', key: 'A-01', values: { plateNo }, keepMs: 12 * HOUR, ...more };
}

/** Stores so many whole records, the first of order `from`; gives their ids. */
export async function fill(rig: Rig, count: number, from = 1): Promise<number[]> {
  const ids = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const values = { orderNo: orderNo(from + index) };
      const draft = makeDraft({ values, endAt: START - DAY + (from + index) * SECOND });
      const stored = await rig.outbox.accept(makeEvent(rig.clock, `event ${from + index}`), draft);
      return stored.kind === 'accepted' ? stored.id : -1;
    }),
  );
  return ids;
}

/** An attempt that ended as told, now. */
export function attempt(clock: Clock, outcome: Outcome): Attempt {
  return { at: clock.now(), ms: 12, outcome };
}

/** The gate has it. */
export const DELIVERED: Outcome = {
  kind: 'delivered',
  reason: prose('the gate has it'),
  status: 200,
  reply: '{"result":0}',
};

/** The gate said no to it. */
export function refused(description = '处理充电和优惠失败'): Outcome {
  return {
    kind: 'refused',
    reason: prose(`refused: ${description}`),
    status: 200,
    result: '1',
    description,
    means: 'record',
  };
}

/** Hands records to a gate that takes them. */
export async function deliver(rig: Rig, ids: readonly number[]): Promise<boolean[]> {
  return await Promise.all(
    ids.map((id) =>
      rig.outbox.settle(id, attempt(rig.clock, DELIVERED), { state: 'delivered', sent: undefined }),
    ),
  );
}

/** Ends the wait of every record whose wait is over, mapped as `draft`. */
export async function endWaits({ outbox }: Rig, draft: Draft) {
  return await Promise.all(outbox.overdue(100).map((waiting) => outbox.expire(waiting, draft)));
}
