import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OUTSIDE_MAX, outsideParams, outsideText } from '../../src/alerts/message.ts';

it.each([
  ['a mention of everybody', '@all 请处理 @所有人', '＠all 请处理 ＠所有人'],
  ['a mention in mark-up', '<at user_id="all">x</at>', '＜at user＿id="all"＞x＜/at＞'],
  ['a link', 'see http://evil.example/x', 'see http：//evil．example/x'],
  ['a link by its domain alone', 'www.evil.example', 'www．evil．example'],
  ['a link by its scheme alone', 'tel:10086 weixin:pay', 'tel：10086 weixin：pay'],
  ['a link of mark-up', '[点此](dingtalk://x)', '［点此］（dingtalk：//x）'],
  [
    'full-width doubles, which programs fold',
    '＠ａｌｌ ｈｔｔｐ：／／ｅｖｉｌ．ｃｏｍ',
    '＠all http：//evil．com',
  ],
  ['line ends and controls', 'a\r\nb\u202ec\u0007', 'a b c'],
  ['a plate', '车牌 浙BD12345 已离场', '车牌 ＊＊＊ 已离场'],
  ['a plate with a dot', '浙B·D12345', '＊＊＊'],
  ['plain words of a gate', '签名错误: 缺少参数, code 1.5', '签名错误: 缺少参数, code 1.5'],
])('outside text cannot mention, link or show a plate: %s', (_what, text, shown) => {
  expect(outsideText(text)).toBe(shown);
});

it('whatever the text is, nothing that a chat program acts on is left, and it is short', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 900 }), fc.webUrl()), (text) => {
      const safe = outsideText(text);
      expect([...safe].length).toBeLessThanOrEqual(OUTSIDE_MAX);
      expect(safe).not.toMatch(/[@<>[\]()*`#&~!\p{Cc}\p{Cf}]|:\/\//u);
    }),
  );
});

it('makes the texts of reasons within reasons safe, and leaves codes and numbers', () => {
  const inner = { code: 'gate.refused', params: { description: '@all', status: 200 } };
  expect(outsideParams({ since: 5, reason: inner })).toEqual({
    since: 5,
    reason: { code: 'gate.refused', params: { description: '＠all', status: 200 } },
  });
});
