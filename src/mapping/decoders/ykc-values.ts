/** The values in frames of the 云快充 protocol. Numbers are unsigned, low byte first. */

/** Reflected 0x8005, the polynomial of CRC-16/MODBUS. */
const POLYNOMIAL = 0xa001;

const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
  return crc;
});

/** CRC-16/MODBUS of the bytes from `start` up to `end`. */
export function crcOf(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let at = start; at < end; at++) crc = (crc >> 8) ^ (CRC[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}

/** Bytes as hex digits, upper case. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase();
}

/** BCD, high digit first; printed digit by digit, since digits above 9 are seen. */
export function bcd(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('hex', at, at + length).toUpperCase();
}

/** A whole number divided by a power of ten, exactly, with all its decimals. */
export function decimal(count: number, decimals: number): string {
  const digits = String(count).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/**
 * A CP56Time2a: milliseconds in the minute, minute, hour, day (with the day of the week in the high bits, which
 * some piles set), month, years since 2000. Local time of the station; `''` where it is none.
 */
export function cp56(bytes: Buffer, at: number): string {
  const millis = bytes.readUInt16LE(at);
  const minute = bytes.readUInt8(at + 2) & 0x3f;
  const hour = bytes.readUInt8(at + 3) & 0x1f;
  const day = bytes.readUInt8(at + 4) & 0x1f;
  const month = bytes.readUInt8(at + 5) & 0x0f;
  const year = 2000 + (bytes.readUInt8(at + 6) & 0x7f);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (millis > 59_999 || minute > 59 || hour > 23 || month < 1 || month > 12 || day < 1 || day > last)
    return '';
  const two = (n: number) => String(n).padStart(2, '0');
  const part = millis % 1000;
  const fraction = part === 0 ? '' : `.${String(part).padStart(3, '0')}`;
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(Math.floor(millis / 1000))}${fraction}`;
}
