/** Frames of the 云快充 protocol as they lie in a payload: where they are, and their checksums. */

/** A frame: `start` is its 0x68, `end` what comes after its checksum. */
export interface FramePlace {
  readonly start: number;
  readonly end: number;
  /** Whether its checksum stands high byte first, as some piles send it. */
  readonly swapped: boolean;
  /** Whether its body is encrypted. */
  readonly encrypted: boolean;
}

const START = 0x68;
/** Start, length and checksum, which the length does not count. */
const AROUND = 4;

/** The frames whose checksum fits, in order. */
export function framesIn(bytes: Uint8Array): FramePlace[] {
  const found: FramePlace[] = [];
  for (let at = 0; at + AROUND < bytes.length; at += 1) {
    const end = at + AROUND + (bytes[at + 1] ?? 0);
    if (bytes[at] !== START || end > bytes.length || end - at < AROUND + 4) continue;
    const crc = checksum(bytes.subarray(at + 2, end - 2));
    const [first = 0, second = 0] = bytes.subarray(end - 2, end);
    const swapped = crc === ((first << 8) | second);
    if (!swapped && crc !== ((second << 8) | first)) continue;
    found.push({ start: at, end, swapped, encrypted: bytes[at + 4] === 0x01 });
    at = end - 1;
  }
  return found;
}

/** Writes the checksum that a frame's bytes now have. */
export function seal(bytes: Uint8Array, { start, end, swapped }: FramePlace): void {
  const crc = checksum(bytes.subarray(start + 2, end - 2));
  const [low, high] = [crc & 0xff, crc >> 8];
  bytes.set(swapped ? [high, low] : [low, high], end - 2);
}

const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC-16/MODBUS. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >> 8) ^ (CRC[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

/** Where the VIN of a transaction record stands in its frame, by type and length of the body. */
const VIN_AT: Readonly<Record<string, number>> = {
  '3b 156': 122,
  '3b 158': 124,
  '3b 174': 140,
  '3d 201': 167,
};

/** The VIN's place in a frame: its bytes, where it is a record and has one. */
export function vinPlace(
  bytes: Uint8Array,
  { start, end }: FramePlace,
): readonly [from: number, to: number] | undefined {
  const type = (bytes[start + 5] ?? 0).toString(16);
  const at = VIN_AT[`${type} ${end - start - 8}`];
  return at === undefined ? undefined : [start + 6 + at, start + 6 + at + 17];
}
