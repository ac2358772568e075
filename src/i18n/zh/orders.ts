import type { orders as english } from '../en/orders.ts';

/** Why an order is where it is, what a person's action came to, and what to do next. Times are written already. */
export const orders: typeof english = {
  due: '该记录待发送，将按顺序（最新的优先）发往道闸平台，无需处理。',
  dueBut: (trouble) => `该记录待发送。${trouble}`,
  dueAgain: (last) => `上次发送失败（${last}），将按顺序重发，无需处理。`,
  gate: {
    'no-daemon': () => '但守护进程未运行，无法发送。请启动：systemctl start pilegate',
    down: ({ since, reason }) =>
      `但道闸平台自 ${since} 起无法连接（${reason}）。恢复后会自动发送；查找故障：pilegate doctor`,
    held: ({ since, reason }) =>
      `但自 ${since} 起，道闸平台因设置错误拒收所有记录（${reason}），已全部暂停发送。请修正设置（pilegate doctor），之后会自动发送。`,
  },
  deferredRefused: (refusals, last, again) => `道闸平台已拒收 ${refusals} 次（${last}），${again}`,
  deferredOther: (last, again) => `道闸平台接收了其他记录，唯独此条失败（${last}），${again}`,
  again: (at, limit, idle, retry) =>
    `将于 ${at} 重发，拒收满 ${limit} 次后搁置（parked）。${idle}立即发送：${retry}`,
  idle: '但守护进程未运行，请启动（systemctl start pilegate）。',
  waiting: (what, until, idle, supply) => `该记录正在等待 ${what}${until}。${idle}立即人工补充：${supply}`,
  waitingFor: '事件缺少的内容',
  needs: (needs) => `（${needs.map(({ context, key }) => `上下文 ${context}，键 ${key}`).join('；')}）`,
  until: (at) => `，等到 ${at} 为止，之后转入隔离区（quarantine）`,
  value: '值',
  comma: '、',
  delivered: (at, posts) => `道闸平台已于 ${at} 收到（共发送 ${posts} 次），无需处理。`,
  deliveredOdd: (at, posts, odd) =>
    `道闸平台已于 ${at} 收到（共发送 ${posts} 次），但其应答可疑（${odd}）。请向道闸平台确认优惠是否已生效。`,
  parkedRefused: (refusals, exhausted, last, at, advice, retry) =>
    `道闸平台${exhausted ? `拒收 ${refusals} 次` : '明确拒收'}（${last}），已于 ${at} 搁置（parked）。${advice}，然后执行：${retry}`,
  parkedUnanswered: (why, at, retry) =>
    `道闸平台接收了其他记录，唯独此条没有可读的应答（${why}），已于 ${at} 搁置（parked）；平台可能已收到。请向道闸平台确认是否已有此订单，若没有：${retry}`,
  parkedHeld: (why, at, retry) =>
    `已于 ${at} 搁置（parked）：${why}。请向道闸平台确认是否已有此订单，若没有：${retry}`,
  parkedOther: (at, why, retry) =>
    `已于 ${at} 搁置（parked）：${why}。请排除故障（pilegate doctor），然后执行：${retry}`,
  parkedByPerson: (at, why, waited, retry) =>
    `已于 ${at} 由人工搁置（parked）${why === '' ? '' : `，原因：${why}`}。${waited ? '恢复等待' : '重新发送'}：${retry}`,
  quarantined: (field, reason, remedy) =>
    `没有生成该订单的记录，只有隔离区（quarantine）中的事件：${field === '' ? '' : `${field}：`}${reason}。${remedy}`,
  pruned: (at, knownUntil) =>
    `该记录早已送达，并按配置（outbox.keepDelivered）于 ${at} 清除。订单号保留到 ${knownUntil}，在此之前重复上报也不会再次发送。`,
  unknownReason: '原因未知',
  advice: {
    key: '请与道闸平台核对密钥',
    park: '请与道闸平台核对 gate.parkId 和 gate.portName',
    field: '有字段不符合道闸平台要求，请核对下列记录',
    discount: '车场没有匹配的优惠规则，请车场运营方添加',
    failed: '车辆可能已离场，或道闸平台内部故障，请询问道闸平台',
    other: '请询问道闸平台拒收原因',
  },
  parked: {
    parked: '已搁置（parked）',
    'parked-already': '原已搁置（parked）',
    delivered: '未搁置：道闸平台已收到该记录',
  },
  retried: {
    due: '立即发送，拒收次数清零',
    'waits-again': '恢复等待缺少的内容',
    held: '立即发送，拒收次数清零；若道闸平台已收到，会再次减免',
    delivered: '未重发：道闸平台已收到该记录，重发可能造成重复优惠',
  },
  retriedHeld: (count) => `其中 ${count} 条曾发出而无应答：道闸平台若已收到，会再次减免`,
  retriedAll: (due, waiting) => `${due} 条立即发送${waiting > 0 ? `，${waiting} 条恢复等待` : ''}`,
  remapped: {
    gone: '已由其他操作处理',
    accepted: (orderNo, plateNo) => `已生成记录 ${orderNo}（${plateNo}），待发送`,
    duplicate: (state) => `相同的记录已存在：${state}`,
    apart: (sessions, records, kept) =>
      `共 ${sessions} 次充电：${records} 次已生成记录，${kept} 次作为单独条目留在隔离区`,
    waiting: (fields) => `仍缺少 ${fields.join('、')}`,
    quarantined: (field, reason) => `未能生成记录：${field === '' ? '' : `${field}：`}${reason}`,
  },
  notOpen: {
    replayed: '已重新处理过',
    discarded: '已被丢弃',
    dropped: '隔离区已满时内容已被清除，请让设备重新上报',
    cut: '无法重新处理：内容过长，只保留了开头，请让设备重新上报',
    unknown: '没有该条目',
  },
  discarded: '已丢弃',
  remedy: {
    replayed: (settled) => `已${at(settled)}重新处理，无需处理。`,
    discarded: (settled, why) => `已${at(settled)}由人工丢弃：${why}。无需处理。`,
    dropped: (settled) => `隔离区已满，内容已${at(settled)}被清除。请让设备重新上报。`,
    cut: (id) => `内容过长，只保留了开头，无法重新处理。请让设备重新上报较短的内容，然后：${discard(id)}`,
    conflict: (id, orderNo) =>
      `请与现有记录比较：pilegate records show ${orderNo}。若现有记录正确：${discard(id)}。若现有记录已搁置而该事件正确：pilegate quarantine replay ${id}`,
    supply: (id, field) => `补充该字段：pilegate quarantine replay ${id} --set ${field}=值`,
    other: (id) =>
      `请修正来源规则或上报方（pilegate check --event），然后：pilegate quarantine replay ${id}。若不是充电记录：${discard(id)}`,
  },
};

function discard(id: number): string {
  return `pilegate quarantine discard ${id} --why 原因`;
}

function at(settled: string | undefined): string {
  return settled === undefined ? '' : `于 ${settled} `;
}
