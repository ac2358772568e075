import type { names as english } from '../en/names.ts';

/** States, kinds and outcomes, beside the names by which commands and JSON know them. */
export const names: typeof english = {
  waiting: '待补全（waiting）',
  pending: '待发送（pending）',
  delivered: '已送达（delivered）',
  parked: '搁置（parked）',
  pruned: '早已送达（pruned）',
  quarantined: '隔离区（quarantined）',
  unmappable: '无法生成记录（unmappable）',
  conflict: '订单号相同、内容不同（conflict）',
  expired: '缺少信息（expired）',
  open: '待处理（open）',
  replayed: '已重新处理（replayed）',
  discarded: '已丢弃（discarded）',
  dropped: '已清除（dropped）',
  refused: '拒收',
  unanswered: '无应答',
  unreachable: '无法连接',
  misconfigured: '设置错误',
};
