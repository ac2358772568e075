import type { fleet as english } from '../en/fleet.ts';

export const fleet: typeof english = {
  heads: [
    '充电站',
    '名称',
    '版本',
    '消息服务器',
    '道闸平台',
    '待发',
    '最早待发',
    '已停放',
    '隔离',
    '最近消息',
    '问题',
  ],
  online: '在线',
  offline: '离线',
  title: 'pilegate 设备总览',
  none: '没有找到盒子的状态：请核对 --broker 和 --topic',
  ignored: (count) => `${count} 条消息被忽略：不是状态、过大，或盒子太多`,
  summary: (all, troubled) => `共 ${all} 台，${troubled} 台有问题`,
  listening: (url) => `正在 ${url} 和 ${url}metrics 提供服务，Ctrl-C 结束`,
};
