import Big from 'big.js';
import { quoted, Unreadable } from './unreadable.ts';

/** What one of each unit is in the record's own units, kWh and yuan (gate interface 2.2). */
export const UNITS = { kWh: '1', Wh: '0.001', yuan: '1', fen: '0.01' } as const;

/** What a number is multiplied by to become kWh or yuan; exact. */
export type Scale = Big;

/** The number is in the record's own unit already. */
export const ONE: Scale = new Big(1);

/** A number as people and JSON write it; the exponent is bounded so that `1e999999999` costs nothing. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** Enough for a double printed to its last digit; beyond it, it is no measurement. */
const MAX_LENGTH = 100;

/** Amounts from here up are no charging session's, and would lose digits in a receiver's double. */
const LIMIT = new Big('1e12');

/** What most events hold: nothing to compute, only to pad. */
const PADDABLE = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,2})?$/;

function parse(text: string): Big | undefined {
  if (text.length > MAX_LENGTH || !NUMBER.test(text)) return undefined;
  // big.js reads no plus sign before the digits.
  return new Big(text.startsWith('+') ? text.slice(1) : text);
}

/** The scale a config text names (`"0.0001"`), or undefined where it is no number above zero. */
export function parseScale(text: string): Scale | undefined {
  const scale = parse(text);
  return scale?.gt(0) ? scale : undefined;
}

/**
 * An amount for the wire: `text × scale`, two decimals, rounded half up from the exact decimal (`1.005` is
 * `1.01`), from 0 to below 10^12. Exponents (`1e3`) are read, up to three digits.
 *
 * @param text the number as the event wrote it, trimmed, not empty
 */
export function readAmount(text: string, scale: Scale): string | Unreadable {
  if (scale === ONE && PADDABLE.test(text)) {
    const decimals = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
    return decimals === 2 ? text : decimals === 1 ? `${text}0` : `${text}.00`;
  }
  const amount = parse(text)?.times(scale);
  if (amount === undefined) return new Unreadable(`${quoted(text)} is no number`);
  if (amount.lt(0)) return new Unreadable(`${quoted(text)} is negative`);
  if (amount.gte(LIMIT)) return new Unreadable(`${quoted(text)} is more than any charging session's`);
  return amount.abs().toFixed(2, Big.roundHalfUp);
}

/** A number without its exponent (`1.5e3` is `1500`), every digit kept; undefined where it is no number. */
export function plainNumber(text: string): string | undefined {
  return parse(text)?.toFixed();
}
