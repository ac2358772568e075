/**
 * Secrets blotted out of what a gate sends back, however it spells them: as they are in either case, escaped as in JSON
 * or JavaScript, in URLs or HTML, escaped several times over or a different way each character, in hexadecimal, and in
 * base64, alone or within more. Time is linear in the text's length.
 */

/**
 * Puts `***` in the place of each secret, also of one that the text's end cuts off.
 * @param keep so many characters of the result are wanted: of a longer text the beginning is read
 */
export type Mask = (text: string, keep?: number) => string;

/** So many times over a text is unescaped; each framework on the way may have escaped it once. */
const LEVELS = 6;
/** Shorter secrets are looked for in base64 only where they stand alone: a piece of so few letters is anywhere. */
const BASE64_WITHIN = 6;

/** A piece so long of a secret, cut off at the end of a text, is taken for it. */
const CUT_OFF = 4;
/**
 * So much of a text is read beyond what is kept, UTF-16 units; half of it for what is left out when secrets become
 * `***`, half for a secret that would be cut off there, spelt as long as it may be.
 */
const BEYOND = 16 * 1024;

const ESCAPED =
  /\\(?:u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|([\s\S]))|((?:%[0-9a-f]{2})+)|%u([0-9a-f]{4})|&#x([0-9a-f]{1,8});?|&#(\d{1,8});?|&([a-z]{2,8});/gi;
/** An escape whose end is cut off. */
const PIECE = /(?:\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|%(?:u[0-9a-f]{0,3}|[0-9a-f]?)|&(?:#x?[0-9a-f]*|[a-z]*))$/;
/** Those that stand for ASCII. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', tab: '\t', newline: '\n', excl: '!' },
  ...{ num: '#', dollar: '$', percnt: '%', lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+' },
  ...{ comma: ',', period: '.', sol: '/', colon: ':', semi: ';', equals: '=', quest: '?', commat: '@' },
  ...{ lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']', rbrack: ']', hat: '^', lowbar: '_', grave: '`' },
  ...{ lcub: '{', lbrace: '{', verbar: '|', vert: '|', rcub: '}', rbrace: '}', dash: '‐', minus: '−' },
};
const BASE64 = /[\w+/-]/;
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** A text unescaped, and where each of its UTF-16 units came from in the text as it was. */
interface Unescaped {
  readonly text: string;
  /** Undefined: from the same place. */
  readonly from: readonly (readonly [start: number, end: number])[] | undefined;
}

/** @param secrets empty ones are none; without any the mask changes nothing */
export function secretMask(secrets: readonly string[]): Mask {
  const named = secrets.filter((secret) => secret !== '');
  if (named.length === 0) return (text) => text;
  const anyCase = new Set(named.flatMap(spellings).map(lower));
  const exact = new Set(named.flatMap((one) => [one, one.toUpperCase(), one.toLowerCase()]).flatMap(base64));
  return (whole, keep = whole.length) => {
    const isCut = whole.length > keep + BEYOND;
    const text = isCut ? whole.slice(0, keep + BEYOND) : whole;
    const spans: [number, number][] = [];
    for (const { text: seen, from } of levelsOf(text)) {
      const place = (start: number, end: number): [number, number] =>
        from === undefined ? [start, end] : [from[start]?.[0] ?? 0, from[end - 1]?.[1] ?? text.length];
      const folded = lower(seen);
      const ended = folded.slice(0, folded.length - (PIECE.exec(folded.slice(-10))?.[0].length ?? 0));
      for (const needle of anyCase) {
        for (const start of placesOf(folded, needle)) spans.push(place(start, start + needle.length));
        const cutOff = beginningAtEnd(ended, needle);
        if (cutOff >= CUT_OFF) spans.push(place(ended.length - cutOff, folded.length));
      }
      for (const needle of exact)
        for (const start of placesOf(seen, needle)) {
          const end = start + needle.length;
          // The letters beside it carry some bits of it, too.
          const before = BASE64.test(seen.charAt(start - 1)) ? 1 : 0;
          spans.push(place(start - before, end + (BASE64.test(seen.charAt(end)) ? 1 : 0)));
        }
    }
    return blot(text, spans, isCut ? text.length - BEYOND / 2 : text.length).slice(0, keep);
  };
}

/** A secret as it may stand where nothing is escaped, or where all is unescaped as often as the text was. */
function spellings(secret: string): string[] {
  return [
    ...levelsOf(secret).map(({ text }) => text),
    secret.replaceAll(' ', '+'),
    Buffer.from(secret).toString('hex'),
  ];
}

/** What base64 makes of a secret, whatever stands before and behind it, in both alphabets. */
function base64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const within = [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return all.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const found = bytes.length < BASE64_WITHIN ? [bytes.toString('base64')] : within;
  return found.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** The text, and the same unescaped once, twice, … until nothing is left to unescape. */
function levelsOf(text: string): Unescaped[] {
  const levels: Unescaped[] = [{ text, from: undefined }];
  for (let level = 0; level < LEVELS; level += 1) {
    const last = levels.at(-1);
    const next = last && unescapeOnce(last);
    if (next === undefined) break;
    levels.push(next);
  }
  return levels;
}

/** @returns undefined where there was nothing to unescape */
function unescapeOnce({ text, from }: Unescaped): Unescaped | undefined {
  const parts: string[] = [];
  const places: (readonly [number, number])[] = [];
  const origin = (start: number, end: number): readonly [number, number] =>
    from === undefined ? [start, end] : [from[start]?.[0] ?? 0, from[end - 1]?.[1] ?? 0];
  const add = (part: string, start: number, end: number) => {
    parts.push(part);
    for (let unit = 0; unit < part.length; unit += 1) places.push(origin(start, end));
  };
  let at = 0;
  for (const match of text.matchAll(ESCAPED)) {
    for (; at < match.index; at += 1) add(text.charAt(at), at, at + 1);
    const [whole, u4, braced, x2, plain, percents, percentU, hex, decimal, name] = match;
    const code = u4 ?? braced ?? x2 ?? percentU ?? hex;
    if (percents !== undefined) for (const one of bytesOf(percents)) add(one.text, at + one.at, at + one.end);
    else if (code !== undefined) add(character(Number.parseInt(code, 16)), at, at + whole.length);
    else if (decimal !== undefined) add(character(Number(decimal)), at, at + whole.length);
    else if (plain !== undefined) add(CONTROLS[plain] ?? plain, at, at + whole.length);
    else add(NAMED[name?.toLowerCase() ?? ''] ?? whole, at, at + whole.length);
    at = match.index + whole.length;
  }
  if (at === 0) return undefined;
  for (; at < text.length; at += 1) add(text.charAt(at), at, at + 1);
  const result = parts.join('');
  return result === text ? undefined : { text: result, from: places };
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

/** The characters of a run of `%XX` as UTF-8, each with its place in the run; a byte that is no UTF-8 stands for itself. */
function bytesOf(run: string): { readonly text: string; readonly at: number; readonly end: number }[] {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  const found: { readonly text: string; readonly at: number; readonly end: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const text = bytes.toString('utf8', at, at + length);
    const taken = text.includes('\ufffd') ? 1 : length;
    found.push({
      text: taken === length ? text : String.fromCharCode(lead),
      at: at * 3,
      end: Math.min(bytes.length, at + taken) * 3,
    });
    at += taken;
  }
  return found;
}

/** Small letters for ASCII ones: many platforms turn all into capitals before they sign. Lengths stay. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function* placesOf(text: string, needle: string): Generator<number> {
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) yield at;
}

/** How much of the beginning of `needle`, but not all of it, is the end of `text`. */
function beginningAtEnd(text: string, needle: string): number {
  for (let length = Math.min(needle.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(needle.slice(0, length))) return length;
  return 0;
}

/** @param limit where in the text to stop */
function blot(text: string, spans: readonly [number, number][], limit: number): string {
  let out = '';
  let at = 0;
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (end <= at || start >= limit) continue;
    if (start >= at) out += `${text.slice(at, start)}***`;
    at = end;
  }
  return out + text.slice(at, limit);
}
