import type { QuarantineKind } from '../../domain/event.ts';
import type { OutcomeKind } from '../../domain/outcome.ts';
import type { QuarantineState } from '../../outbox/reader/rows.ts';
import type { RecordState } from '../../outbox/tables/records.ts';
import type { Language } from './language.ts';

/** A state of a record, or what became of an event before; why an event is in quarantine, or what became of it there. */
type Name = RecordState | 'pruned' | 'quarantined' | QuarantineKind | QuarantineState;

/** The names that commands and JSON have for what happens to records and events, in Chinese. */
const ZH: Readonly<Record<Name | OutcomeKind, string>> = {
  waiting: '待补全',
  pending: '待发送',
  delivered: '已送达',
  parked: '搁置',
  pruned: '早已送达',
  quarantined: '隔离区',
  unmappable: '无法生成记录',
  conflict: '订单号相同、内容不同',
  expired: '缺少信息',
  open: '待处理',
  replayed: '已重新处理',
  discarded: '已丢弃',
  dropped: '已清除',
  refused: '拒收',
  unanswered: '无应答',
  unreachable: '无法连接',
  misconfigured: '设置错误',
};

/** A state or a kind in words; in Chinese beside the name by which commands know it. */
export function nameOf(name: Name, lang: Language): string {
  return lang === 'zh' ? `${ZH[name]}（${name}）` : name;
}

/** How an attempt ended, in words. */
export function outcomeWord(outcome: OutcomeKind, lang: Language): string {
  return lang === 'zh' ? ZH[outcome] : outcome;
}
