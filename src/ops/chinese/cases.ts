import type { Sentences } from './sentences.ts';

/** Mistakes in case files of `pilegate test`. */
export const CASES: Sentences = [
  ['the file {*}', '文件{1}'],
  ['a case: messages and expect', '用例：messages 和 expect'],
  ['the messages, in order', '按先后排列的消息'],
  ['a message: its topic and its payload', '一条消息：主题和内容'],
  ['the topic of the message', '消息的主题'],
  ['the payload in hexadecimal digits', '十六进制的消息内容'],
  ['a file with the payload, relative to the case', '消息内容的文件，相对于用例文件'],
  ["the box's clock, such as 2026-11-29T08:00:00+08:00", '盒子的时钟，如 2026-11-29T08:00:00+08:00'],
  ['the fields of a record, such as { orderNo: "1" }', '记录的字段，如 { orderNo: "1" }'],
  ['the fields of a record that waits, such as { orderNo: "1" }', '待补全记录的字段，如 { orderNo: "1" }'],
  [
    'an event in quarantine, such as { kind: unmappable, field: endTime }',
    '隔离区中的事件，如 { kind: unmappable, field: endTime }',
  ],
  ['the records, in any order', '记录，顺序不限'],
  ['the events in quarantine', '隔离区中的事件'],
  ['the records that wait for a context', '等待上下文的记录'],
  ['the codes of the warnings', '警告代码'],
  ['the code of a warning, such as end-ahead', '警告代码，如 end-ahead'],
  [
    'what is expected: records, quarantine, waiting, ignored, warnings',
    '预期结果：records、quarantine、waiting、ignored、warnings',
  ],
  ['has no payload: name one of {}', '没有消息内容：请写 {1} 之一'],
  ['is there besides {}: name one of them', '与 {1} 同时出现，只能写其中一个'],
  ['must be pairs of hexadecimal digits, such as "68 A2"', '应为成对的十六进制数字，如 "68 A2"'],
  ['must be base64', '应为 base64'],
  ['must be text: the payload in base64', '应为文本：base64 的消息内容'],
  ['must be 0, 1 or 2', '应为 0、1 或 2'],
  [
    'is empty: write "" for an empty payload, or "null" for the JSON null',
    '为空：空内容请写 ""，JSON 的 null 请写 "null"',
  ],
  [
    'holds a number that JSON does not have: quote it, or write the payload as text',
    '含有 JSON 没有的数字，请加引号，或把内容写成文本',
  ],
  ['is before that of the message above it: put them in order', '早于上一条消息，请按先后排列'],
  ['is before the last message: put it later, or leave it out', '早于最后一条消息，请推后或删去'],
  ['has a wildcard: name the topic that one message is published on', '含有通配符，应为一条消息所发布的主题'],
  ['is no time: write one such as 2026-11-29T08:00:00+08:00', '不是时间，应如 2026-11-29T08:00:00+08:00'],
  [
    'must be a text or a number: the value that the field is expected to have',
    '应为文本或数字：该字段的预期值',
  ],
  [
    'must be a mapping such as { sources: [...] }, or the path of a config',
    '应为如 { sources: [...] } 的映射，或配置文件的路径',
  ],
  ['not UTF-8 text: save the file as UTF-8', '不是 UTF-8 文本，请以 UTF-8 保存'],
  ['the file has {} bytes, allowed is {}: it is no case file', '文件有 {1} 字节，最多 {2}：不是用例文件'],
];
