import type { check as english } from '../en/check.ts';
import { duration } from './time.ts';

/** `check`. */
export const check: typeof english = {
  right: ({ file, gate, broker, sources, contexts, devices }, key) =>
    `${file} 没有错误：道闸平台 ${gate}，MQTT 服务器 ${broker}，${sources} 个来源，${contexts} 个上下文，${devices} 台设备，密钥：${key}`,
  ofService: (line) => `来自服务的 systemd 凭据（${line}），此处看不到：pilegate doctor 会说明如何检查`,
  warning: (text) => `警告：${text}`,
  heads: ['字段', '值', '来历'],
  record: '将成为一条记录',
  untaken: '没有来源接收此事件',
  ignored: (source, reason) => `来源 ${source} 会忽略此事件：${reason}`,
  wrong: (field, reason) =>
    `不会成为记录，将进入隔离区（quarantine）：${field === '' ? '' : `${field}：`}${reason}`,
  context: (name, key, values) => `为上下文 ${name} 的键 ${key} 提供：${listed(values, '，')}`,
  waits: (missing, waitMs) =>
    `得到 ${missing.map(({ field, context, key }) => `${field}（上下文 ${context}，键 ${key}）`).join('、')} 后成为一条记录，最多等待 ${duration(waitMs)}`,
};

function listed(values: Readonly<Record<string, string | number>>, comma: string): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(comma);
}
