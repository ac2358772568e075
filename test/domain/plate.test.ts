import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanPlate, plateOddity } from '../../src/domain/plate.ts';
import { said } from '../support/reasons.ts';

describe('plate clean-up', () => {
  it.each([
    ['浙BD12345', '浙BD12345'],
    ['浙b·d12345', '浙BD12345'],
    [' 浙B D1.23 45 ', '浙BD12345'],
    ['浙Ｂ・ｄ１２３４５', '浙BD12345'],
    ['浙B•12345', '浙B12345'],
    ['浙B　12345', '浙B12345'],
    ['浙B．12345', '浙B12345'],
    ['\ufeff浙B\u200b12345', '浙B12345'],
    ['\u202a浙BD12345\u202c', '浙BD12345'],
    ['浙B\u2066D12345\u2069\ufe0f', '浙BD12345'],
    ['浙B\t1234\u00a05', '浙B12345'],
    ['· · .', ''],
    ['', ''],
    ['62000f9', '62000F9'],
    ['浙B-12345', '浙B12345'],
    ['浙B–D12345', '浙BD12345'],
    ['蓝浙B12345', '浙B12345'],
    ['绿浙BD12345', '浙BD12345'],
    ['黄使A12345', '使A12345'],
    ['黑A12345', '黑A12345'],
    ['黑黑A12345', '黑A12345'],
    ['白A12345', '白A12345'],
    ['粤ZJ068澳|MX7742', '粤ZJ068澳'],
    ['粤ZJ068澳｜MX7742', '粤ZJ068澳'],
    ['|浙B12345', ''],
    ['浙B\u200b12345', '浙B12345'],
  ])('makes %j into %j', (said, wire) => {
    expect(cleanPlate(said)).toBe(wire);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = cleanPlate(text);
        expect(cleanPlate(once)).toBe(once);
        expect(once).not.toMatch(/[\s.·a-z]/);
      }),
    );
  });
});

describe('plate oddity', () => {
  it.each([
    '浙B12345',
    '浙BD12345',
    '浙B12345D',
    '京A1234警',
    '粤Z1234港',
    '粤Z1234澳',
    '浙B1234学',
    '浙BF1A345',
    '使A12345',
  ])('has nothing to say of %s', (plate) => {
    expect(plateOddity(plate)).toBeUndefined();
  });

  it.each([
    ['62000F9', 'province'],
    ['无12345', 'province'],
    ['KA12345', 'province'],
    ['临12345', 'province'],
    ['', 'province'],
    ['浙112345', 'second character'],
    ['浙B1234', '6 characters'],
    ['浙B12345678', '10 characters'],
    ['浙B123456', 'new energy'],
    ['浙BI2345', 'characters that plates do not have'],
    ['浙B_12345', 'characters that plates do not have'],
  ])('warns of %j: %s', (plate, why) => {
    const warning = plateOddity(plate);
    const text = warning && said(warning);
    expect(text).toContain(why);
    if (plate !== '') expect(text).not.toContain(plate);
  });
});
