import type { broker as english } from '../../en/doctor/broker.ts';
import type { FindingsAs } from '../../texts.ts';

const URL_RIGHT = '请检查 mqtt.url（是否 TLS、端口）';

/** Why a broker refuses a subscription, by the reason code of MQTT 5. */
const REFUSED: Readonly<Record<number, string>> = {
  143: '服务器不接受此主题过滤器',
  151: '服务器配额用尽',
  162: '服务器不支持通配符',
};

/** What trying the broker and the subscriptions came to, in Chinese. */
export const broker: FindingsAs<typeof english> = {
  'broker.connected': ({ way, user, protocol }) => ({
    text: `${way}；已${user === undefined ? '匿名' : `以 ${user} `}登录，MQTT ${protocol}`,
    remedy: '',
  }),
  'broker.password-unread': ({ place, command }) => ({
    text: `未检查：${place} 可以连接，但登录密码无法读取`,
    remedy: command === undefined ? '请先修正 mqtt.passwordFile' : `像服务那样检查：${command}`,
  }),
  'broker.closed': ({ place }) => ({ text: `${place} 未应答即关闭连接`, remedy: URL_RIGHT }),
  'broker.silent': ({ place }) => ({ text: `${place} 可以连接，但没有 MQTT 应答`, remedy: URL_RIGHT }),
  'broker.no-websocket': ({ place, error }) => ({
    text: `${place} 没有 MQTT over WebSocket（${error}）`,
    remedy: '请检查 mqtt.url 的主机、端口和路径',
  }),
  'broker.not-mqtt': ({ place }) => ({
    text: `${place} 的应答不是 MQTT 协议`,
    remedy: '请检查 mqtt.url 的主机和端口',
  }),
  'broker.protocol': ({ protocol, other }) => ({
    text: `MQTT 服务器不支持 MQTT ${protocol}`,
    remedy: `请将 mqtt.protocol 设为 ${other}`,
  }),
  'broker.login-required': () => ({
    text: 'MQTT 服务器要求登录',
    remedy: '请设置 mqtt.username 和 mqtt.passwordFile',
  }),
  'broker.login-refused': ({ user, word }) => ({
    text: `MQTT 服务器拒绝 ${user} 登录`,
    remedy: `请核对 mqtt.username 和 mqtt.passwordFile 中的密码；或在服务器上重设：mosquitto_passwd 文件 ${word}`,
  }),
  'broker.client-id-refused': ({ clientId }) => ({
    text: 'MQTT 服务器拒绝诊断用的客户端标识；若用守护进程的标识会挤掉它，因此未继续尝试登录',
    remedy: `请查看守护进程的状态：pilegate status；或允许以 ${clientId} 开头的客户端标识`,
  }),
  'broker.unavailable': ({ place, code }) => ({
    text: `${place} 的 MQTT 服务器暂时不可用（原因码 ${code}）`,
    remedy: '请稍候；若一直如此，请查看服务器日志',
  }),
  'broker.banned': () => ({
    text: 'MQTT 服务器已封禁此客户端',
    remedy: '请在服务器上解除封禁，或更换 mqtt.clientId',
  }),
  'broker.moved': () => ({ text: 'MQTT 服务器已迁移', remedy: '请将 mqtt.url 改为新地址' }),
  'broker.refused': ({ code }) => ({
    text: `MQTT 服务器拒绝连接（原因码 ${code}）`,
    remedy: '请查看服务器日志，以及此登录的权限',
  }),
  'subscriptions.granted': ({ filters }) => ({ text: `已获准，QoS 1：${filters}`, remedy: '' }),
  'subscriptions.rules-wrong': () => ({
    text: '未检查：配置中的规则有误',
    remedy: '请先修正 sources 和 contexts',
  }),
  'subscriptions.unanswered': () => ({ text: 'MQTT 服务器未应答订阅请求', remedy: '请查看服务器日志' }),
  'subscriptions.no-login': () => ({
    text: '未检查：未能登录 MQTT 服务器',
    remedy: '请先解决上面的“MQTT 服务器”',
  }),
  'subscriptions.no-sharing': () => ({
    text: 'MQTT 服务器不支持共享订阅',
    remedy: '请去掉 mqtt.shareGroup',
  }),
  'subscriptions.qos0': ({ filter }) => ({
    text: `${filter} 只获准 QoS 0：连接中断时事件会丢失`,
    remedy: '请在服务器上允许 QoS 1（mosquitto：max_qos 1）',
  }),
  'subscriptions.refused': ({ filter, code }) => ({
    text: `订阅 ${filter} 被拒绝：${REFUSED[code] ?? '此登录无权读取'}`,
    remedy: `请在服务器上放行（mosquitto 的 acl_file：topic read ${filter}），或修改 sources、contexts 中的主题`,
  }),
};
