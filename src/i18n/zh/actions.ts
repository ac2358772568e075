import type { actions as english } from '../en/actions.ts';

/** 人工操作：询问、预演、更正和操作审计。 */
export const actions: typeof english = {
  would: {
    retry: (state, why) => `将立即发送（${state}${why === '' ? '' : `：${why}`}）`,
    park: (state, why) => `将被搁置（${state}${why === '' ? '' : `：${why}`}）`,
    replay: (why) => `将重新处理（${why}）`,
    discard: (why) => `将被丢弃（${why}）`,
    resend: (state) => `将重发（${state}）`,
    not: (state) => `将保持不变（${state}）`,
  },
  dryRun: (count) => `将处理 ${count} 条；未作任何改动（--dry-run）`,
  askRetry: (count) => `立即发送 ${count} 条记录？[y/N] `,
  askPark: (count) => `搁置 ${count} 条记录？[y/N] `,
  askReplay: (count) => `重新处理 ${count} 个事件？[y/N] `,
  askDiscard: (count) => `永久丢弃 ${count} 个事件？[y/N] `,
  askReplace: (id, orderNo, differs) =>
    `事件 ${id} 与已搁置的订单 ${orderNo} 内容不同：${differs}。用该事件替换搁置的记录？[y/N] `,
  askResend: (count, risk) => `重发${count === 1 ? '该' : ` ${count} `}条已送达的记录？${risk}[y/N] `,
  notDone: '未作任何改动。',
  needsYes: (count) => `一次处理 ${count} 条，请加 --yes`,
  resendNeedsYes: (risk) => `${risk}请加 --yes。`,
  risk: {
    harmless: '该道闸平台的接口允许重复推送：同一订单不会重复优惠。',
    doubtful: '该道闸平台的接口未说明重复推送是否安全：可能重复优惠。请先询问道闸平台。',
  },
  resent: {
    due: '将作为新记录再发送一次',
    pending: '未重发：该记录待发送，会自动发送（立即发送：records retry）',
    parked: '未重发：该记录已搁置，道闸平台没有收到（发送：records retry）',
    waiting: '未重发：该记录仍缺内容（补充：records retry --set）',
  },
  pruned: '未重发：该订单早已送达，记录已清除（outbox.keepDelivered）',
  deliveredNotRetried: (resend) => `未重发：道闸平台已有该订单，再次发送可能重复优惠。仍要发送：${resend}`,
  kept: '该事件留在隔离区。',
  replaceable: (id) => `该订单已搁置，用此事件替换：pilegate quarantine replay ${id} --yes`,
  corrected: (before) => `已更正，上报值：${before === '' ? '-' : before}`,
  orderNoStays: '订单号是记录的标识，不能更改；请搁置该记录，并让设备上报正确的订单',
  audit: '人工操作',
  who: '操作人',
  command: '命令',
  id: '事件',
  changed: '改动',
  noAudit: '没有符合条件的人工操作',
};
