import { spelt, speltInChinese } from '../output.ts';
import type { Language, Voice } from './language.ts';

/** A field that a context is to supply, and by which key. */
interface Missing {
  readonly field: string;
  readonly context: string;
  readonly key: string;
}

/** What `check` says; each in both languages. */
export interface CheckWords extends Pick<Voice, 'told'> {
  /** All is right with a config. @param key where the key is read from */
  readonly right: (config: CheckedConfig, key: string) => string;
  /** The key's place, where only the service sees it. */
  readonly ofService: (line: string) => string;
  readonly warning: (text: string) => string;
  readonly heads: readonly [field: string, value: string, way: string];
  readonly record: string;
  readonly untaken: string;
  readonly ignored: (source: string, reason: string) => string;
  readonly wrong: (field: string, reason: string) => string;
  readonly context: (name: string, key: string, values: Readonly<Record<string, string>>) => string;
  readonly waits: (missing: readonly Missing[], waitMs: number) => string;
}

/** What is told of a config that is right. */
export interface CheckedConfig {
  readonly file: string;
  readonly gate: string;
  readonly broker: string;
  readonly sources: number;
  readonly contexts: number;
  readonly devices: number;
}

const EN: Omit<CheckWords, 'told'> = {
  right: ({ file, gate, broker, sources, contexts, devices }, key) =>
    `${file} is right: gate ${gate}, broker ${broker}, ${count(sources, 'source')}, ${count(contexts, 'context')}, ${count(devices, 'device')}, key from ${key}`,
  ofService: (line) =>
    `the service's credential (${line}), which is not seen here: pilegate doctor says how to try it`,
  warning: (text) => `warning: ${text}`,
  heads: ['FIELD', 'VALUE', 'WAY'],
  record: 'it becomes a record',
  untaken: 'no source takes it',
  ignored: (source, reason) => `it would be ignored by ${source}: ${reason}`,
  wrong: (field, reason) =>
    `it becomes no record, but goes into quarantine: ${field === '' ? '' : `${field}: `}${reason}`,
  context: (name, key, values) => `it tells the context ${name} of ${key}: ${listed(values, ', ')}`,
  waits: (missing, waitMs) =>
    `it becomes a record with ${missing.map(({ field, context, key }) => `${field} from the context ${context} for ${key}`).join(' and ')}; for that it waits up to ${spelt(waitMs)}`,
};

const ZH: Omit<CheckWords, 'told'> = {
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
    `得到 ${missing.map(({ field, context, key }) => `${field}（上下文 ${context}，键 ${key}）`).join('、')} 后成为一条记录，最多等待 ${speltInChinese(waitMs)}`,
};

/** The words of `check`. @param told how reasons are told in that language */
export function checkWords(lang: Language, told: Voice['told']): CheckWords {
  return { ...(lang === 'zh' ? ZH : EN), told };
}

function count(things: number, name: string): string {
  return `${things} ${name}${things === 1 ? '' : 's'}`;
}

function listed(values: Readonly<Record<string, string>>, comma: string): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(comma);
}
