import type { gateTest as english } from '../en/gate-test.ts';

export const gateTest: typeof english = {
  rules: {
    accept: { title: '正确的充电记录应被接收', cost: '所有车辆都得不到停车优惠，记录全部被暂停或停放' },
    signature: { title: '签名错误的请求应被拒收', cost: '任何知道地址的人都能发放停车优惠' },
    required: {
      title: '缺少必填字段的记录应被拒收',
      cost: '没有车牌或订单号的记录也算送达，优惠在无人察觉时丢失',
    },
    repeat: {
      title: '重复的订单号应有明确应答',
      cost: '应答丢失后会重发：记录被停放，或者车辆得到两次优惠',
    },
    'optional-empty': {
      title: '选填字段可以为空',
      cost: '没有金额或车位号的记录被拒收并停放，优惠丢失',
    },
    extension: {
      title: '未知的扩展字段应参与签名并被接收',
      cost: '一旦配置扩展字段，所有记录都会因签名错误被拒收',
    },
    text: { title: '特殊字符和较长的名称应被接收', cost: '名称如此的充电桩，其记录全部被拒收，优惠丢失' },
    parallel: { title: '同时到达的两条记录都应被接收', cost: '高峰时记录延误或丢失，车辆出场时没有优惠' },
    'keep-alive': {
      title: '第二条记录应使用同一连接',
      cost: '每条记录都要新建连接，故障恢复后补发变慢；没有应答的记录可能被停放',
    },
  },
  sent: {
    right: '一条正确的记录',
    missigned: '用其他密钥签名的记录',
    again: '再次发送第一条记录',
    'optional-empty': '选填字段均为空的记录',
    extended: '多一个字段 PilegateTest 的记录',
    unusual: '设备名称含引号、反斜杠、& 和生僻字的记录',
    long: '设备名称长 120 个字的记录',
    'at-once': '同时发送的两条记录之一',
    'first-of-two': '在新连接上发送的记录',
    'second-of-two': '在同一连接上发送的另一条记录',
    empty: '此字段为空的记录：',
    missing: '没有此字段的记录：',
  },
  expected: { success: '成功', refusal: '拒收', settled: '成功或拒收（接口文档没有规定）' },
  severity: { error: '不符合', warning: '注意', untried: '未测', ok: '符合' },
  labels: {
    sent: '发送',
    expected: '应得',
    got: '实得',
    cost: '后果',
    rule: '规则',
    result: '结果',
  },
  title: '道闸平台联调测试报告',
  about: { gate: '道闸平台', dialect: '接口', station: '充电站', car: '测试车牌', at: '测试时间' },
  allMet: (count) => `${count} 次全部符合`,
  untried: '没有发送：须先接收一条正确的记录，且全部请求不超过 40 次',
  notKept: '第一条记录之后连接被关闭',
  repeatTaken: (orderNo) => `请向平台核对订单 ${orderNo} 的优惠是一次还是两次：应答看不出来`,
  carOut: (plateNo) => `如果拒收的是车辆本身：请平台把 ${plateNo} 登记为在场车辆，然后重测`,
  question: (count, url, plateNo) =>
    `向 ${url} 发送不超过 ${count} 次请求，内容为虚构的记录（车牌 ${plateNo}，无金额）？平台可能会保留这些记录。[y/N] `,
  needsYes: (count, url) => `gate-test 会向 ${url} 发送不超过 ${count} 条虚构的记录：无法询问时请加 --yes`,
  declined: '没有发送任何请求',
  badReport: (file) => `--report ${file}：文件名须以 .html、.md 或 .json 结尾`,
  unwritten: (file, why) => `报告 ${file} 无法写入：${why}`,
  written: (file) => `报告：${file}`,
  summary: (ok, broken, warnings, untried) =>
    `符合 ${ok} 条，不符合 ${broken} 条，注意 ${warnings} 条，未测 ${untried} 条`,
};
