/**
 * Plates as the gate wants them (gate interface 2.2): the full plate, upper case, no spaces or dots.
 */

/** A plate that needs no clean-up, which is most of them. */
const CLEAN = /^[\u4e00-\u9fffA-Z0-9]+$/;

/** White space, dots and middle dots of every script that keyboards and cameras put into plates, and the invisible. */
const FILLERS = /[\s.\u00b7\u0387\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65\u3002\u200b-\u200d\u2060\ufeff]/g;

const FULL_WIDTH = /[\uff01-\uff5e]/g;

/** From a full-width form to the ASCII character it shows (Unicode, block Halfwidth and Fullwidth Forms). */
const FULL_WIDTH_SHIFT = 0xfee0;

/** The plate in upper case and half width, without spaces and dots; `''` where nothing is left. */
export function cleanPlate(text: string): string {
  if (CLEAN.test(text)) return text;
  return text
    .replace(FULL_WIDTH, (c) => String.fromCharCode(c.charCodeAt(0) - FULL_WIDTH_SHIFT))
    .replace(FILLERS, '')
    .replace(/[a-z]/g, (c) => c.toUpperCase());
}

const FIRST = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]';
const CHAR = '[A-HJ-NP-Z0-9]';
const ORDINARY = new RegExp(`^${FIRST}[A-Z]${CHAR}{4}[A-HJ-NP-Z0-9挂学警港澳使领]$`);
const NEW_ENERGY = new RegExp(`^${FIRST}[A-Z](?:[A-HJK]${CHAR}{5}|${CHAR}{5}[A-HJK])$`);

/**
 * Why a cleaned plate is not one of the usual forms, for a warning, or undefined where it is. Never a reason to
 * refuse: provisional, emergency and military plates and stand-ins for cars without one are real. The plate
 * itself is left out, so that a log line does not show it.
 */
export function plateOddity(plate: string): string | undefined {
  if (ORDINARY.test(plate) || NEW_ENERGY.test(plate)) return undefined;
  if (!new RegExp(`^${FIRST}`).test(plate)) return 'odd plate: it does not begin with a province';
  if (!/^.[A-Z]/.test(plate)) return 'odd plate: its second character is no letter';
  if (plate.length !== 7 && plate.length !== 8) {
    return `odd plate: ${plate.length} characters, where 7 (ordinary) or 8 (new energy) are usual`;
  }
  if (plate.length === 8 && new RegExp(`^..${CHAR}{6}$`).test(plate)) {
    return 'odd plate: 8 characters without the letter of a new energy plate (A to H, J, K; third or last)';
  }
  return 'odd plate: it holds characters that plates do not have';
}
