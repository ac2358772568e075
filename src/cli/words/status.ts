import { spelt, speltInChinese } from '../output.ts';
import type { Fault } from '../status-faults.ts';
import type { Language, Voice } from './language.ts';

/** What `status` says; each in both languages. */
interface StatusWords {
  readonly level: Readonly<Record<'red' | 'yellow' | 'green', string>>;
  readonly allWell: string;
  readonly station: string;
  readonly daemon: string;
  readonly broker: string;
  readonly gate: string;
  readonly records: string;
  readonly oldest: string;
  readonly delivery: string;
  readonly quarantine: string;
  readonly running: (version: string, pid: number) => string;
  readonly runningSilent: string;
  readonly stopped: string;
  readonly connected: (since: string) => string;
  readonly disconnected: string;
  readonly gateState: (state: 'up' | 'down' | 'held', since: string, lastSaid: boolean) => string;
  readonly unknown: string;
  readonly none: string;
  readonly age: (ms: number) => string;
  readonly ago: (ms: number, at: string) => string;
  readonly counts: (
    counts: Readonly<Record<'pending' | 'waiting' | 'parked' | 'delivered', number>>,
  ) => string;
  /** One fault with its remedy. */
  readonly fault: (fault: Fault, voice: Pick<Voice, 'local' | 'told'>) => string;
}

const EN: StatusWords = {
  level: { red: 'RED', yellow: 'YELLOW', green: 'GREEN' },
  allWell: 'all is well',
  station: 'station',
  daemon: 'daemon',
  broker: 'broker',
  gate: 'gate',
  records: 'records',
  oldest: 'oldest pending',
  delivery: 'last delivery',
  quarantine: 'quarantine',
  running: (version, pid) => `runs (version ${version}, process ${pid})`,
  runningSilent: 'runs',
  stopped: 'does not run',
  connected: (since) => `connected since ${since}`,
  disconnected: 'not connected',
  gateState: (state, since, lastSaid) =>
    `${state} since ${since}${lastSaid ? ', as the last daemon said' : ''}`,
  unknown: 'not known yet',
  none: 'none',
  age: (ms) => `for ${spelt(ms)}`,
  ago: (ms, at) => `${spelt(ms)} ago, at ${at}`,
  counts: ({ pending, waiting, parked, delivered }) =>
    `${pending} pending, ${waiting} waiting, ${parked} parked, ${delivered} delivered`,
  fault: (fault, { local, told }) => {
    switch (fault.kind) {
      case 'no-daemon':
        return fault.before
          ? 'no daemon runs: events stay with the broker, and nothing reaches the gate. Start it: systemctl start pilegate'
          : 'no daemon has run on this outbox yet. Start it: systemctl start pilegate';
      case 'broker':
        return `the broker is not connected${fault.since === undefined ? '' : ` since ${local(fault.since)}`}: events stay with it. Find the fault: pilegate doctor`;
      case 'down':
        return `the gate is away since ${local(fault.since)} (${told(fault.reason)}): records wait, and go by themselves once it answers. Find the fault: pilegate doctor`;
      case 'held':
        return `the gate refuses all records since ${local(fault.since)}, for a fault of the set-up (${told(fault.reason)}): they are held. Mend it: pilegate doctor`;
      case 'backlog':
        return `${fault.count} pending, the oldest for ${spelt(fault.ms)}: pilegate records list --state pending`;
      case 'parked':
        return `${are(fault.count, 'parked record waits', 'parked records wait')} for a person: pilegate records list --state parked`;
      case 'quarantine':
        return `${are(fault.count, 'event is', 'events are')} in quarantine: pilegate quarantine list`;
      case 'dropped':
        return `${are(fault.count, 'event was', 'events were')} dropped when quarantine was full: pilegate quarantine list --state dropped`;
    }
  },
};

const ZH: StatusWords = {
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
  age: (ms) => `已等待 ${speltInChinese(ms)}`,
  ago: (ms, at) => `${speltInChinese(ms)}前，${at}`,
  counts: ({ pending, waiting, parked, delivered }) =>
    `待发送（pending）${pending}，待补全（waiting）${waiting}，搁置（parked）${parked}，已送达（delivered）${delivered}`,
  fault: (fault, { local, told }) => {
    switch (fault.kind) {
      case 'no-daemon':
        return fault.before
          ? '守护进程未运行：事件滞留在 MQTT 服务器，记录无法送达道闸平台。请启动：systemctl start pilegate'
          : '守护进程尚未运行过。请启动：systemctl start pilegate';
      case 'broker':
        return `MQTT 服务器${fault.since === undefined ? '' : `自 ${local(fault.since)} 起`}未连接，事件滞留在服务器。查找故障：pilegate doctor`;
      case 'down':
        return `道闸平台自 ${local(fault.since)} 起无法连接（${told(fault.reason)}），恢复后自动发送。查找故障：pilegate doctor`;
      case 'held':
        return `道闸平台自 ${local(fault.since)} 起因设置错误拒收所有记录（${told(fault.reason)}），已暂停发送。请修正设置：pilegate doctor`;
      case 'backlog':
        return `${fault.count} 条待发送（pending），最早的已等待 ${speltInChinese(fault.ms)}：pilegate records list --state pending`;
      case 'parked':
        return `${fault.count} 条记录已搁置（parked），等待人工处理：pilegate records list --state parked`;
      case 'quarantine':
        return `${fault.count} 条事件在隔离区（quarantine）：pilegate quarantine list`;
      case 'dropped':
        return `${fault.count} 条事件因隔离区已满而清除：pilegate quarantine list --state dropped`;
    }
  },
};

/** The words of `status`. */
export function statusWords(lang: Language): StatusWords {
  return lang === 'zh' ? ZH : EN;
}

function are(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
