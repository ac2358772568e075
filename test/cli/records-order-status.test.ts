import { describe, expect, it } from 'vitest';
import { eventRemedy } from '../../src/cli/event-remedy.ts';
import { type Standing, standingOf } from '../../src/cli/order-status.ts';
import { tellStanding } from '../../src/cli/order-status-text.ts';
import { voiceIn } from '../../src/cli/voice.ts';
import { reason, storedReason } from '../../src/domain/reason.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import type { OrderStory } from '../../src/outbox/reader/reader.ts';
import type { RecordStory, SeenAttempt, StoredEvent } from '../../src/outbox/reader/rows.ts';
import { readReply } from '../gate/carpark/reading.ts';
import { englishIn } from '../support/english.ts';
import { prose } from '../support/prose.ts';
import { makeSnapshot } from '../support/snapshot.ts';
import { makeRecord } from './made-record.ts';

const NOW = Date.parse('2026-11-24T10:00:00+08:00');
const SOON = NOW + 600_000;
const zone = new StationZone('Asia/Shanghai');
const VOICES = { en: await voiceIn('en', zone), zh: await voiceIn('zh', zone) };
const { local } = VOICES.en;
const LIMIT = 8;

const RECORD: RecordStory = {
  id: 1,
  orderNo: 'A1',
  state: 'pending',
  record: makeRecord(),
  receivedAt: NOW - 60_000,
  nextAt: undefined,
  settledAt: undefined,
  attempts: 0,
  refusals: 0,
  lastOutcome: undefined,
  lastError: undefined,
  corrections: {},
  source: 'session-end',
  topic: 'piles/D001/session/end',
  payload: new Uint8Array(),
  history: [],
};
const EVENT: StoredEvent = {
  id: 12,
  state: 'open',
  kind: 'unmappable',
  receivedAt: NOW - 60_000,
  orderNo: 'A1',
  source: 'session-end',
  topic: 'piles/D001/session/end',
  field: 'plateNo',
  reason: storedReason(reason('rule.nothing-at', { path: 'plateNo' })),
  size: 2,
  payload: Buffer.from('{}'),
  settledAt: undefined,
  why: undefined,
};
const DAEMON = makeSnapshot(NOW);
const WELL = { running: true, daemon: DAEMON };
const STOPPED = { running: false, daemon: DAEMON };
const down = {
  running: true,
  daemon: {
    ...DAEMON,
    gate: { ...DAEMON.gate, state: 'down' as const, since: NOW, reason: prose('ECONNREFUSED') },
  },
};
const held = {
  running: true,
  daemon: {
    ...DAEMON,
    gate: { ...DAEMON.gate, state: 'held' as const, since: NOW, reason: prose('签名错误') },
  },
};

function attempt(more: Partial<SeenAttempt>): SeenAttempt {
  return {
    at: NOW - 1_000,
    ms: 5,
    outcome: 'refused',
    reason: readReply(200, {}, Buffer.from(JSON.stringify({ result: 1, description: more.description })), {
      refusals: [],
      now: 0,
    }).reason,
    status: 200,
    reply: undefined,
    result: more.outcome === undefined ? '1' : undefined,
    description: undefined,
    means: undefined,
    ...more,
  };
}

const UNANSWERED = attempt({
  outcome: 'unanswered',
  reason: reason('gate.no-result', { status: 500, shape: 'empty' }),
});

function parked(refusals: number, description: string): Partial<RecordStory> {
  const last = attempt({ description });
  return { state: 'parked', settledAt: NOW, refusals, lastError: last.reason, history: [last] };
}

interface Case {
  readonly name: string;
  readonly record?: Partial<RecordStory>;
  readonly story?: Partial<OrderStory>;
  readonly health?: Parameters<typeof standingOf>[1];
  readonly kind: Standing['kind'];
  /** What the sentence must hold in both languages: the command, the times, the names. */
  readonly both: readonly string[];
  readonly en: string;
  readonly zh: string;
}

const RETRY = 'pilegate records retry A1';
const CASES: readonly Case[] = [
  { name: 'a fresh one', kind: 'due', both: [], en: 'Nothing to do', zh: '无需处理' },
  {
    name: 'one that failed and is due again',
    record: { attempts: 1, history: [UNANSWERED] },
    kind: 'due',
    both: ['500'],
    en: 'goes again in its turn',
    zh: '按顺序重发',
  },
  {
    name: 'one whose retry time is over',
    record: { nextAt: NOW, history: [attempt({ description: '忙' })] },
    kind: 'due',
    both: ['result 1: 忙'],
    en: 'goes again in its turn',
    zh: '按顺序重发',
  },
  {
    name: 'a due one without a daemon',
    health: STOPPED,
    kind: 'due',
    both: ['systemctl start pilegate'],
    en: 'the daemon is not running',
    zh: '守护进程未运行',
  },
  {
    name: 'a due one in an outage',
    health: down,
    kind: 'due',
    both: ['ECONNREFUSED', 'pilegate doctor'],
    en: 'the gate is unreachable since',
    zh: '无法连接',
  },
  {
    name: 'a due one that is held',
    health: held,
    kind: 'due',
    both: ['签名错误', 'pilegate doctor'],
    en: 'held since',
    zh: '暂停发送',
  },
  {
    name: 'a refused one',
    record: { nextAt: SOON, refusals: 2, history: [attempt({ description: '处理充电和优惠失败' })] },
    kind: 'deferred',
    both: ['处理充电和优惠失败', local(SOON), '8', RETRY],
    en: '2 times so far',
    zh: '已拒收 2 次',
  },
  {
    name: 'a refused one without a daemon',
    record: { nextAt: SOON, refusals: 1, history: [attempt({ description: '忙' })] },
    health: STOPPED,
    kind: 'deferred',
    both: ['systemctl start pilegate', RETRY],
    en: 'once so far',
    zh: '已拒收 1 次',
  },
  {
    name: 'one that breaks the gate',
    record: { nextAt: SOON, refusals: 1, history: [UNANSWERED] },
    kind: 'deferred',
    both: ['500', RETRY],
    en: 'accepted other records but not this one',
    zh: '接收了其他记录，唯独此条失败',
  },
  {
    name: 'one that waits',
    record: { state: 'waiting', nextAt: SOON, record: { ...makeRecord(), plateNo: '' } },
    story: { needs: [{ context: 'plate', key: 'A-01' }] },
    kind: 'waiting',
    both: ['plateNo', 'plate', 'A-01', local(SOON), `${RETRY} --set plateNo=`],
    en: 'It waits for plateNo',
    zh: '正在等待 plateNo',
  },
  {
    name: 'one that waits without a daemon',
    record: { state: 'waiting', nextAt: SOON, record: { ...makeRecord(), startTime: '', plateNo: '' } },
    health: STOPPED,
    kind: 'waiting',
    both: ['systemctl start pilegate', '--set plateNo='],
    en: 'plateNo, startTime',
    zh: 'plateNo、startTime',
  },
  {
    name: 'a delivered one',
    record: { state: 'delivered', settledAt: NOW, attempts: 1 },
    kind: 'delivered',
    both: [local(NOW)],
    en: 'after one attempt. Nothing to do',
    zh: '无需处理',
  },
  {
    name: 'a delivered one with an odd answer',
    record: {
      state: 'delivered',
      settledAt: NOW,
      attempts: 3,
      lastError: reason('gate.doubtful', { description: '失败' }),
    },
    kind: 'delivered',
    both: ['失败', '3'],
    en: 'Ask the gate platform',
    zh: '请向道闸平台确认',
  },
  {
    name: 'one refused for good',
    record: parked(1, '没用匹配到优惠规则'),
    kind: 'parked',
    both: ['没用匹配到优惠规则', local(NOW), RETRY],
    en: 'refused it for good',
    zh: '明确拒收',
  },
  {
    name: 'one refused too often',
    record: parked(8, '处理充电和优惠失败'),
    kind: 'parked',
    both: ['处理充电和优惠失败', RETRY],
    en: 'refused it 8 times',
    zh: '拒收 8 次',
  },
  {
    name: 'a refusal that speaks of a field',
    record: parked(1, '缺少必要参数'),
    kind: 'parked',
    both: [RETRY],
    en: 'does not accept a field',
    zh: '字段不符合',
  },
  {
    name: 'a refusal that speaks of the key',
    record: parked(1, '签名错误'),
    kind: 'parked',
    both: [RETRY],
    en: 'Compare the key',
    zh: '核对密钥',
  },
  {
    name: 'a refusal that speaks of the car park',
    record: parked(1, '停车场不存在'),
    kind: 'parked',
    both: ['gate.parkId'],
    en: 'Compare',
    zh: '核对',
  },
  {
    name: 'a refusal that nobody knows',
    record: parked(8, 'E77'),
    kind: 'parked',
    both: ['E77', RETRY],
    en: 'Ask the gate platform why',
    zh: '请询问道闸平台',
  },
  {
    name: 'one that got no answer too often',
    record: {
      state: 'parked',
      settledAt: NOW,
      refusals: 8,
      lastError: UNANSWERED.reason,
      history: [UNANSWERED],
    },
    kind: 'parked',
    both: ['500', RETRY],
    en: 'it may have arrived',
    zh: '平台可能已收到',
  },
  {
    name: 'one that a wrong address parked',
    record: {
      state: 'parked',
      settledAt: NOW,
      lastError: prose('404: check gate.baseUrl'),
      history: [attempt({ outcome: 'misconfigured', reason: prose('404') })],
    },
    kind: 'parked',
    both: ['check gate.baseUrl', 'pilegate doctor', RETRY],
    en: 'Fix this',
    zh: '请排除故障',
  },
  {
    name: 'one that a person parked',
    record: {
      state: 'parked',
      settledAt: NOW,
      lastError: reason('operator.parked', { why: 'a test' }),
      history: [attempt({ description: 'x' })],
    },
    kind: 'parked-by-hand',
    both: [': a test'.slice(2), local(NOW), RETRY],
    en: 'A person parked it',
    zh: '由人工搁置',
  },
  {
    name: 'one that a person parked while it waited',
    record: { state: 'parked', settledAt: NOW, nextAt: SOON, lastError: reason('operator.parked', {}) },
    kind: 'parked-by-hand',
    both: [RETRY],
    en: 'let it wait again',
    zh: '恢复等待',
  },
  {
    name: 'an order in quarantine',
    story: { record: undefined, quarantined: [{ ...EVENT, id: 13, state: 'discarded' }, EVENT] },
    kind: 'quarantined',
    both: ['plateNo', 'pilegate quarantine replay 12 --set plateNo='],
    en: 'There is no record of it',
    zh: '没有生成该订单的记录',
  },
  {
    name: 'a pruned one',
    story: { record: undefined, pruned: { at: NOW, knownUntil: SOON } },
    kind: 'pruned',
    both: [local(NOW), local(SOON), 'outbox.keepDelivered'],
    en: 'It was delivered, and pruned',
    zh: '早已送达',
  },
];

describe('why an order is where it is', () => {
  it.each(CASES)('$name: $kind', ({ record, story, health = WELL, kind, both, en, zh }) => {
    const whole: OrderStory = {
      record: { ...RECORD, ...record },
      needs: [],
      quarantined: [],
      pruned: undefined,
      audit: [],
      ...story,
    };
    const standing = standingOf(whole, health, LIMIT, NOW);
    if (standing === undefined) throw new Error('nothing known');
    expect(standing.kind).toBe(kind);
    const [english, chinese] = (['en', 'zh'] as const).map((lang) =>
      tellStanding(standing, 'A1', VOICES[lang]),
    );
    for (const words of [english, chinese]) {
      for (const word of both) expect(words).toContain(word);
      expect(words).not.toMatch(/undefined|NaN|\[object/);
    }
    expect(english).toContain(en);
    expect(chinese).toContain(zh);
    // Commands, names and what others said may be English; a sentence of ours is not.
    expect(englishIn(chinese)).toBeUndefined();
  });

  it('is not known where nothing is', () => {
    const nothing = { record: undefined, needs: [], quarantined: [], pruned: undefined, audit: [] };
    expect(standingOf(nothing, WELL, LIMIT, NOW)).toBeUndefined();
  });
});

describe('what to do about a quarantined event', () => {
  it.each<[string, Partial<StoredEvent>, string, string]>([
    [
      'supply the field',
      {},
      'pilegate quarantine replay 12 --set plateNo=VALUE',
      'pilegate quarantine replay 12 --set plateNo=值',
    ],
    [
      'mend what is no session',
      { field: '' },
      'pilegate quarantine discard 12 --why',
      'pilegate quarantine discard 12 --why',
    ],
    ['compare a conflict', { kind: 'conflict' }, 'pilegate records show A1', 'pilegate records show A1'],
    ['publish again what was cut', { size: 9_999_999 }, 'cannot be replayed', '无法重新处理'],
    [
      'publish again what was dropped',
      { state: 'dropped', payload: undefined, settledAt: NOW },
      'published again',
      '重新上报',
    ],
    ['nothing after a replay', { state: 'replayed', settledAt: NOW }, 'Nothing to do', '无需处理'],
    [
      'nothing after a discard',
      { state: 'discarded', settledAt: NOW, why: 'a test' },
      ': a test. Nothing',
      '：a test。无需',
    ],
  ])('%s', (_, more, en, zh) => {
    expect(eventRemedy({ ...EVENT, ...more }, VOICES.en)).toContain(en);
    expect(eventRemedy({ ...EVENT, ...more }, VOICES.zh)).toContain(zh);
  });
});
