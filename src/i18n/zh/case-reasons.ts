import type { CaseReasons } from '../../domain/reasons/cases.ts';
import type { TextsOf } from '../texts.ts';

/** What is wrong with a case file, in Chinese. */
export const caseReasons: TextsOf<CaseReasons> = {
  'case.no-payload': ({ keys }) => `没有消息内容：请写 ${keys} 之一`,
  'case.two-payloads': ({ key }) => `与 ${key} 同时出现，只能写其中一个`,
  'case.empty-payload': () => '为空：空内容请写 ""，JSON 的 null 请写 "null"',
  'case.number-not-json': () => '含有 JSON 没有的数字，请加引号，或把内容写成文本',
  'case.hex': () => '应为成对的十六进制数字，如 "68 A2"',
  'case.base64': () => '应为 base64',
  'case.wildcard': () => '含有通配符，应为一条消息所发布的主题',
  'case.out-of-order': () => '早于上一条消息，请按先后排列',
  'case.until-too-early': () => '早于最后一条消息，请推后或删去',
  'case.not-a-time': () => '不是时间，应如 2026-11-29T08:00:00+08:00',
  'case.not-utf8': () => '不是 UTF-8 文本，请以 UTF-8 保存',
  'case.too-large': ({ bytes, allowed }) => `文件有 ${bytes} 字节，最多 ${allowed}：不是用例文件`,
};
