import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  KWH,
  measureIn,
  parseScale,
  plainNumber,
  readAmount,
  UNITS,
  YUAN,
} from '../../src/domain/decimal.ts';
import { Unreadable } from '../../src/domain/unreadable.ts';
import { worded } from '../support/reasons.ts';

function scale(text: string) {
  const parsed = parseScale(text);
  if (parsed === undefined) throw new Error(`${text} is no scale`);
  return parsed;
}

/** Half up to two decimals by whole numbers only: mantissa × 10^exponent. */
function byIntegers(mantissa: bigint, exponent: number): string {
  const power = exponent + 2;
  const cents =
    power >= 0
      ? mantissa * 10n ** BigInt(power)
      : (mantissa * 2n + 10n ** BigInt(-power)) / (2n * 10n ** BigInt(-power));
  const digits = cents.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

describe('an amount with its unit', () => {
  it.each([
    ['32.15 kWh', KWH, '32.15'],
    ['32.15KWH', KWH, '32.15'],
    ['32.15度', KWH, '32.15'],
    ['32.1 千瓦时', KWH, '32.10'],
    ['3.2e1 kWh', KWH, '32.00'],
    ['32150 Wh', measureIn('Wh'), '32.15'],
    ['¥25.10', YUAN, '25.10'],
    ['￥25.1', YUAN, '25.10'],
    ['25.10元', YUAN, '25.10'],
    ['RMB 25.1', YUAN, '25.10'],
    ['2510分', measureIn('fen'), '25.10'],
  ])('%s is read', (text, measure, wire) => {
    expect(readAmount(text, measure)).toBe(wire);
  });

  it('is none where the rule gives a scale', () => {
    expect(worded(readAmount('321500 kWh', { scale: scale('0.0001'), unit: undefined }))).toMatchObject({
      reason: expect.stringContaining('expected a bare number'),
    });
  });
});

describe('amounts', () => {
  it.each([
    ['1.005', '1.01'],
    ['1.004999999999999999999', '1.00'],
    ['0', '0.00'],
    ['-0', '0.00'],
    ['-0.000', '0.00'],
    ['32.15', '32.15'],
    ['20.1', '20.10'],
    ['5', '5.00'],
    ['5.', '5.00'],
    ['.5', '0.50'],
    ['+5.00', '5.00'],
    ['007.5', '7.50'],
    ['1e3', '1000.00'],
    ['1.5E-2', '0.02'],
    ['25.5e+1', '255.00'],
    ['1e-999', '0.00'],
    ['0.1000000000000000055511151231257827', '0.10'],
    ['999999999999.994', '999999999999.99'],
  ])('%s is %s', (text, wire) => {
    expect(readAmount(text, KWH)).toBe(wire);
  });

  it.each([
    ['15500', UNITS.Wh, '15.50'],
    ['1005', UNITS.Wh, '1.01'],
    ['1550', UNITS.fen, '15.50'],
    ['0.5', UNITS.fen, '0.01'],
    ['1040000', '0.0001', '104.00'],
    ['10049', '0.0001', '1.00'],
    ['10050', '0.0001', '1.01'],
    ['3', '1.5', '4.50'],
  ])('%s times %s is %s', (text, by, wire) => {
    expect(readAmount(text, { scale: scale(by), unit: undefined })).toBe(wire);
  });

  it.each([
    ['-0.001', 'negative'],
    ['-5', 'negative'],
    ['1,234.5', 'no number'],
    ['32.15kW', 'no number'],
    ['32.15 Wh', 'is in Wh, expected kWh'],
    ['32.15元', 'is in yuan, expected kWh'],
    ['1,234.5', 'no number'],
    ['kWh', 'no number'],
    ['-1kWh', 'negative'],
    ['NaN', 'no number'],
    ['Infinity', 'no number'],
    ['0x10', 'no number'],
    ['１２', 'no number'],
    ['1e', 'no number'],
    ['--1', 'no number'],
    ['1 2', 'no number'],
    ['1e12', 'more than'],
    ['1e999', 'more than'],
    ['1e999999999', 'no number'],
    ['-1e-999999999', 'no number'],
    ['9'.repeat(101), 'no number'],
  ])('%s is refused as %s', (text, why) => {
    const read = readAmount(text, KWH);
    expect(read).toBeInstanceOf(Unreadable);
    expect(worded(read)).toMatchObject({ reason: expect.stringContaining(why) });
  });

  it('agree with arithmetic on whole numbers, however the number is written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.integer({ min: -40, max: -14 }),
        (mantissa, exponent) => {
          const digits = mantissa.toString().padStart(-exponent + 1, '0');
          const plain = `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
          const expected = byIntegers(mantissa, exponent);
          expect(readAmount(plain, KWH)).toBe(expected);
          expect(readAmount(`${mantissa}e${exponent}`, KWH)).toBe(expected);
        },
      ),
    );
  });

  it('of up to two decimals are only padded', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(99), (whole, cents) => {
        const two = String(cents).padStart(2, '0');
        expect(readAmount(`${whole}.${two}`, KWH)).toBe(`${whole}.${two}`);
      }),
    );
  });

  it('are two decimals or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9.eE]{1,20}$/)), (text) => {
        const read = readAmount(text, KWH);
        expect(typeof read === 'string' ? read : '0.00').toMatch(/^(?:0|[1-9]\d*)\.\d\d$/);
      }),
    );
  });
});

describe('a scale', () => {
  it.each(['0.0001', '1', '100', '1e-4'])('may be %s', (text) => {
    expect(parseScale(text)).toBeDefined();
  });

  it.each(['0', '-1', '', 'kWh', '1e9999', 'NaN'])('may not be %j', (text) => {
    expect(parseScale(text)).toBeUndefined();
  });
});

describe('a plain number', () => {
  it.each([
    ['1.7031235e9', '1703123500'],
    ['5e-3', '0.005'],
    ['12', '12'],
  ])('of %s is %s', (text, plain) => {
    expect(plainNumber(text)).toBe(plain);
  });

  it('is undefined for what is none', () => {
    expect(plainNumber('1e99999')).toBeUndefined();
    expect(plainNumber('x')).toBeUndefined();
  });
});
