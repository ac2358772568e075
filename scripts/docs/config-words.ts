import { configKeys } from '../../src/i18n/zh/config-keys.ts';

/** What the reference of the config says in one language. */
export interface ConfigWords {
  /** Title and introduction, and those of the rules. */
  readonly head: string;
  readonly rules: string;
  readonly columns: readonly string[];
  readonly required: string;
  readonly rule: string;
  readonly list: string;
  readonly text: string;
  readonly number: string;
  readonly whole: string;
  readonly duration: string;
  readonly size: string;
  readonly comma: string;
  readonly between: (kind: string, low: string, high: string) => string;
  /** What a section is, told below its name. */
  readonly section: (description: string, required: boolean) => string;
  /** What a key is. @throws Error where that is not said in this language */
  readonly meaning: (description: string) => string;
}

/** The reference in English. */
export const EN: ConfigWords = {
  head: `# The config, key by key

**English** · [中文](config.zh-CN.md)

YAML; an unknown key is a mistake. Relative paths are relative to the config file. Durations are written
\`500ms\` \`10s\` \`5m\` \`2h\` \`30d\`, sizes \`64KiB\` \`2GiB\`. A number that is a name is quoted: \`parkId: "3302122004"\`.
\`pilegate check\` says every mistake at once; [config.example.yaml](../config.example.yaml) shows each key in its place.
The gate's key and the broker's password are never in it: a \`…File\` key names their file, or they come as systemd
credentials (\`gate.key\`, \`mqtt.password\`), or in \`PILEGATE_GATE_KEY\` and \`PILEGATE_MQTT_PASSWORD\`.`,
  rules: `## Rules

A rule says where one value comes from: a path into the event as text, or a mapping of the keys below, or a list of
such rules, of which the first that gives a value counts.`,
  columns: ['key', 'allowed', 'default', 'meaning'],
  required: 'required',
  rule: 'a rule, see [below](#rules)',
  list: 'list',
  text: 'text',
  number: 'number',
  whole: 'whole number',
  duration: 'duration',
  size: 'size',
  comma: ', ',
  between: (kind, low, high) => `${kind}, ${low} to ${high}`,
  section: (description, required) =>
    `${description === '' ? '' : `${description[0]?.toUpperCase()}${description.slice(1)}.`}${required ? ' Required.' : ''}`.trim(),
  meaning: (description) => description,
};

/** The reference in Chinese. */
export const ZH: ConfigWords = {
  head: `# 配置项说明

[English](config.md) · **中文**

配置为 YAML，未知的键视为错误。相对路径以配置文件所在目录为准。时长写作 \`500ms\` \`10s\` \`5m\` \`2h\` \`30d\`，大小写作 \`64KiB\` \`2GiB\`。
作为名称的数字须加引号：\`parkId: "3302122004"\`。\`pilegate check\` 一次指出所有错误；[config.example.yaml](../config.example.yaml)
按位置列出每个键。道闸密钥和 MQTT 密码不写入配置：用 \`…File\` 键指定文件，或由 systemd 凭据（\`gate.key\`、\`mqtt.password\`）提供，或写在环境变量
\`PILEGATE_GATE_KEY\` 和 \`PILEGATE_MQTT_PASSWORD\` 中。`,
  rules: `## 规则

规则说明一个值从何而来：写成文本即事件中的路径；或写成由下列键组成的映射；或写成规则的列表，取第一个有值的。`,
  columns: ['键', '允许的值', '默认值', '含义'],
  required: '必填',
  rule: '规则，见[下文](#规则)',
  list: '列表',
  text: '文本',
  number: '数字',
  whole: '整数',
  duration: '时长',
  size: '大小',
  comma: '、',
  between: (kind, low, high) => `${kind}，${low} 到 ${high}`,
  section: (description, required) =>
    `${description === '' ? '' : `${chinese(description)}。`}${required ? '必填。' : ''}`,
  meaning: (description) => (description === '' ? '' : chinese(description)),
};

function chinese(description: string): string {
  const told = configKeys[description];
  if (told === undefined) throw new Error(`no Chinese in src/i18n/zh/config-keys.ts for "${description}"`);
  return told;
}
