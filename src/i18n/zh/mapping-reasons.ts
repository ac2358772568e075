import type { MappingReasons } from '../../domain/reasons/mapping.ts';
import type { TextsOf } from '../texts.ts';
import { aheadGuess, behindGuess } from './guesses.ts';
import { duration } from './time.ts';

/** What a value is, in Chinese, where a reason names it. */
const GOT: Readonly<Record<string, string>> = {
  'a list': '列表',
  'an object': '对象',
  'a text': '文本',
  'a number': '数字',
  bytes: '字节',
  nothing: '空',
};

function what(got: string): string {
  return GOT[got] ?? got;
}

const STATES: Readonly<Record<string, string>> = {
  waiting: '待补全',
  pending: '待发送',
  delivered: '已送达',
  parked: '搁置',
};

function written(text: string): string {
  return text === '' ? '空' : `"${text}"`;
}

/** Why an event is no record, or an odd one, in Chinese. */
export const mappingReasons: TextsOf<MappingReasons> = {
  'amount.not-number': ({ text }) => `${text} 不是数字`,
  'amount.negative': ({ text }) => `${text} 为负数`,
  'amount.too-large': ({ text }) => `${text} 超出任何一次充电的可能`,
  'amount.unit': ({ text, unit, expected }) =>
    `${text} 的单位是 ${unit}，应为 ${expected || '不带单位的数字'}`,

  'time.not-local': ({ text }) => `${text} 不是本地时间，应如 2026-11-24 08:00:00`,
  'time.not-iso': ({ text }) => `${text} 不是 ISO 时间，应如 2026-11-24T08:00:00+08:00`,
  'time.no-offset': ({ text }) =>
    `${text} 没有时区偏移，应如 2026-11-24T08:00:00+08:00（设 time: local 则按场站时区）`,
  'time.not-any': ({ text }) =>
    `${text} 不是时间，应如 2026-11-24 08:00:00、20261124080000、2026-11-24T08:00:00+08:00，或 Unix 秒、毫秒；其他写法请给出格式，如 time: "dd.MM.yyyy HH:mm"`,
  'time.not-epoch': ({ text, unit }) => `${text} 不是 Unix 时间（${unit}）`,
  'time.is-seconds': ({ text }) => `${text} 像是秒而非毫秒（time: unix-s）`,
  'time.is-milliseconds': ({ text }) => `${text} 像是毫秒而非秒（time: unix-ms）`,
  'time.digits': ({ text, count }) =>
    `${text} 有 ${count} 位数字，应为 10 位（Unix 秒）、13 位（Unix 毫秒）或 14 位（yyyyMMddHHmmss）`,
  'time.not-picture': ({ text, picture }) => `${text} 不符合格式 ${picture}`,
  'time.year': ({ text }) => `${text} 晚于 9999 年`,
  'time.never-set': ({ text }) => `${text} 早于 2015 年：设备时钟从未校准`,
  'time.not-duration': ({ text }) => `${text} 不是时长，应为数字或 HH:mm:ss`,
  'time.no-start': () => '时长所加的开始时间未知',
  'time.end-before-start': ({ start, end }) => `结束时间 ${end} 早于开始时间 ${start}`,
  'end-ahead': ({ ms, end }) => `结束时间 ${end} 比到达时间晚 ${duration(ms)}${aheadGuess(ms)}`,
  'end-behind': ({ ms, end }) => `结束时间 ${end} 比到达时间早 ${duration(ms)}${behindGuess(ms)}`,

  'plate-odd': ({ oddity }, say) => `车牌异常：${say(oddity)}`,
  'plate-odd.province': () => '首字不是省份简称',
  'plate-odd.letter': () => '第二位不是字母',
  'plate-odd.length': ({ length }) => `${length} 位，通常为 7 位（普通）或 8 位（新能源）`,
  'plate-odd.new-energy': () => '8 位但没有新能源字母（A 至 H、J、K，在第三位或末位）',
  'plate-odd.characters': () => '含有车牌不使用的字符',

  'text.long': ({ text, length, max }) => `${text} 有 ${length} 个字符，超过 ${max}`,
  'text.control': ({ text }) => `${text} 含有控制字符、不可见字符或损坏的字符`,
  'text.expected': ({ got }) => `应为文本或数字，实为${what(got)}`,

  'decode.step': ({ step, name, why }, say) => `解码第 ${step} 步（${name}）：${say(why)}`,
  'decode.too-large': ({ bytes, max }) => `内容有 ${bytes} 字节，最多读取 ${max} 字节`,
  'decode.not-text': ({ encoding }) =>
    `内容不是 ${encoding} 文本${encoding === 'utf-8' ? '（旧控制器？请设置 encoding: gb18030）' : ''}`,
  'decode.empty': () => '内容为空',
  'decode.not-json': ({ why }) => `内容不是 JSON：${why}`,
  'decode.bare-nan': () =>
    '内容不是 JSON：其中有 NaN 或 Infinity；设置 decode: [{ json: lenient }] 可按 null 读取',
  'decode.too-deep': ({ max }) => `JSON 嵌套超过 ${max} 层`,
  'decode.line': ({ line, why }, say) => `第 ${line} 行：${say(why)}`,
  'decode.too-many': ({ count, max }) => `有 ${count} 项，最多读取 ${max} 项`,
  'decode.not-form': ({ text }) => `${text} 不是表单，应为 名称=值&名称=值`,
  'decode.not-hex': ({ text }) => `${text} 不是十六进制文本，应为成对的 0-9、A-F`,
  'decode.odd-hex': ({ digits }) => `有 ${digits} 个十六进制数字，为奇数：文本不完整`,
  'decode.not-base64': ({ text }) => `${text} 不是 Base64 文本`,
  'decode.not-gzip': ({ why }) => `不是 gzip 数据：${why}`,
  'decode.gzip-large': ({ max }) => `解压后超过 ${max} 字节`,
  'decode.nothing-at': ({ path }) => `${path} 处没有值`,
  'decode.expected-text': ({ got }) => `应为文本，实为${what(got)}`,
  'decode.expected-bytes': ({ got }) => `应为字节，实为${what(got)}`,
  'ykc.none': ({ start }) => `其中没有交易记录（68 … 3B 帧），内容以 ${start} 开头`,
  'ykc.looks-hex': () => '这是十六进制文本：请在 ykc 之前加一步 hex',
  'ykc.looks-base64': () => '这是 Base64 文本：请在 ykc 之前加一步 base64',
  'ykc.looks-json': () => '这是 JSON：请在 ykc 之前加上 json、{ at: 路径 } 以及 hex 或 base64 各步',
  'ykc.checksum': ({ at, got, expected }) =>
    `第 ${at} 字节处的交易记录已损坏：校验为 ${got}，计算得 ${expected}`,
  'ykc.encrypted': () => '交易记录已加密（标志 01）：只有持有密钥的平台能读，请其解密后再发布',
  'ykc.cut': ({ at, bytes, length }) =>
    `第 ${at} 字节处的交易记录不完整：${length} 字节只有 ${bytes} 字节（DTU 是否分包？）`,
  'ykc.layout': ({ type, length }) =>
    `不认识消息体为 ${length} 字节的 ${type} 记录（3B：156、158 或 174；3D：201）`,
  'ykc.rest': ({ frame, why }, say) => `${say(why)}；帧 ${frame}`,

  'list.no-each': ({ each, count, why }, say) =>
    `${say(why)}；内容${each === '.' ? '本身' : `的 ${each}`} 是 ${count} 项的列表：请设置 each: ${JSON.stringify(each)}，每项成为一条记录`,
  'list.not': ({ path, got }) => `${path === '.' ? '内容' : path} 应为列表（each），实为${what(got)}`,
  'list.empty': () => '列表为空',
  'list.element': ({ index, why }, say) => `列表的 [${index}]：${say(why)}`,
  'list.supplied-no-each': ({ each, count }) =>
    `该事件是 ${count} 次充电的列表，一个值不能用于全部；请设置 each: ${JSON.stringify(each)}，不带 --set 重新处理，再为留下的各项补值`,
  'list.supplied': ({ count }) =>
    `该事件是 ${count} 次充电的列表，一个值不能用于全部：请不带 --set 重新处理，再为留下的各项补值`,

  'event.too-large': ({ bytes, limit }) =>
    `消息有 ${bytes} 字节，最多读取 ${limit} 字节：请调大 mqtt.maxPacket，或减少此主题上发布的内容`,
  'event.untaken': () => '没有来源（sources）或上下文（contexts）接收此主题',
  'event.not-taken-today': () => '按当前配置，此事件不会成为记录：没有来源接收其主题，或其 where 条件不成立',
  'event.where': ({ path, value }) => `where 条件不成立：${path} 应为 ${value}`,
  'event.where-expression': () => 'where 表达式不成立',
  'event.no-energy': ({ power, below }) => `电量 ${power} 度低于 ${below} 度（ignore.energyBelow）`,
  'event.short': ({ seconds, min }) => `时长 ${seconds} 秒短于 ${min} 秒（ignore.shorterThan）`,
  'event.failed-start': () => '启动失败：既无电量也无金额',
  'event.retained': () => '保留消息（retained: ignore）',
  'event.defect': ({ why }) => `pilegate 的缺陷：${why}`,

  'rule.nothing-at': ({ path }) => `事件中没有 ${path}`,
  'rule.level-empty': ({ name }) => `主题中 {${name}} 一级为空`,
  'rule.device-unknown': ({ column }) => `不知道是哪台设备，因此没有 ${column}`,
  'rule.device-lacks': ({ device, column }) => `devices 中的设备 ${device} 没有 ${column}，请补上`,
  'rule.device-unlisted': ({ device, column }) => `devices 中没有设备 ${device}，请连同其 ${column} 一起添加`,
  'rule.const-empty': () => 'const 为空',
  'rule.none': () => '没有规则',
  'rule.all': ({ whys }, say) => whys.map(say).join('；'),
  'rule.supplied': ({ why }, say) => `所填的值有误：${say(why)}`,
  'rule.supplied-empty': () => '所填的值为空',
  'expression.failed': ({ why }, say) => `表达式${say(why)}`,
  'expression.where': ({ why }, say) => `where 的表达式${say(why)}`,
  'expression.over-payload': ({ why }, say) => `表达式求值失败：${say(why)}`,
  'expression.nothing': ({ expression }) => `表达式 ${expression} 没有结果`,
  'expression.gives': ({ got }) => `的结果是${what(got)}，应为文本或数字`,
  'expression.inexact': () => '的结果是不精确的数字',
  'expression.long': ({ length }) => `的结果过长，有 ${length} 个字符`,
  'expression.error': ({ message }) => `出错：${message}`,
  'expression.error-at': ({ message, at, near }) =>
    `在第 ${at} 个字符 ${JSON.stringify(near)} 附近出错：${message}`,
  'expression.slow': ({ ms }) => `耗时超过 ${ms} 毫秒`,
  'expression.memory': ({ mib }) => `占用内存超过 ${mib} MiB`,
  'expression.no-end': () => '没有结束',
  'context.no-key': ({ context, why }, say) => `该值来自上下文 ${context}，但没有查找用的键：${say(why)}`,
  'context.value': ({ context, key, why }, say) => `上下文 ${context} 为 ${key} 给出的值有误：${say(why)}`,
  'context.fact-keyless': ({ why }, say) => `没有键：${say(why)}`,
  'context.key-long': ({ length, max }) => `键有 ${length} 个字符，超过 ${max}`,
  'context.fact-empty': () => '没有任何所需的字段',
  'context.over': ({ missing, seconds }, say) =>
    `事件到达后 ${seconds} 秒内没有等到 ${missing.map(say).join('、')}`,
  'context.lacks': ({ field, context, key }) => `${field}（上下文 ${context}，键 ${key}）`,
  'conflict.first-stands': ({ state, differs }, say) =>
    `同一订单先到的事件有效（${STATES[state] ?? state}）：${differs.length === 0 ? '两次给出的字段不同' : differs.map(say).join('；')}`,
  'conflict.differs': ({ field, first, here }) => `${field} 原为 ${written(first)}，此次为 ${written(here)}`,
  'conflict.expired': () =>
    '同一订单先到的事件没有等到所缺的内容，已在隔离区（expired），请重新处理或丢弃其中一个',
  'conflict.pruned': () => '该订单早已送达，内容与此不同，以先到的为准',
  'field.stays-empty': ({ field, why }, say) => `${field} 留空：${say(why)}`,
};
