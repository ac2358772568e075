import type { gate as english } from '../../en/doctor/gate.ts';
import type { FindingsAs } from '../../texts.ts';

const askPlatform = (keys: readonly string[]) => `请向道闸平台索取接口地址，并核对 ${keys.join(' 和 ')}`;

/** What trying the gate came to, in Chinese. */
export const gate: FindingsAs<typeof english> = {
  'gate.silent': ({ place, url }) => ({
    text: `${place} 可以连接，但没有应答`,
    remedy: `请询问道闸平台；并从别处尝试：curl -v -m 10 -d '{}' ${url}`,
  }),
  'gate.answers': ({ way, result, said }) => ({
    text: `${way}；按预期拒绝了空请求（result ${result}${said === '' ? '' : `：${said}`}）`,
    remedy: '',
  }),
  'gate.session': ({ way }) => ({ text: `${way}；已取得令牌：运营商标识和密钥正确`, remedy: '' }),
  'gate.no-session': ({ way, result, said }) => ({
    text: `${way}；未取得令牌（${result}${said === '' ? '' : `：${said}`}）`,
    remedy: '请与道闸平台核对运营商标识和全部密钥',
  }),
  'gate.says-busy': ({ url, said }) => ({
    text: `${url} 答复繁忙${said === '' ? '' : `：${said}`}`,
    remedy: '记录会等待，随后自动发送；若持续，请联系道闸平台',
  }),
  'gate.accepts-anything': ({ url, keys }) => ({
    text: `${url} 对空请求也答复成功：说明它并不检查内容`,
    remedy: askPlatform(keys),
  }),
  'gate.portal': ({ url, status }) => ({
    text: `${url} 返回的是网页（${status}），像是上网认证页面或代理：没有到达道闸平台`,
    remedy: '请为本机完成上网认证，或请网络管理方放行（认证页面、SIM 卡、防火墙）；并检查 gate.baseUrl',
  }),
  'gate.redirect': ({ url, status, location }) => ({
    text: `${url} 应答 ${status}，转向 ${location || '未知地址'}：地址有变，或被上网认证页面拦截`,
    remedy: '若为道闸平台，请将 gate.baseUrl 改为该地址；若为认证页面，请网络管理方放行本机',
  }),
  'gate.forbidden': ({ url, status }) => ({
    text: `${url} 应答 ${status}：拒绝访问`,
    remedy: '请道闸平台放行此账号和本站的出口地址',
  }),
  'gate.no-interface': ({ url, status, keys }) => ({
    text: `${url} 应答 ${status}：该地址没有此接口`,
    remedy: askPlatform(keys),
  }),
  'gate.proxy-login': ({ url, status }) => ({
    text: `${url} 应答 ${status}：代理要求登录`,
    remedy: '请检查 gate.proxy',
  }),
  'gate.overloaded': ({ url, status }) => ({
    text: `${url} 应答 ${status}：道闸平台故障或过载`,
    remedy: '请联系道闸平台；记录会等待，恢复后自动发送',
  }),
  'gate.unclear': ({ url, status }) => ({
    text: `${url} 应答 ${status}，没有可读的 result：可能只是不接受空请求`,
    remedy: '请查看记录能否送达：pilegate status；若都不能，请联系道闸平台',
  }),
  'gate.not-the-gate': ({ url, status, keys }) => ({
    text: `${url} 应答 ${status}，没有可读的 result：应答者不是道闸平台`,
    remedy: askPlatform(keys),
  }),
  'test-record.taken': ({ orderNo }) => ({
    text: `道闸平台已收下虚构的记录 ${orderNo}：密钥和车场编号正确；请平台删除该记录`,
    remedy: '',
  }),
  'test-record.refused': ({ reason }, { say }) => ({
    text: `道闸平台已读取虚构的记录但拒收（${say(reason)}）：密钥和车场编号应当正确，可能只是不认识该车`,
    remedy: '若原因与车辆无关，请询问道闸平台',
  }),
  'test-record.refused-setup': ({ reason, account }, { say }) => ({
    text: `道闸平台拒收此配置的所有记录（${say(reason)}）`,
    remedy: `请与道闸平台核对密钥和 ${account}`,
  }),
  'test-record.failed': ({ reason }, { say }) => ({
    text: `虚构的记录未能送达（${say(reason)}）`,
    remedy: '见上面的“道闸平台”',
  }),
  'test-record.no-key': ({ command }) => ({
    text: '未检查：只有服务能看到密钥',
    remedy: `像服务那样检查：${command}`,
  }),
  'test-record.no-gate': () => ({
    text: '未检查：道闸平台没有应答',
    remedy: '见上面的“道闸平台”',
  }),
};

/** What is said before the made-up record is sent. */
export function testRecordWarning({ orderNo, plateNo }: { orderNo: string; plateNo: string }): string {
  return `即将向道闸平台发送一条虚构的记录，平台可能会保留：订单 ${orderNo}，车牌 ${plateNo}，金额为零`;
}
