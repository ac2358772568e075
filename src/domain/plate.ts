/**
 * Plates as the gate wants them (gate interface 2.2): the full plate, upper case, no spaces or dots.
 */
import { type Reason, reason } from './reason.ts';

/** A plate that needs no clean-up, which is most of them: one character of a province or the like, then no other. */
const CLEAN = /^[\u4e00-\u9fff]?[A-Z0-9][\u4e00-\u9fffA-Z0-9]*$/;

/** White space, dots, hyphens and middle dots of every script that keyboards and cameras put into plates, and the invisible. */
const FILLERS =
  /[\s.\u002d\u00b7\u0387\u2010-\u2015\u2022\u2024\u2027\u2212\u2219\u22c5\u30fb\uff65\u3002\p{Cf}\p{Variation_Selector}]/gu;

const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** From a full-width form to the ASCII character it shows (Unicode, block Halfwidth and Fullwidth Forms). */
const FULL_WIDTH_SHIFT = 0xfee0;

const FIRST = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]';

/** Cameras put the plate's colour before it; 黑A12345 is of Heilongjiang and stays. */
const COLOUR = new RegExp(`^[蓝黄绿白黑](?=${FIRST})`);

/** What stands where no plate was seen: never a plate. Lower case. */
export const NO_PLATE: readonly string[] = ['无牌车', '_无_', 'null', '0'];

/**
 * The plate in upper case and half width, without spaces, dots, hyphens, a colour in front, and all from `|` on
 * (where some cameras put a second plate); `''` where nothing is left.
 */
export function cleanPlate(text: string): string {
  if (CLEAN.test(text)) return text;
  const plain = text.replace(FULL_WIDTH, (c) => String.fromCharCode(c.charCodeAt(0) - FULL_WIDTH_SHIFT));
  const [first = ''] = plain.split('|', 1);
  return first
    .replace(FILLERS, '')
    .replace(COLOUR, '')
    .replace(/[a-z]/g, (c) => c.toUpperCase());
}

const CHAR = '[A-HJ-NP-Z0-9]';
const ORDINARY = new RegExp(`^${FIRST}[A-Z]${CHAR}{4}[A-HJ-NP-Z0-9挂学警港澳使领]$`);
const NEW_ENERGY = new RegExp(`^${FIRST}[A-Z](?:[A-HJK]${CHAR}{5}|${CHAR}{5}[A-HJK])$`);

/**
 * Why a cleaned plate is not one of the usual forms, for a warning, or undefined where it is. Never a reason to
 * refuse: provisional, emergency and military plates and stand-ins for cars without one are real. The plate
 * itself is left out, so that a log line does not show it.
 */
export function plateOddity(plate: string): Reason | undefined {
  if (ORDINARY.test(plate) || NEW_ENERGY.test(plate)) return undefined;
  return reason('plate-odd', { oddity: oddityOf(plate) });
}

function oddityOf(plate: string): Reason {
  if (!new RegExp(`^${FIRST}`).test(plate)) return reason('plate-odd.province', {});
  if (!/^.[A-Z]/.test(plate)) return reason('plate-odd.letter', {});
  if (plate.length !== 7 && plate.length !== 8) return reason('plate-odd.length', { length: plate.length });
  if (plate.length === 8 && new RegExp(`^..${CHAR}{6}$`).test(plate)) {
    return reason('plate-odd.new-energy', {});
  }
  return reason('plate-odd.characters', {});
}
