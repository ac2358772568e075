import { describe, expect, test } from 'vitest';
import { readReason, reason, storedReason } from '../../src/domain/reason.ts';
import { catalogue, sayIn } from '../../src/i18n/catalogue.ts';

describe('a reason', () => {
  test.each(['en', 'zh'] as const)(
    'that version 0.1 stored as prose is shown as it is (%s)',
    async (lang) => {
      const say = sayIn(await catalogue(lang));
      expect(say(readReason('the gate has the record'))).toBe('the gate has the record');
    },
  );

  test('is read back as it was stored', () => {
    const why = reason('prose', { text: '签名错误' });
    expect(readReason(storedReason(why))).toEqual(why);
  });

  test.each(['{"code":1,"params":{}}', '{"code":"x"}', '{"code":"x","params":{"a":null}}', '{"code":'])(
    'that is none is taken for prose: %s',
    (text) => {
      expect(readReason(text)).toEqual({ code: 'prose', params: { text } });
    },
  );

  test('of a code that this version does not know is shown by its code and parameters', async () => {
    const say = sayIn(await catalogue('en'));
    expect(say(readReason('{"code":"later.one","params":{"n":3}}'))).toBe('later.one {"n":3}');
    expect(say({ code: 'toString', params: {} })).toBe('toString {}');
  });
});
