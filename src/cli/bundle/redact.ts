/** Takes plates, VINs, keys and passwords out of what leaves the house. What is not understood is left out as a whole. */
import { randomBytes } from 'node:crypto';
import { edited, namedCodes, personalEdits } from '../capture/personal.ts';
import { Pseudonyms } from '../capture/pseudonyms.ts';
import { Scrubber } from '../capture/scrub.ts';
import { readingsOf } from './readings.ts';

/** What must not be in the archive, besides what looks like a plate or a VIN. */
export interface Known {
  /** Keys, passwords and secret addresses, as they are. */
  readonly secrets: Iterable<string>;
  /** Plates of any form, as they are. */
  readonly plates: Iterable<string>;
}

/** Stands where a text was left out. */
const LEFT_OUT = '(left out: a plate, a VIN or a secret may be in it)';
/** A text longer than this is left out, characters. */
const MAX_TEXT = 32_768;
/** What needs no search: a small number, a time. */
const PLAIN = /^[\d.]{1,7}$|^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z| ?[+-]\d\d:\d\d)?$/;
/** Cleaned texts that are kept ready: logs say the same again and again. */
const RECENT = 5_000;
/** Shorter codes than this would be found everywhere; one is masked where it stands alone. */
const MIN_CODE = 4;
const MIN_PLATE = 5;
/** A shorter piece of base64 stands in other texts by chance. */
const MIN_TRACE = 6;

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY|\$scrypt\$|\$argon2/;
/** A VIN with the same between each two of its characters. */
const SPACED_VIN =
  /(?<![A-Z0-9])[A-HJ-NPR-Z0-9]([^\p{L}\p{N}]{1,3})(?:[A-HJ-NPR-Z0-9]\1){15}[A-HJ-NPR-Z0-9](?![A-Z0-9])/u;

/** Redacts texts and the values of JSON by what is known of one station. */
export class Redactor {
  readonly #names = new Pseudonyms(randomBytes(32));
  readonly #scrubber = new Scrubber(this.#names);
  readonly #secrets: readonly string[];
  readonly #alone: ReadonlySet<string>;
  /** What shows a secret where all but letters and digits is taken away: itself, and ways to write it. */
  readonly #traces: readonly string[];
  readonly #plates: ReadonlySet<string>;
  readonly #lengths: readonly number[];
  readonly #recent = new Map<string, string>();

  constructor({ secrets, plates }: Known) {
    const all = [...new Set([...secrets].flatMap(partsOf).filter((one) => one !== ''))];
    this.#secrets = all.filter(({ length }) => length >= MIN_CODE).toSorted((a, b) => b.length - a.length);
    this.#alone = new Set(all);
    this.#traces = [...new Set(this.#secrets.flatMap(tracesOf))];
    this.#plates = new Set([...plates].map(compact).filter(({ length }) => length >= MIN_PLATE));
    this.#lengths = [...new Set([...this.#plates].map(({ length }) => length))];
  }

  /** A text without what must not be in it: masked with `*` where it stands openly, else left out as a whole. */
  text(text: string): string {
    const known = this.#recent.get(text);
    if (known !== undefined) return known;
    const clean = this.#clean(text);
    if (this.#recent.size >= RECENT) this.#recent.clear();
    this.#recent.set(text, clean);
    return clean;
  }

  /** A JSON value with every text in it redacted, the names of its members too. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const digits = String(value);
      return this.text(digits) === digits ? Number(value) : LEFT_OUT;
    }
    if (Array.isArray(value)) {
      // Bytes as a list of numbers.
      const list = JSON.stringify(value);
      if (value.every((one) => typeof one === 'number') && this.text(list) !== list) return LEFT_OUT;
      return value.map((one) => this.value(one));
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.text(name), this.value(member)]),
    );
  }

  #clean(whole: string): string {
    if (this.#alone.has(whole.trim())) return '***';
    if (whole === '' || PLAIN.test(whole)) return whole;
    if (whole.length > MAX_TEXT) return LEFT_OUT;
    let text = whole;
    for (const secret of this.#secrets) text = text.replaceAll(secret, '***');
    text = text
      .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, '$1***@')
      .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s?"']*\?)[^\s"']+/gi, '$1***');
    const edits = personalEdits(text, new Set(namedCodes(text)), this.#names);
    text = edited(
      text,
      edits.map((edit) => ({ ...edit, text: '*' })),
    );
    return this.#holds(text) ? LEFT_OUT : text;
  }

  #holds(text: string): boolean {
    const readings = readingsOf(text);
    if (readings === undefined) return true;
    for (const reading of readings) {
      if (PRIVATE_KEY.test(reading) || SPACED_VIN.test(reading.normalize('NFKC').toUpperCase())) return true;
      if (personalEdits(reading, new Set(namedCodes(reading)), this.#names).length > 0) return true;
      const plain = compact(reading);
      if (this.#traces.some((trace) => plain.includes(trace)) || this.#hasPlate(plain)) return true;
    }
    const bytes = Buffer.from(text);
    return Buffer.compare(this.#scrubber.payload(bytes, []).bytes, bytes) !== 0;
  }

  #hasPlate(plain: string): boolean {
    for (const length of this.#lengths)
      for (let at = 0; at + length <= plain.length; at += 1)
        if (this.#plates.has(plain.slice(at, at + length))) return true;
    return false;
  }
}

/** A secret, its lines where it has some, and where it is an address what is secret in it. */
function partsOf(secret: string): string[] {
  const whole = secret.trim();
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  const url = /^[a-z]+:\/\//i.test(whole) ? URL.parse(whole) : null;
  const tokens =
    url === null
      ? []
      : [...url.searchParams.values(), url.password, ...url.pathname.split('/')].filter(
          ({ length }) => length >= 12,
        );
  return [whole, ...lines.filter((line) => line.length >= MIN_CODE && !line.startsWith('-----')), ...tokens];
}

/** Letters and digits alone, in one case and width: what people and programs put between them does not hide a code. */
function compact(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** A secret, backwards too, and its base64 and hexadecimal digits however they are aligned, each compacted. */
function tracesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const backwards = [...secret].reverse().join('');
  const aligned = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last sign depend on what stands around.
    return text.slice(before === 0 ? 0 : before + 1, (bytes.length + before) % 3 === 0 ? undefined : -1);
  });
  const encoded = [bytes.toString('hex'), ...aligned]
    .map(compact)
    .filter(({ length }) => length >= MIN_TRACE);
  return [...[secret, backwards].map(compact).filter(({ length }) => length >= MIN_CODE), ...encoded];
}
