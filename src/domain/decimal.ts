import Big from 'big.js';
import { quoted, type Unreadable, unreadable } from './unreadable.ts';

/** What one of each unit is in the record's own units, kWh and yuan (gate interface 2.2). */
export const UNITS = { kWh: '1', Wh: '0.001', yuan: '1', fen: '0.01' } as const;

/** One of {@link UNITS}. */
export type Unit = keyof typeof UNITS;

/** What a number is multiplied by to become kWh or yuan; exact. */
export type Scale = Big;

/** How amounts of one rule are written. */
export interface Measure {
  readonly scale: Scale;
  /** The unit that may stand beside the number; undefined where the rule gives a scale: then none may. */
  readonly unit: Unit | undefined;
}

/** Numbers in kWh. */
export const KWH: Measure = { scale: new Big(1), unit: 'kWh' };
/** Numbers in yuan. */
export const YUAN: Measure = { scale: new Big(1), unit: 'yuan' };

/** Numbers in a unit. */
export function measureIn(unit: Unit): Measure {
  if (unit === 'kWh') return KWH;
  return unit === 'yuan' ? YUAN : { scale: new Big(UNITS[unit]), unit };
}

/** A number as people and JSON write it; the exponent is bounded so that `1e999999999` costs nothing. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** Enough for a double printed to its last digit; beyond it, it is no measurement. */
const MAX_LENGTH = 100;

/** Amounts from here up are no charging session's, and would lose digits in a receiver's double. */
const LIMIT = new Big('1e12');

/** What most events hold: nothing to compute, only to pad. */
const PADDABLE = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,2})?$/;

/** How units are written beside a number, lower case. */
const WRITTEN: Readonly<Record<string, Unit>> = {
  kwh: 'kWh',
  'kw.h': 'kWh',
  kw·h: 'kWh',
  'kw*h': 'kWh',
  度: 'kWh',
  千瓦时: 'kWh',
  wh: 'Wh',
  'w.h': 'Wh',
  w·h: 'Wh',
  瓦时: 'Wh',
  '¥': 'yuan',
  '￥': 'yuan',
  元: 'yuan',
  圆: 'yuan',
  yuan: 'yuan',
  rmb: 'yuan',
  cny: 'yuan',
  人民币: 'yuan',
  分: 'fen',
  fen: 'fen',
};

/** A number with a word or sign before or behind it. */
const WITH_UNIT = /^([^\d\s+.-][^\d\s+-]*)?\s*([+-]?[\d.]+(?:[eE][+-]?\d{1,3}(?!\d))?)\s*([^\d\s].*)?$/su;

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
 * `1.01`), from 0 to below 10^12. Exponents (`1e3`) are read, up to three digits. The measure's unit may stand
 * beside the number, in any case (`32.15 kWh`, `32.15度`, `¥25.10`); another one is unreadable.
 *
 * @param text the number as the event wrote it, trimmed, not empty
 */
export function readAmount(text: string, { scale, unit }: Measure): string | Unreadable {
  if ((unit === 'kWh' || unit === 'yuan') && PADDABLE.test(text)) {
    const decimals = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
    return decimals === 2 ? text : decimals === 1 ? `${text}0` : `${text}.00`;
  }
  const number = parse(text) ?? withoutUnit(text, unit);
  if (!(number instanceof Big)) return number;
  const amount = number.times(scale);
  if (amount.lt(0)) return unreadable('amount.negative', { text: quoted(text) });
  if (amount.gte(LIMIT)) return unreadable('amount.too-large', { text: quoted(text) });
  return amount.abs().toFixed(2, Big.roundHalfUp);
}

/** The number beside a unit, where that is the expected one. */
function withoutUnit(text: string, expected: Unit | undefined): Big | Unreadable {
  const wrong = () => unreadable('amount.not-number', { text: quoted(text) });
  if (text.length > MAX_LENGTH) return wrong();
  const [, before = '', digits = '', behind = ''] = WITH_UNIT.exec(text) ?? [];
  const number = parse(digits);
  const words = [before, behind].map((word) => word.trim().toLowerCase()).filter((word) => word !== '');
  if (number === undefined || words.length === 0) return wrong();
  for (const word of words) {
    const unit = Object.hasOwn(WRITTEN, word) ? WRITTEN[word] : undefined;
    if (unit === undefined) return wrong();
    if (unit !== expected) {
      return unreadable('amount.unit', { text: quoted(text), unit, expected: expected ?? '' });
    }
  }
  return number;
}

/** A number without its exponent (`1.5e3` is `1500`), every digit kept; undefined where it is no number. */
export function plainNumber(text: string): string | undefined {
  return parse(text)?.toFixed();
}
