import { problemsOf } from '../../src/domain/health.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { seeded } from '../../src/simulator/piles-session.ts';
import { Day } from '../../src/web/history.ts';
import type { PageSource } from '../../src/web/page/pages.ts';
import type { PageEvent, PageRecord, PageSettings, PageState, PageView } from '../../src/web/page/view.ts';
import { prose } from '../support/prose.ts';

/** Half past four in the afternoon at the station. */
export const NOW = Date.parse('2026-11-24T16:34:20+08:00');

const HOUR = 3_600_000;

/** A made-up moment, all of it; what a test wants otherwise is laid over it. */
export interface Made {
  readonly settings: Partial<PageSettings>;
  readonly state: Partial<PageState>;
  readonly rows: Partial<NonNullable<PageView['rows']>>;
  readonly day: Day;
  readonly stuckAttempts: number;
}

/** A station on an ordinary day, with an outage of the gate in the morning and two things that wait for a person. */
export function makeView(over: Partial<Made> = {}): PageView {
  const day = over.day ?? ordinaryDay();
  const state: PageState = {
    mqtt: { connected: true, since: Date.parse('2026-11-23T18:02:11+08:00') },
    gate: { state: 'up', since: Date.parse('2026-11-24T10:02:40+08:00'), reason: undefined },
    storage: undefined,
    records: { waiting: 1, pending: 2, delivered: 9412, parked: 1 },
    quarantine: 1,
    oldestPending: NOW - 4_000,
    ...over.state,
  };
  return {
    now: NOW,
    settings: {
      station: { id: '3302120001', name: '示例充电站' },
      zone: new StationZone('Asia/Shanghai'),
      version: '0.1.0',
      showPlates: false,
      configFile: undefined,
      ...over.settings,
    },
    state,
    problems: problemsOf(
      { running: true, daemon: snapshotOf(state, over.stuckAttempts ?? 0), outbox: undefined },
      NOW,
    ),
    slots: (from, to) => day.slots(from, to),
    rows: {
      recent: recentRecords(),
      parked: [parkedRecord()],
      quarantined: [quarantinedEvent()],
      lastDelivery: NOW - 1_800,
      ...over.rows,
    },
  };
}

/** What a daemon in such a state says of itself. */
function snapshotOf({ records, quarantine, storage, ...state }: PageState, stuckAttempts: number): Snapshot {
  return {
    at: NOW,
    version: '0.1.0',
    station: '3302120001',
    pid: 1,
    boot: { startedAt: NOW - HOUR, clientId: 'x' },
    config: { hash: '' },
    mqtt: state.mqtt,
    gate: { ...state.gate, keyFingerprint: '' },
    storage: { state: storage === undefined ? 'ok' : 'failed', since: NOW, reason: storage ?? '' },
    devices: { total: 0, silent: [] },
    warnings: [],
    stuckAttempts,
    counts: { ...records, quarantine },
    dropped: 0,
    oldestPending: state.oldestPending,
    lastDelivery: NOW - 1_800,
  };
}

/** Serves whatever view it holds. */
export class Stage implements PageSource {
  #view: PageView;
  #count = 0;

  constructor(view: PageView) {
    this.#view = view;
  }

  /** Puts another view in its place: open pages are told within a second. */
  show(view: PageView): void {
    this.#view = view;
    this.#count += 1;
  }

  stamp(): string {
    return String(this.#count);
  }

  view(): PageView {
    return this.#view;
  }

  now(): number {
    return this.#view.now;
  }
}

/** A record that arrived so many milliseconds before {@link NOW}. */
export function makeRecord(ago: number, over: Partial<PageRecord> = {}): PageRecord {
  const random = seeded(ago);
  const device = 1 + Math.floor(random() * 10);
  return {
    orderNo: `20261124${String(9000 - Math.floor(ago / 1000)).padStart(8, '0')}`,
    state: 'delivered',
    record: {
      plateNo: `浙BD${String(10_000 + Math.floor(random() * 89_999))}`,
      deviceId: `D${String(device).padStart(3, '0')}`,
    },
    receivedAt: NOW - ago,
    nextAt: undefined,
    settledAt: NOW - ago + 120 + Math.floor(random() * 400),
    attempts: 1,
    lastError: undefined,
    ...over,
  };
}

function recentRecords(): PageRecord[] {
  return [
    makeRecord(2_000, { state: 'pending', settledAt: undefined, attempts: 0 }),
    makeRecord(4_000, {
      state: 'pending',
      settledAt: undefined,
      nextAt: NOW + 52_000,
      lastError: prose('the gate refused it with result 1: 处理充电和优惠失败'),
    }),
    makeRecord(95_000),
    makeRecord(140_000, {
      state: 'waiting',
      record: { plateNo: '', deviceId: 'D004' },
      settledAt: undefined,
      nextAt: NOW + 460_000,
      attempts: 0,
    }),
    makeRecord(231_000),
    makeRecord(388_000),
    { ...parkedRecord(), receivedAt: NOW - 412_000 },
    ...Array.from({ length: 13 }, (_, index) => makeRecord(500_000 + index * 161_000)),
  ];
}

function parkedRecord(): PageRecord {
  return makeRecord(412_000, {
    state: 'parked',
    orderNo: '2026112400008588',
    record: { plateNo: '浙BD12345', deviceId: 'D007' },
    attempts: 1,
    lastError: prose('the gate refused it with result 1: 没用匹配到优惠规则'),
  });
}

function quarantinedEvent(): PageEvent {
  return {
    id: 17,
    kind: 'expired',
    receivedAt: NOW - 3 * HOUR,
    orderNo: '2026112400004711',
    topic: 'piles/D004/session/end',
    field: 'plateNo',
    reason: 'nothing supplied plateNo (context plate, key A-04) within 600 s of the event',
  };
}

function ordinaryDay(): Day {
  const day = new Day();
  const random = seeded(20_261_124);
  const from = NOW - 24 * HOUR;
  let monotonic = 0;
  let backlog = 0;
  for (let at = from; at <= NOW; at += 5_000, monotonic += 5_000) {
    const hour = new Date(at + 8 * HOUR).getUTCHours();
    // A restart at night, an outage from 9:35 to 10:02, a broker that went away for a minute.
    const off = at > NOW - 13.6 * HOUR && at < NOW - 13.3 * HOUR;
    const down = at > Date.parse('2026-11-24T09:35:00+08:00') && at < Date.parse('2026-11-24T10:02:40+08:00');
    const broker = !(
      at > Date.parse('2026-11-23T18:00:00+08:00') && at < Date.parse('2026-11-23T18:02:11+08:00')
    );
    if (off) continue;
    const ended = random() < busy(hour) / 720 ? 1 : 0;
    if (down) backlog += ended;
    else {
      for (; backlog > 0; backlog -= 1) day.delivered(at, random() * 1_600_000);
      if (ended > 0) day.delivered(at, 90 + random() * random() * 900);
    }
    day.look(at, monotonic, { gate: down ? 'down' : 'up', broker, pending: backlog + ended });
  }
  return day;
}

/** Sessions that end in an hour of the day. */
function busy(hour: number): number {
  return [4, 2, 2, 1, 2, 5, 14, 31, 44, 38, 35, 42, 58, 47, 36, 33, 41, 62, 71, 66, 48, 30, 17, 9][hour] ?? 0;
}
