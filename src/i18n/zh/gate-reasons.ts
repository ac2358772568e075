import type { GateReasons, ReplyShape } from '../../domain/reasons/gate.ts';
import type { TextsOf } from '../texts.ts';

const SHAPES: Readonly<Record<ReplyShape, string>> = {
  empty: '内容为空',
  page: '返回的是网页，像是代理或上网认证页面',
  'other-form': '应答是其他平台的格式',
  unreadable: '没有可读的 result',
};

function answered(
  { status, shape, brokeOff }: { status: number; shape: ReplyShape; brokeOff?: string | undefined },
  remedy = '',
): string {
  const cut = brokeOff === undefined ? '' : `；应答中途断开：${brokeOff}`;
  return `道闸平台应答 ${status}，${SHAPES[shape] ?? shape}${remedy === '' ? '' : `：${remedy}`}${cut}`;
}

function place({ target, proxy }: { target: string; proxy: boolean }): string {
  return proxy ? `${target}（经 gate.proxy）` : target;
}

const ADDRESS_KEYS = ['gate.baseUrl', 'gate.service'];

/** What became of attempts at the gate, in Chinese. */
export const gateReasons: TextsOf<GateReasons> = {
  'gate.delivered': () => '道闸平台已收到',
  'gate.refused': ({ result, description }) =>
    description === ''
      ? `道闸平台拒收（result ${result}），未说明原因`
      : `道闸平台拒收（result ${result}）：${description}`,
  'gate.delivered-before': ({ result, description }) =>
    `道闸平台已有此记录（result ${result}）：${description}`,
  'gate.reply-sign': () => '道闸平台已收下，但其应答的签名有误',
  'gate.no-confirm': () => '道闸平台答复成功，但没有确认订单',
  'gate.token-refused-too': () => '道闸平台已收下记录，却又称令牌无效',
  'gate.doubtful': ({ description }) => `道闸平台答复成功（result 0），却描述为失败：${description}`,
  'gate.http-broken': ({ error }) => `道闸平台的应答不符合 HTTP 规范（${error}），但仍可读出结果`,
  'gate.busy': ({ description }) =>
    description === '' ? '道闸平台答复繁忙，未说明原因' : `道闸平台答复繁忙：${description}`,
  'gate.no-result': (answer) => answered(answer),
  'gate.redirects': ({ location, ...answer }) =>
    answered(
      answer,
      location === undefined
        ? '请检查 gate.baseUrl'
        : `转向 ${location}；本程序不跟随转向，请将 gate.baseUrl 改为真实地址`,
    ),
  'gate.forbidden': (answer) => answered(answer, '请道闸平台放行此账号和本站的出口地址'),
  'gate.not-found': ({ keys = ADDRESS_KEYS, ...answer }) => answered(answer, `请检查 ${keys.join(' 和 ')}`),
  'gate.proxy-login': (answer) => answered(answer, '代理要求登录，请检查 gate.proxy'),
  'gate.rejects': ({ keys = ADDRESS_KEYS, ...answer }) =>
    answered(answer, `请检查 ${keys.join('、')}，以及与道闸平台之间的网络设备`),
  'gate.unreachable': ({ cause, ...target }, say) => `无法连接 ${place(target)}：${say(cause)}`,
  'gate.no-answer': ({ cause, ...target }, say) => `已发往 ${place(target)}，但没有收到应答：${say(cause)}`,
  'gate.untrusted': ({ cause, ...target }, say) => `无法与 ${place(target)} 建立可信连接：${say(cause)}`,
  'gate.proxy-status': ({ status }) =>
    `代理没有建立连接，而是应答 ${status}：请检查 gate.proxy，以及代理能否到达道闸平台`,
  'gate.timeout': ({ seconds }) => `超过 gate.timeout（${seconds} 秒）`,
  'gate.no-headers': () => '应答没有 HTTP 头',
  'gate.not-http': ({ error }) => `收到的内容无法按 HTTP 读取：${error}`,
  'gate.refused-alike': ({ count, last }, say) =>
    `连续 ${count} 个订单以同样的理由被拒收，没有一个被接收：${say(last)}`,
  'gate.defect': ({ error }) => `pilegate 的缺陷，请反馈：${error}`,
  'gate.reading-hangs': ({ seconds }) => `pilegate 的缺陷，请反馈：应答在 ${seconds} 秒内未读完`,
  'gate.attempt-stuck': ({ seconds }) => `pilegate 的缺陷，请反馈：本次推送在 ${seconds} 秒内没有结束`,
  'gate.unanswered-held': ({ why }, say) => `已发出，但不知道闸平台是否收到（${say(why)}）；重发可能再次减免`,
  'gate.ended-while-sending': () => '推送过程中 pilegate 中断',
  'gate.unmarked': () => '未发送：存储无法写入“正在推送”的标记',
  'operator.parked': ({ why }) => (why === undefined ? '人工搁置' : `人工搁置，原因：${why}`),
};
