import type { Parked } from '../../outbox/admin.ts';
import type { Completion } from '../../outbox/reprocess.ts';
import type { Language, Voice } from './language.ts';
import { nameOf } from './names.ts';

type InBoth = Readonly<Record<Language, string>>;

const PARKED: Readonly<Record<Exclude<Parked, 'unknown'>, InBoth>> = {
  parked: { en: 'parked', zh: '已搁置（parked）' },
  'parked-already': { en: 'was parked already', zh: '原已搁置（parked）' },
  delivered: { en: 'not parked: the gate has it already', zh: '未搁置：道闸平台已收到该记录' },
};

/** What became of an order that a person parks. */
export function tellParked(parked: Exclude<Parked, 'unknown'>, lang: Language): string {
  return PARKED[parked][lang];
}

const RETRIED = {
  due: { en: 'due now, with a fresh limit', zh: '立即发送，拒收次数清零' },
  'waits-again': { en: 'waits again for what its event lacks', zh: '恢复等待缺少的内容' },
  delivered: {
    en: 'not sent again: the gate has it already, and a second time might grant a second discount',
    zh: '未重发：道闸平台已收到该记录，重发可能造成重复优惠',
  },
} as const satisfies Record<string, InBoth>;

/** What became of an order that is to be sent again. */
export function tellRetried(retried: keyof typeof RETRIED, lang: Language): string {
  return RETRIED[retried][lang];
}

/** What became of all that were parked. */
export function tellRetriedAll({ due, waiting }: { due: number; waiting: number }, lang: Language): string {
  if (lang === 'zh') return `${due} 条立即发送${waiting > 0 ? `，${waiting} 条恢复等待` : ''}`;
  return `${due} due now${waiting > 0 ? `, ${waiting} wait again for what their events lack` : ''}`;
}

/** What became of an event that was mapped again: a quarantined one, or a waiting record's. */
export function tellRemapped(
  result: Completion | undefined,
  { lang, told }: Pick<Voice, 'lang' | 'told'>,
): { readonly done: boolean; readonly words: string } {
  const zh = lang === 'zh';
  if (result === undefined || result.kind === 'gone')
    return { done: false, words: zh ? '已由其他操作处理' : 'someone else has dealt with it meanwhile' };
  switch (result.kind) {
    case 'accepted': {
      const { orderNo, plateNo } = result.made.record;
      return {
        done: true,
        words: zh
          ? `已生成记录 ${orderNo}（${plateNo}），待发送`
          : `became the record ${orderNo} (${plateNo}), pending`,
      };
    }
    case 'duplicate':
      return {
        done: true,
        words: zh
          ? `相同的记录已存在：${nameOf(result.state, lang)}`
          : `the same record was there already (${result.state})`,
      };
    case 'waiting': {
      const fields = result.needs.map(({ field }) => field);
      return {
        done: false,
        words: zh ? `仍缺少 ${fields.join('、')}` : `still waits for ${fields.join(', ')}`,
      };
    }
    case 'quarantined': {
      const { field, reason } = result.fault;
      const why = field === '' ? told(reason) : `${field}${zh ? '：' : ': '}${told(reason)}`;
      return { done: false, words: zh ? `未能生成记录：${why}` : `no record: ${why}` };
    }
  }
}

/** Why a quarantined event cannot be mapped again, or discarded. */
export function tellNotOpen(
  state: 'replayed' | 'discarded' | 'dropped' | 'cut' | 'unknown',
  lang: Language,
): string {
  return NOT_OPEN[state][lang];
}

const NOT_OPEN = {
  replayed: { en: 'has been replayed already', zh: '已重新处理过' },
  discarded: { en: 'has been discarded', zh: '已被丢弃' },
  dropped: {
    en: 'its payload was dropped when quarantine was full, so there is nothing left of it: have it published again',
    zh: '隔离区已满时内容已被清除，请让设备重新上报',
  },
  cut: {
    en: 'cannot be replayed: it was too large, and only its first bytes were kept; have it published again',
    zh: '无法重新处理：内容过长，只保留了开头，请让设备重新上报',
  },
  unknown: { en: 'there is no such entry', zh: '没有该条目' },
} as const satisfies Record<string, InBoth>;

const DISCARDED: InBoth = { en: 'discarded', zh: '已丢弃' };

/** An event was discarded. */
export function tellDiscarded(lang: Language): string {
  return DISCARDED[lang];
}
