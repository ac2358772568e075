/** Writing GB18030, which the runtime can only read: by tables made of what it reads. */

let short: ReadonlyMap<string, Uint8Array> | undefined;
let long: ReadonlyMap<string, Uint8Array> | undefined;

/** 鲁, 豫 and 使 in GB18030 are letters of other scripts in UTF-8: where one of these stands before what follows in a plate. */
const MISREAD = /[\u00b3\u0525\u02b9](?:[^A-Za-z0-9]{0,3}[A-Za-z0-9]){5}/;

/** Whether a text that was read as UTF-8 is rather a plate in GB18030, whose bytes happen to be UTF-8 too. */
export function isMisread(text: string): boolean {
  return MISREAD.test(text) && !/\p{Script=Han}/u.test(text);
}

/** The bytes of a text in GB18030. What has none, such as half a surrogate pair, becomes `?`. */
export function gb18030Bytes(text: string): Uint8Array {
  short ??= twoByteCharacters();
  const parts: Uint8Array[] = [];
  for (const char of text)
    parts.push(
      char < '\u0080' ? Buffer.from(char) : (short.get(char) ?? fourBytes(char) ?? Buffer.from('?')),
    );
  return Buffer.concat(parts);
}

function twoByteCharacters(): Map<string, Uint8Array> {
  const decoder = new TextDecoder('gb18030');
  const found = new Map<string, Uint8Array>();
  for (let lead = 0x81; lead <= 0xfe; lead += 1)
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      const bytes = Uint8Array.of(lead, trail);
      const char = decoder.decode(bytes);
      if ([...char].length === 1 && char !== '\ufffd' && !found.has(char)) found.set(char, bytes);
    }
  return found;
}

/** The first four-byte code of the supplementary planes: 90 30 81 30. */
const SUPPLEMENTARY = 189_000;
/** How many four-byte codes stand for characters of the basic plane: up to 84 31 A4 39. */
const BASIC = 39_420;

/** Characters in rare use; the supplementary planes follow one another, the others stand in the gaps of the two-byte table. */
function fourBytes(char: string): Uint8Array | undefined {
  const point = char.codePointAt(0) ?? 0;
  if (point >= 0x1_0000) return coded(SUPPLEMENTARY + point - 0x1_0000);
  long ??= basicCharacters();
  return long.get(char);
}

function basicCharacters(): Map<string, Uint8Array> {
  const decoder = new TextDecoder('gb18030');
  const found = new Map<string, Uint8Array>();
  for (let index = 0; index < BASIC; index += 1) {
    const bytes = coded(index);
    const char = decoder.decode(bytes);
    if (char.length === 1 && char !== '\ufffd' && !found.has(char)) found.set(char, bytes);
  }
  return found;
}

/** The four-byte code by its number. */
function coded(index: number): Uint8Array {
  return Uint8Array.of(
    0x81 + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1_260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  );
}
