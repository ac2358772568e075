/** Made-up plates and VINs in place of real ones: of the same shape, and always the same one for the same real one. */
import { createHmac } from 'node:crypto';

/** Provinces as plates begin with them. */
export const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼';

const DIGITS = '0123456789';
/** Plates and VINs have no I and no O; VINs no Q either. */
const PLATE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const VIN_LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ';
/** The letters that say how a new-energy car is driven: the third character or the last one of eight. */
const ENERGY_LETTERS = 'ABCDEFGHJK';

/** Tries for a code that comes out as itself: one of nothing but Chinese characters always does. */
const ROUNDS = 16;
/** Names that are kept ready. */
const RECENT = 10_000;

/** Makes names up by a secret: without it nobody gets from a made-up one back to the real one. */
export class Pseudonyms {
  readonly #secret: Uint8Array;
  readonly #recent = new Map<string, string>();

  /** @param secret random bytes, of this capture only */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** The made-up plate for a real one. @param plate upper case, half width, nothing between its characters */
  plate(plate: string): string {
    const energy = plate.length === 8 && isEnergy(plate);
    return this.#made('plate', plate, (char, at) => {
      if (PROVINCES.includes(char)) return PROVINCES;
      if (energy && at === (energy === 'third' ? 2 : 7)) return ENERGY_LETTERS;
      return lettersFor(char, PLATE_LETTERS);
    });
  }

  /** The made-up VIN for a real one, or for any other code of letters and digits. @param vin upper case */
  vin(vin: string): string {
    return this.#made('vin', vin, (char) => lettersFor(char, VIN_LETTERS));
  }

  #made(kind: string, real: string, choices: (char: string, at: number) => string | undefined): string {
    const key = `${kind} ${real}`;
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    let made = real;
    for (let round = 0; made === real && round < ROUNDS; round += 1) {
      // Each character has a byte of its own, of as many digests as it takes.
      const digests = Array.from({ length: Math.ceil(real.length / 32) }, (_, part) =>
        createHmac('sha256', this.#secret).update(`${round} ${part} ${key}`).digest(),
      );
      const bytes = Buffer.concat(digests);
      made = '';
      for (let at = 0; at < real.length; at += 1) {
        const char = real.charAt(at);
        const among = choices(char, at);
        made += among === undefined ? char : among.charAt((bytes[at] ?? 0) % among.length);
      }
    }
    if (this.#recent.size >= RECENT) this.#recent.clear();
    this.#recent.set(key, made);
    return made;
  }
}

function isEnergy(plate: string): 'third' | 'last' | undefined {
  if (ENERGY_LETTERS.includes(plate.charAt(2))) return 'third';
  return ENERGY_LETTERS.includes(plate.charAt(7)) ? 'last' : undefined;
}

function lettersFor(char: string, letters: string): string | undefined {
  if (DIGITS.includes(char)) return DIGITS;
  return /[A-Z]/.test(char) ? letters : undefined;
}
