import { isReason, readReason } from '../../domain/reason.ts';
import type { ProblemTexts } from '../texts.ts';
import { aheadGuess, behindGuess } from './guesses.ts';
import { duration } from './time.ts';

const DOCTOR = '查找故障：pilegate doctor';
const PEERS = { gate: '道闸平台', broker: 'MQTT 服务器' } as const;

/** What is wrong, in Chinese, and what helps. */
export const problems: ProblemTexts = {
  'no-daemon': ({ before }) => ({
    text: before ? '守护进程未运行：事件滞留在 MQTT 服务器，记录无法送达道闸平台' : '守护进程尚未运行过',
    remedy: '请启动：systemctl start pilegate',
  }),
  'daemon-silent': ({ since }, { local }) => ({
    text: `守护进程占用着数据文件，但${since === undefined ? '尚未' : `自 ${local(since)} 起未再`}确认其状态`,
    remedy: '若一分钟内未自行恢复：systemctl restart pilegate；日志：journalctl -u pilegate -n 30',
  }),
  'broker-down': ({ since }, { local }) => ({
    text: `MQTT 服务器${since === undefined ? '' : `自 ${local(since)} 起`}未连接，事件滞留在服务器`,
    remedy: DOCTOR,
  }),
  'gate-down': ({ since, reason }, { local, say }) => ({
    text: `道闸平台自 ${local(since)} 起无法连接（${say(reason)}），记录已保存，恢复后自动发送`,
    remedy: DOCTOR,
  }),
  'gate-held': ({ since, reason }, { local, say }) => ({
    text: `道闸平台自 ${local(since)} 起因配置错误拒收所有记录（${say(reason)}），已暂停发送，记录不会丢失`,
    remedy: DOCTOR,
  }),
  'attempt-stuck': ({ count }) => ({
    text: `有 ${count} 次发送未能按时结束，至今仍无结果`,
    remedy: '这是 pilegate 的缺陷，请反馈；恢复运行：systemctl restart pilegate',
  }),
  'outbox-unreadable': ({ reason }, { say }) => ({
    text: `无法读取数据文件：${say(reason)}`,
    remedy: 'pilegate doctor',
  }),
  backlog: ({ count, ms }) => ({
    text: `${count} 条待发送（pending），最早的已等待 ${duration(ms)}`,
    remedy: 'pilegate records list --state pending',
  }),
  parked: ({ count }) => ({
    text: `${count} 条记录已搁置（parked），等待人工处理`,
    remedy: 'pilegate records list --state parked',
  }),
  quarantine: ({ count }) => ({
    text: `${count} 条事件在隔离区（quarantine）`,
    remedy: 'pilegate quarantine list',
  }),
  dropped: ({ count }) => ({
    text: `${count} 条事件因隔离区已满而清除`,
    remedy: 'pilegate quarantine list --state dropped',
  }),
  'gate-untried': () => ({
    text: '道闸平台尚未接收过本站的记录：地址、密钥和车场编号未经验证',
    remedy: '请结束一次充电，或执行：pilegate doctor --send-test-record',
  }),
  'gate-slow': ({ seconds, timeout }) => ({
    text: `道闸平台应答缓慢：${seconds} 秒，而 gate.timeout 为 ${timeout} 秒`,
    remedy: '请询问道闸平台；若其速度一贯如此，请调大 gate.timeout',
  }),
  'gate-other-form': ({ detail }) => ({
    text: `道闸平台的应答格式与所选接口不符：${detail}`,
    remedy: '请与道闸平台核对 gate.dialect 和 gate.reply；pilegate gate-test 可显示其应答',
  }),
  'client-id-clash': ({ clientId, losses }) => ({
    text: `另有客户端使用相同的编号 ${clientId}，反复抢占 MQTT 会话（${losses} 次）`,
    remedy: '请为每台设备设置不同的 mqtt.clientId 或 station.id，并停用另一客户端',
  }),
  'events-qos0': ({ topic }) => ({
    text: `主题 ${topic} 的事件以 QoS 0 发布：连接中断时会丢失`,
    remedy: '请改为以 QoS 1 发布',
  }),
  'events-retained': ({ topic }) => ({
    text: `主题 ${topic} 的事件以保留消息（retained）发布：每次连接时服务器都会重发最后一条`,
    remedy: '请取消发布时的 retain 标志；或设置 sources[].retained: ignore',
  }),
  'end-ahead': ({ orderNo, deviceId, ms }) => ({
    text: `订单 ${orderNo}（充电桩 ${deviceId}）的结束时间比到达时间晚 ${duration(ms)}${aheadGuess(ms)}`,
    remedy: '请校准充电桩时钟，或修正时区（sources[].shift）',
  }),
  'end-behind': ({ orderNo, deviceId, ms }) => ({
    text: `订单 ${orderNo}（充电桩 ${deviceId}）的结束时间比到达时间早 ${duration(ms)}${behindGuess(ms)}`,
    remedy: '请校准充电桩时钟，或查明事件在何处滞留',
  }),
  'plate-odd': ({ orderNo, deviceId }) => ({
    text: `订单 ${orderNo}（充电桩 ${deviceId}）的车牌不像车牌，已原样发送`,
    remedy: 'pilegate records show 订单号；请检查充电桩或摄像头上报的内容',
  }),
  'share-undelivered': ({ group, detail }) => ({
    text: `MQTT 服务器未向共享订阅 ${group} 投递任何消息：${detail}`,
    remedy: '请使用支持共享订阅的服务器，或去掉 mqtt.shareGroup',
  }),
  'status-topic-refused': ({ topic, detail }) => ({
    text: `MQTT 服务器不接受状态主题 ${topic}：${detail}`,
    remedy: '请在服务器的 ACL 中放行，或设置 mqtt.statusTopic: off',
  }),
  'storage-failed': ({ reason }, { say }) => ({
    text: `无法写入存储，事件滞留在 MQTT 服务器：${say(reason)}`,
    remedy: DOCTOR,
  }),
  'outbox-salvaged': ({ kept, lost, aside }) => ({
    text: `数据文件曾损坏：${kept} 行已转入新文件${lost > 0 ? `，${lost} 行无法读取` : ''}；损坏的文件保存为 ${aside}`,
    remedy: '请保留损坏的文件，并检查磁盘或存储卡：pilegate doctor',
  }),
  'outbox-replaced': ({ path, taken, rescued }) => ({
    text: `运行期间数据文件 ${path} 被删除、替换或移走；${rescued ? `全部数据已转入新文件，其中 ${taken} 行尚未完成` : '其中的数据已无法读取'}`,
    remedy: '请查明原因；操作该文件前请先停止守护进程',
  }),
  'config-fullwidth': ({ places }) => ({
    text: `配置中有全角标点：${places}`,
    remedy: '请关闭中文输入法后重新输入，然后执行：pilegate check',
  }),
  'clock-off': ({ against, ms }) => ({
    text: `本机时钟比${PEERS[against]}${ms > 0 ? '快' : '慢'} ${duration(Math.abs(ms))}`,
    remedy: '请启用 NTP 校时：timedatectl set-ntp true',
  }),
  'certificate-expires': ({ link, at }, { local }) => ({
    text: `${link} 的证书将于 ${local(at)} 到期`,
    remedy: '请联系该服务器的运营方更换证书',
  }),
  'device-silent': ({ devices, count }) => ({
    text: `${count} 台充电桩超过 silentAfter 未上报任何事件：${devices}`,
    remedy: '请检查充电桩的电源和网络，并在该桩结束一次充电',
  }),
  'quarantine-growing': ({ source, count, reason }, { say }) => ({
    text: `来源 ${source} 有 ${count} 条事件因同一原因进入隔离区：${say(isReason(reason) ? reason : readReason(String(reason)))}`,
    remedy: '请修正规则，然后执行：pilegate quarantine replay --all',
  }),
  'broker-queue-limit': ({ detail }) => ({
    text: `本机离线期间 MQTT 服务器可能丢弃事件：${detail}`,
    remedy: '请调大服务器的排队上限（mosquitto：max_queued_messages）',
  }),
  'secret-readable': ({ file, mode }) => ({
    text: `其他用户可以读取 ${file}（权限 ${mode}）`,
    remedy: `chmod 600 ${file}`,
  }),
  'page-exposed': ({ listen }) => ({
    text: `状态页对外开放（${listen}）且显示完整车牌`,
    remedy: '请设置 http.showPlates: false，或只监听 127.0.0.1',
  }),
};
