import type { delivery as english } from '../../en/doctor/delivery.ts';
import type { FindingsAs } from '../../texts.ts';
import { duration } from '../time.ts';

const JOURNAL = 'journalctl -u pilegate -n 30';

const listenFor = (listen: string) =>
  `请结束一次充电并监听：${listen}；若无消息，则充电桩没有上报；若有，请与 sources[].topic 核对主题（即使 acl_file 禁止读取，mosquitto 也会同意订阅）`;

/** What the daemon and the outbox's rows say, in Chinese. */
export const delivery: FindingsAs<typeof english> = {
  'daemon.unknown': () => ({
    text: '无法判断守护进程是否在运行',
    remedy: 'systemctl status pilegate；请用足够的权限检查：sudo pilegate doctor',
  }),
  'no-daemon': () => ({
    text: '守护进程未运行：事件滞留在 MQTT 服务器，记录无法送达道闸平台',
    remedy: `systemctl start pilegate；若随即退出：${JOURNAL}`,
  }),
  'daemon.running': ({ version, pid, since }, { local }) => ({
    text: `运行中（版本 ${version}，进程 ${pid}），自 ${local(since)} 起已连接 MQTT 服务器`,
    remedy: '',
  }),
  'daemon.running-unseen': () => ({ text: '运行中', remedy: '' }),
  'broker-down': ({ since }, { local }) => ({
    text: `运行中，但自 ${local(since)} 起未连接 MQTT 服务器`,
    remedy: `见此处“MQTT 服务器”，以及日志：${JOURNAL}`,
  }),
  'gate-down': ({ since, reason }, { local, say }) => ({
    text: `运行中，但自 ${local(since)} 起无法连接道闸平台（${say(reason)}）`,
    remedy: '见此处“道闸平台”；会自动重试（delivery.outage.max）',
  }),
  'daemon.version': ({ running, installed }) => ({
    text: `运行的版本为 ${running}，已安装的是 ${installed}`,
    remedy: 'systemctl restart pilegate',
  }),
  'events.recent': ({ ms, at }, { local }) => ({
    text: `最近一条在 ${duration(ms)}前，${local(at)}`,
    remedy: '',
  }),
  'events.none': ({ listen }) => ({ text: '没有任何事件记录', remedy: listenFor(listen) }),
  'events.quiet': ({ ms, at, listen }, { local }) => ({
    text: `已有 ${duration(ms)}没有事件，最近一条 ${local(at)}`,
    remedy: listenFor(listen),
  }),
  'refusals.none': () => ({ text: '没有关于密钥或车场编号的拒收记录', remedy: '' }),
  'refusals.key': ({ keyOrigin, since, reason }, { local, say }) => ({
    text: `密钥错误：道闸平台不接受签名（自 ${local(since)} 起：${say(reason)}）`,
    remedy: `请与道闸平台逐字核对 ${keyOrigin} 中的密钥，然后：systemctl restart pilegate`,
  }),
  'refusals.park': ({ account, since, reason }, { local, say }) => ({
    text: `车场编号错误，或未授权给此账号（自 ${local(since)} 起：${say(reason)}）`,
    remedy: `请与道闸平台核对 ${account}，然后：systemctl reload pilegate`,
  }),
  'refusals.all': ({ since, reason }, { local, say }) => ({
    text: `道闸平台因配置错误拒收所有记录（自 ${local(since)} 起：${say(reason)}）`,
    remedy: '见此处“道闸平台”；或询问道闸平台其含义',
  }),
  'backlog.none': ({ count }) => ({ text: `${count} 条待发送（pending）`, remedy: '' }),
  backlog: ({ count, ms }) => ({
    text: `${count} 条待发送（pending），最早的已等待 ${duration(ms)}`,
    remedy: '请先解决此处的红色项，之后会自动发送。查看原因：pilegate records list --state pending',
  }),
  'parked.none': () => ({ text: '无', remedy: '' }),
  parked: ({ count }) => ({
    text: `${count} 条记录已搁置（parked），等待人工处理`,
    remedy: '查看原因：pilegate records list --state parked；解决后：pilegate records retry --parked',
  }),
  'quarantine.none': () => ({ text: '空', remedy: '' }),
  quarantine: ({ count }) => ({
    text: `${count} 条事件在隔离区（quarantine），等待人工处理`,
    remedy: '查看原因：pilegate quarantine list；修正规则后：pilegate quarantine replay --all',
  }),
  dropped: ({ count }) => ({
    text: `${count} 条事件因隔离区已满而清除`,
    remedy:
      '查看：pilegate quarantine list --state dropped；扩大容量：quarantine.maxRows、quarantine.maxBytes',
  }),
};
