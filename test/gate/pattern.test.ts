import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/gate/pattern.ts';

describe('a pattern of the config', () => {
  it.each([
    ['签名|密钥', '密钥无效', true],
    ['签名|密钥', '车辆已离场', false],
    ['^(?:订单)?已(?=存在)', '订单已存在', true],
    ['^(?:订单)?已(?=存在)', '订单已离场', false],
    ['(a)\\1+', 'baa', true],
    ['\\d{4,}', 'no 123', false],
  ])('%s matches %s: %s', (source, text, found) => {
    expect(compilePattern(source).test(text)).toBe(found);
  });

  it.each([
    '(a+)+$',
    '^(a|aa)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '^(a?){40}a{40}$',
    '(a*)*\\1b',
    '(?=(a+)+!?$)\\d',
  ])('does not match what would take for ever: %s', (source) => {
    const pattern = compilePattern(source);
    expect(pattern.test(`${'a'.repeat(500)}!`)).toBe(false);
    expect(pattern.test(`${'a'.repeat(500)}!`)).toBe(false);
  });

  it.each(['(', 'a**', '[b-a]'])('is a mistake where it cannot be compiled: %s', (source) => {
    expect(() => compilePattern(source)).toThrow(SyntaxError);
  });
});
