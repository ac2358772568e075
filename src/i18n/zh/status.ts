import type { status as english } from '../en/status.ts';
import { duration } from './time.ts';

/** `status`, and the level words of `doctor`. Times are written already. */
export const status: typeof english = {
  level: { red: '红', yellow: '黄', green: '绿' },
  allWell: '一切正常',
  station: '场站',
  daemon: '守护进程',
  broker: 'MQTT 服务器',
  gate: '道闸平台',
  records: '记录',
  oldest: '最早待发送',
  delivery: '最近送达',
  quarantine: '隔离区',
  running: (version, pid) => `运行中（版本 ${version}，进程 ${pid}）`,
  runningSilent: '运行中',
  stopped: '未运行',
  connected: (since) => `自 ${since} 起已连接`,
  disconnected: '未连接',
  gateState: (state, since, lastSaid) =>
    `${{ up: '正常', down: '无法连接', held: '暂停发送' }[state]}（${state}），自 ${since} 起${lastSaid ? '（守护进程停止前的状态）' : ''}`,
  unknown: '尚不清楚',
  none: '无',
  age: (ms) => `已等待 ${duration(ms)}`,
  ago: (ms, at) => `${duration(ms)}前，${at}`,
  counts: ({ pending, waiting, parked, delivered }) =>
    `待发送（pending）${pending}，待补全（waiting）${waiting}，搁置（parked）${parked}，已送达（delivered）${delivered}`,
  faults: {
    'no-daemon': ({ before }) =>
      before
        ? '守护进程未运行：事件滞留在 MQTT 服务器，记录无法送达道闸平台。请启动：systemctl start pilegate'
        : '守护进程尚未运行过。请启动：systemctl start pilegate',
    broker: ({ since }) =>
      `MQTT 服务器${since === undefined ? '' : `自 ${since} 起`}未连接，事件滞留在服务器。查找故障：pilegate doctor`,
    down: ({ since, reason }) =>
      `道闸平台自 ${since} 起无法连接（${reason}），恢复后自动发送。查找故障：pilegate doctor`,
    held: ({ since, reason }) =>
      `道闸平台自 ${since} 起因设置错误拒收所有记录（${reason}），已暂停发送。请修正设置：pilegate doctor`,
    backlog: ({ count, ms }) =>
      `${count} 条待发送（pending），最早的已等待 ${duration(ms)}：pilegate records list --state pending`,
    parked: ({ count }) =>
      `${count} 条记录已搁置（parked），等待人工处理：pilegate records list --state parked`,
    quarantine: ({ count }) => `${count} 条事件在隔离区（quarantine）：pilegate quarantine list`,
    dropped: ({ count }) => `${count} 条事件因隔离区已满而清除：pilegate quarantine list --state dropped`,
  },
};
