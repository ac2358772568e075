import type { Language } from './language.ts';

/** What the listings say; each in both languages. Words that commands and JSON have are the same in both. */
interface ListingWords {
  readonly received: string;
  readonly order: string;
  readonly plate: string;
  readonly device: string;
  readonly end: string;
  readonly state: string;
  readonly posts: string;
  readonly next: string;
  readonly why: string;
  readonly kind: string;
  readonly source: string;
  readonly topic: string;
  readonly field: string;
  readonly reason: string;
  readonly at: string;
  readonly took: string;
  readonly status: string;
  readonly outcome: string;
  readonly reply: string;
  readonly record: string;
  readonly event: string;
  readonly attempts: string;
  readonly noRecords: string;
  readonly noEvents: string;
  readonly noAttempts: string;
  /** So many are shown, and there are more. */
  readonly more: (shown: number) => string;
  /** Of many attempts those between are not kept. */
  readonly notKept: string;
  readonly dropped: (count: number) => string;
  readonly alsoQuarantined: (ids: readonly number[]) => string;
  readonly othersOfPlate: (plate: string, count: number) => string;
  readonly cut: (kept: number, size: number) => string;
}

const EN: ListingWords = {
  received: 'RECEIVED',
  order: 'ORDER',
  plate: 'PLATE',
  device: 'DEVICE',
  end: 'END',
  state: 'STATE',
  posts: 'POSTS',
  next: 'NEXT',
  why: 'WHY',
  kind: 'KIND',
  source: 'SOURCE',
  topic: 'TOPIC',
  field: 'FIELD',
  reason: 'REASON',
  at: 'AT',
  took: 'TOOK',
  status: 'STATUS',
  outcome: 'OUTCOME',
  reply: 'REPLY',
  record: 'RECORD',
  event: 'EVENT',
  attempts: 'ATTEMPTS',
  noRecords: 'no such records',
  noEvents: 'nothing of that in quarantine',
  noAttempts: 'none yet',
  more: (shown) => `${shown} shown, there are more: --limit NUMBER`,
  notKept: '(of more than 24 attempts those between are not kept)',
  dropped: (count) =>
    `${count} more had to go when quarantine was full: pilegate quarantine list --state dropped`,
  alsoQuarantined: (ids) =>
    `Other events of this order lie in quarantine: ${ids.map((id) => `pilegate quarantine show ${id}`).join('; ')}`,
  othersOfPlate: (plate, count) =>
    `the newest of ${plate} is shown; it has ${count > 1 ? 'others' : 'another'}: pilegate records list --plate ${plate}`,
  cut: (kept, size) => `the first ${kept} of ${size} bytes`,
};

const ZH: ListingWords = {
  received: '收到时间',
  order: '订单号',
  plate: '车牌',
  device: '设备',
  end: '结束时间',
  state: '状态',
  posts: '发送次数',
  next: '下次发送',
  why: '原因',
  kind: '类型',
  source: '来源',
  topic: '主题',
  field: '字段',
  reason: '原因',
  at: '时间',
  took: '耗时',
  status: 'HTTP',
  outcome: '结果',
  reply: '应答',
  record: '记录',
  event: '事件',
  attempts: '发送经过',
  noRecords: '没有符合条件的记录',
  noEvents: '隔离区中没有符合条件的事件',
  noAttempts: '尚未发送',
  more: (shown) => `已显示 ${shown} 条，还有更多：--limit 数量`,
  notKept: '（超过 24 次，中间的未保留）',
  dropped: (count) => `另有 ${count} 条因隔离区已满而清除：pilegate quarantine list --state dropped`,
  alsoQuarantined: (ids) =>
    `该订单另有事件在隔离区：${ids.map((id) => `pilegate quarantine show ${id}`).join('；')}`,
  othersOfPlate: (plate) => `以下为 ${plate} 最新的一条，其余见：pilegate records list --plate ${plate}`,
  cut: (kept, size) => `共 ${size} 字节，只保留了前 ${kept} 字节`,
};

/** The words of the listings. */
export function listingWords(lang: Language): ListingWords {
  return lang === 'zh' ? ZH : EN;
}
