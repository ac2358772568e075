/** Makes 云快充 transaction frames, by the protocol's layout, independently of the decoder: for tests. */

/** A record's values as the frame holds them: whole numbers of their smallest unit. */
export interface FrameValues {
  readonly type: 0x3b | 0x3d;
  readonly tiers: 4 | 5;
  /** Bytes of a meter's value: 4 in the body of 156 bytes. */
  readonly meterBytes: 4 | 5;
  readonly sequence: number;
  /** Hex digits. */
  readonly tradeNo: string;
  readonly pileCode: string;
  readonly gun: string;
  readonly start: Time;
  readonly end: Time;
  readonly tradeTime: Time;
  /** Price (10⁻⁵), energy, energy with loss, amount (10⁻⁴) of each tier. */
  readonly periods: readonly (readonly [number, number, number, number])[];
  readonly meterStart: number;
  readonly meterEnd: number;
  readonly energy: number;
  readonly lossEnergy: number;
  readonly amount: number;
  readonly vin: string;
  readonly startType: number;
  readonly stopReason: string;
  readonly card: string;
  readonly meterBlock: string;
}

/** A CP56Time2a's parts; `week` goes into the high bits of the day. */
export interface Time {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly millis: number;
  readonly week: number;
  /** Bits that say nothing of the time: bit 7 of the minute, bit 7 of the hour. */
  readonly flags: number;
}

/** CRC-16/MODBUS, bit by bit. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++)
      crc = crc % 2 === 1 ? Math.floor(crc / 2) ^ 0xa001 : Math.floor(crc / 2);
  }
  return crc;
}

/** Puts start, length, sequence, flag, type and checksum round a body. */
export function framed(
  body: Uint8Array,
  type: number,
  { sequence = 0, flag = 0, swapped = false }: { sequence?: number; flag?: number; swapped?: boolean } = {},
): Buffer {
  const inner = Buffer.concat([le(sequence, 2), Buffer.from([flag, type]), body]);
  const crc = le(checksum(inner), 2);
  return Buffer.concat([Buffer.from([0x68, inner.length]), inner, swapped ? crc.reverse() : crc]);
}

/** The body of a record. */
export function bodyOf(of: FrameValues): Buffer {
  return Buffer.concat([
    hex(of.tradeNo),
    hex(of.pileCode),
    hex(of.gun),
    time(of.start),
    time(of.end),
    of.type === 0x3d ? hex(of.meterBlock) : Buffer.alloc(0),
    ...of.periods.flatMap((four) => four.map((value) => le(value, 4))),
    le(of.meterStart, of.meterBytes),
    le(of.meterEnd, of.meterBytes),
    le(of.energy, 4),
    le(of.lossEnergy, 4),
    le(of.amount, 4),
    Buffer.from(of.vin.padEnd(17, '\0'), 'latin1'),
    Buffer.from([of.startType]),
    time(of.tradeTime),
    hex(of.stopReason),
    hex(of.card),
  ]);
}

function time({ year, month, day, hour, minute, millis, week, flags }: Time): Buffer {
  return Buffer.concat([
    le(millis, 2),
    Buffer.from([
      minute | (flags & 0x80),
      hour | ((flags << 1) & 0x80),
      day | (week << 5),
      month,
      year - 2000,
    ]),
  ]);
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}

function le(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value, 0, length);
  return bytes;
}
