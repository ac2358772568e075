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
};
