import type { RuleReasons, WayReasons } from '../../domain/reasons/rules.ts';
import type { TextsOf } from '../texts.ts';

const DURATION = '{ start: startTime, plus: payload.duration }';

/** Mistakes in the rules of a config, in Chinese. */
export const ruleReasons: TextsOf<RuleReasons> = {
  'rules.dialect-needs': ({ field, dialect, instead }) =>
    `没有规则给出 ${field}，而 gate.dialect 为 ${dialect} 时必填：将以 ${instead} 代替发送`,
  'rules.no-source': () => '没有来源，任何事件都不会成为记录',
  'rules.name-empty': () => '名称为空',
  'rules.name-twice': ({ name }) => `名称 ${name} 重复：每个来源或上下文须各有其名`,
  'rules.overlap': ({ source }) => `来源 ${source} 也接收此主题且在前，消息归它（请用 where 区分）`,
  'rules.shared-context': ({ source }) =>
    `也会接收来源 ${source} 的消息：mqtt.shareGroup 不分摊上下文，每个实例都会收到每次充电；请让它们使用各自的主题发布`,
  'rules.time-zone': ({ found }) => `没有时区 ${found}，应如 Asia/Shanghai`,
  'rules.profile-unknown': ({ found, allowed }) => `没有模板 ${found}，可用：${allowed}`,
  'rules.no-fields': () => '来源须有 profile 或 fields，也可两者都有（fields 替换模板中的单条规则）',
  'rules.encoding': ({ found, allowed }) => `没有编码 ${found}，可用：${allowed}`,
  'rules.where-empty': () => 'where 为空：请写路径及其值，或 expr',
  'rules.where-both': () => '或写路径及其值，或写一个 expr，不能都写',
  'rules.where-context': () => 'where 中不能用 $context：判断哪些事件算数不能等待上下文',
  'rules.path': ({ found }) => `${found} 不是路径，应如 payload.list[0]["a name"].x`,
  'rules.each-path': ({ found }) => `${found} 不是路径，应如 payload.records，报文本身写 "."`,
  'rules.steps-empty': () => '步骤列表为空：请去掉 decode',
  'rules.steps-many': ({ count, most }) => `有 ${count} 步，最多 ${most} 步`,
  'rules.step-unknown': ({ found, allowed }) =>
    `没有步骤 ${found}，可用：${allowed}，或 { at: path }、{ json: path }、{ hex: path }、{ base64: path }`,
  'rules.step-form': ({ plain, paths }) => `一步须是 ${plain} 之一，或恰为带路径的 ${paths} 之一`,
  'rules.step-path-first': () => '路径需要已解码的内容：请在前面加 json 或 form',
  'rules.step-bytes-last': ({ step }) => `${step} 之后仍是字节，规则无法读取：请在后面加 json、form 或 ykc`,
  'rules.topic-empty': () => '主题为空',
  'rules.topic-share': () => '此处不写 $share/，请设置 mqtt.shareGroup',
  'rules.topic-nul': () => '主题不能含有 NUL 字符',
  'rules.topic-long': () => '主题最长 65535 字节',
  'rules.topic-rest': () => '# 代表其后全部内容，只能在最后一级',
  'rules.topic-name': ({ found }) => `${found} 一级须为完整的 {name}：以字母开头，由字母、数字和 _ 组成`,
  'rules.topic-wildcard': ({ found }) => `+ 和 # 须单独成级，不能是 ${found} 的一部分`,
  'rules.topic-level-twice': ({ name }) => `{${name}} 一级重复出现`,
  'rules.topic-no-level': ({ name, levels }) =>
    `主题中没有 {${name}} 一级，${levels === '' ? '也没有任何 {name} 级' : `已有：${levels}`}`,
  'rules.field-unknown': ({ found, allowed }) => `记录中没有字段 ${found}，可用：${allowed}`,
  'rules.field-missing': ({ field }) => `缺少 ${field} 的规则，每条记录都必须有`,
  'rules.device-id-missing': () => '缺少 deviceId 的规则（每条记录都必须有），主题中也没有 {deviceId} 一级',
  'rules.list-empty': ({ of }) => `规则列表为空${of === 'field' ? '：请去掉该字段' : ''}`,
  'rules.way': ({ ways, found }) =>
    `规则须恰有以下之一：${ways}；此规则${found.length === 0 ? '一个也没有' : `有 ${found.join(' 和 ')}`}`,
  'rules.way-here': ({ way, allowed }) => `此处不能用 ${way} 规则，可用：${allowed}`,
  'rules.only-context': ({ key }) => `只有 context 规则才有 ${key}`,
  'rules.context-last': () => 'context 规则须放在最后，否则不会等待',
  'rules.context-key': () => 'context 规则需要 key，例如 { device: spaceNo } 或 { topic: deviceId }',
  'rules.context-chain': () =>
    '为键取值的上下文须有自己的 key 和 field：{ context: reply, key: transactionId, field: messageId }',
  'rules.context-unknown': ({ found, known }) =>
    `contexts 中没有 ${found}${known === '' ? '：其中没有任何上下文' : `，已有：${known}`}`,
  'rules.context-field': ({ context, field, allowed }) =>
    `上下文 ${context} 没有字段 ${field}，已有：${allowed}`,
  'rules.context-no-key': ({ context }) =>
    `$context.${context} 没有键：请在来源中加 contexts: { ${context}: … }`,
  'rules.context-no-fields': () => '上下文没有字段，提供不了任何内容',
  'rules.context-unused': ({ context }) => `没有来源使用上下文 ${context}：{ context: ${context}, key: ... }`,
  'rules.context-elsewhere': () => '只有来源的字段才能用 $context：它的值可能晚到',
  'rules.context-bare': () => '$context 须写作 $context.名称.字段：来源的一个上下文及其字段',
  'rules.plus-alone': () => `plus 需要同时写 start：${DURATION}`,
  'rules.start-alone': () => `start 需要 plus，即时长的规则：${DURATION}`,
  'rules.start-elsewhere': () => `只有 endTime 可以这样写：${DURATION}`,
  'rules.device-column': ({ field }) => `devices 表不能提供 ${field}：该表按 deviceId 查找`,
  'rules.device-column-unknown': ({ found, allowed }) => `devices 表中没有 ${found}，可用：${allowed}`,
  'rules.device-column-empty': ({ column }) => `devices 表中没有任何设备有 ${column}`,
  'rules.device-unlisted': ({ found }) => `devices 中没有设备 ${found}`,
  'rules.const-empty': () => '空文本没有意义：请去掉该规则',
  'rules.unit-or-scale': () => 'unit 和 scale 只能写一个',
  'rules.unit': ({ found, allowed }) => `此处没有单位 ${found}，可用：${allowed.join('、')}`,
  'rules.scale': ({ found }) => `${found} 不是大于零的小数，应如 "0.0001"`,
  'rules.only-amounts': ({ key }) => `只有数量才有 ${key}`,
  'rules.only-times': () => '只有 startTime 和 endTime 才有时间格式',
  'rules.time-format': ({ found, allowed, unknown, lacks }) =>
    `没有时间格式 ${found}，可用：${allowed}；作为格式（如 yyyy/MM/dd H:mm:ss）${unknown === undefined ? `缺少 ${lacks}` : `不认识 ${unknown}`}`,
  'rules.duration-unit': ({ found, allowed }) => `时长没有单位 ${found}，可用：${allowed}`,
  'rules.expression': ({ error, at, near }) =>
    `不是 JSONata 表达式：${error}${at === undefined ? '' : `（第 ${at} 个字符：${near}）`}`,
  'rules.expression-banned': ({ name, unsafe }) =>
    `表达式中不能用 $${name}：${unsafe ? '它会把事件中的文本当作表达式执行' : '同一事件再次处理会得到不同的记录'}`,
  'rules.expression-name': ({ name, meant }) =>
    `没有名称 ${name}${meant === undefined ? '' : `，是否想写 ${meant}？`}`,
};

/** Where the value of a field is from, in Chinese. */
export const wayReasons: TextsOf<WayReasons> = {
  'way.topic-level': ({ name }) => `主题的 {${name}} 一级`,
  'way.device-column': ({ column }) => `devices 表中的 ${column}`,
  'way.context-field': ({ context, field }) => `上下文 ${context} 的 ${field}`,
  'way.asks': ({ context, key }) => `向上下文 ${context} 查找 ${key}`,
  'way.asks-through': ({ context, by, key }) => `在上下文 ${by} 中按 ${key} 找到键，再查找上下文 ${context}`,
  'way.supplied': () => '人工填写',
  'way.config': ({ key }) => `配置中的 ${key}`,
  'way.devices-table': () => 'devices 表',
  'way.device-id': () => '设备编号：没有名称',
  'way.unknown': () => '未知',
};
