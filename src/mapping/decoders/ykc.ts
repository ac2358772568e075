/**
 * Transaction records of the 云快充 protocol, V1.5 to V1.7: frames 0x3B and 0x3D as a pile sends them. Layouts,
 * checksum and encodings are from the protocol's public documents and servers in use; where they disagree, what
 * received frames show counts: the checksum is CRC-16/MODBUS over sequence to body, low byte first (the document
 * names a polynomial that fits no frame), and some piles send its bytes the other way round.
 */
import { type Unreadable, unreadable } from '../../domain/unreadable.ts';
import { bcd, cp56, crcOf, decimal, hexOf } from './ykc-values.ts';

/** One tier of prices. Decimals are text: yuan and kWh. */
interface Period {
  readonly name: string;
  /** Electricity and service together, yuan/kWh. */
  readonly price: string;
  readonly energy: string;
  readonly lossEnergy: string;
  readonly amount: string;
}

/** A transaction record. Energies in kWh, amounts in yuan, times local without a zone; all text but counters. */
export interface YkcRecord {
  readonly frameType: '3B' | '3D';
  readonly sequence: number;
  readonly encrypted: false;
  /** `ok-swapped` where the pile sends the checksum's high byte first. */
  readonly crc: 'ok' | 'ok-swapped';
  /** 32 hex digits. */
  readonly tradeNo: string;
  readonly pileCode: string;
  readonly gun: string;
  /** `yyyy-MM-dd HH:mm:ss`, with milliseconds where there are any; `''` where the pile gave none. */
  readonly startTime: string;
  readonly endTime: string;
  readonly periods: readonly Period[];
  readonly meterStart: string;
  readonly meterEnd: string;
  readonly energy: string;
  readonly lossEnergy: string;
  /** Electricity and service together. */
  readonly amount: string;
  /** `''` where the car gave none. */
  readonly vin: string;
  readonly startType: number;
  readonly tradeTime: string;
  /** Two hex digits. */
  readonly stopReason: string;
  readonly card: string;
  readonly meterNo?: string;
  readonly meterCipher?: string;
  readonly meterProtocol?: number;
  readonly meterEncryption?: number;
}

/** A record that was found and cannot be read: its bytes, and why. */
export interface DamagedFrame {
  /** The bytes as hex. */
  readonly frame: string;
  readonly why: Unreadable;
}

/** What is in a payload: records, in order, damaged ones among them. */
export type YkcFrames = readonly (YkcRecord | DamagedFrame)[];

const START = 0x68;
const ENCRYPTED = 0x01;
/** From the start byte to the body. */
const HEAD = 6;
/** Start, length and checksum, which the length does not count. */
const AROUND = 4;
/** The meter's number, cipher, protocol and encryption, which stand before the tiers in 0x3D. */
const METER_BLOCK = 43;
const FOUR_TIERS = ['尖', '峰', '平', '谷'];
const FIVE_TIERS = [...FOUR_TIERS, '深谷'];

/** How a body of some length is laid out. */
interface Layout {
  readonly tiers: readonly string[];
  /** Bytes of a meter's value. */
  readonly meter: 4 | 5;
  readonly block: boolean;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  '3B 156': { tiers: FOUR_TIERS, meter: 4, block: false },
  '3B 158': { tiers: FOUR_TIERS, meter: 5, block: false },
  '3B 174': { tiers: FIVE_TIERS, meter: 5, block: false },
  '3D 201': { tiers: FOUR_TIERS, meter: 5, block: true },
};

/** The most records of one payload: a pile stores some hundreds while it is offline. */
const MAX_FRAMES = 2_000;

/**
 * Finds the records in a payload, which may hold several frames, parts of some, frames of other types and noise:
 * where a frame's checksum fits, it goes on behind the frame, else a byte further. Frames of other types count for
 * nothing. Without any frame at all the payload is unreadable.
 */
export function findFrames(bytes: Uint8Array): YkcFrames | Unreadable {
  const found: (YkcRecord | DamagedFrame)[] = [];
  let others = 0;
  /** Up to here a damaged frame claims the bytes: what looks like a beginning inside of it is none. */
  let claimed = 0;
  for (let at = bytes.indexOf(START); at !== -1; at = bytes.indexOf(START, at)) {
    const length = bytes[at + 1] ?? 0;
    const type = typeAt(bytes, at);
    const end = at + length + AROUND;
    const crc = length >= AROUND && end <= bytes.byteLength ? checked(bytes, at, length) : undefined;
    if (crc === undefined) {
      if (at >= claimed && type !== undefined && LAYOUTS[`${type} ${length - AROUND}`] !== undefined) {
        found.push(damaged(bytes, at, end));
        claimed = Math.min(end, bytes.byteLength);
      }
      at += 1;
    } else {
      if (type === undefined) others += 1;
      else found.push(readFrame(bytes.subarray(at, end), type, crc));
      at = end;
    }
    if (found.length > MAX_FRAMES)
      return unreadable('decode.too-many', { count: found.length, max: MAX_FRAMES });
  }
  if (found.length > 0 || others > 0) return found;
  if (bytes.byteLength === 0) return unreadable('decode.empty', {});
  const start = bytes.subarray(0, 16);
  const text = Buffer.from(start).toString('latin1');
  if (/^[\s0-9a-fx]*68[\s0-9a-f]+$/i.test(text)) return unreadable('ykc.looks-hex', {});
  // 68, and one of the records' lengths.
  if (/^\s*a[KLM][A-Za-z0-9+/]{8}/.test(text)) return unreadable('ykc.looks-base64', {});
  if (/^\s*[{["]/.test(text)) return unreadable('ykc.looks-json', {});
  return unreadable('ykc.none', { start: hexOf(start) });
}

function typeAt(bytes: Uint8Array, at: number): '3B' | '3D' | undefined {
  const type = bytes[at + 5];
  return type === 0x3b ? '3B' : type === 0x3d ? '3D' : undefined;
}

function checked(bytes: Uint8Array, at: number, length: number): 'ok' | 'ok-swapped' | undefined {
  const crc = crcOf(bytes, at + 2, at + 2 + length);
  const [first = 0, second = 0] = bytes.subarray(at + 2 + length, at + AROUND + length);
  if ((first | (second << 8)) === crc) return 'ok';
  return ((first << 8) | second) === crc ? 'ok-swapped' : undefined;
}

function damaged(bytes: Uint8Array, at: number, end: number): DamagedFrame {
  const frame = bytes.subarray(at, end);
  const length = end - at;
  if (frame.byteLength < length)
    return { frame: hexOf(frame), why: unreadable('ykc.cut', { at, bytes: frame.byteLength, length }) };
  const crc = crcOf(bytes, at + 2, end - 2);
  const expected = hexOf(Uint8Array.of(crc & 0xff, crc >> 8));
  return {
    frame: hexOf(frame),
    why: unreadable('ykc.checksum', { at, got: hexOf(frame.subarray(-2)), expected }),
  };
}

function readFrame(frame: Uint8Array, type: '3B' | '3D', crc: YkcRecord['crc']): YkcRecord | DamagedFrame {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const length = bytes.length - HEAD - 2;
  const wrong = (why: Unreadable): DamagedFrame => ({ frame: hexOf(bytes), why });
  if (bytes[4] === ENCRYPTED) return wrong(unreadable('ykc.encrypted', {}));
  const layout = LAYOUTS[`${type} ${length}`];
  if (layout === undefined) return wrong(unreadable('ykc.layout', { type, length }));
  return readBody(bytes, type, crc, layout);
}

function readBody(bytes: Buffer, frameType: '3B' | '3D', crc: YkcRecord['crc'], layout: Layout): YkcRecord {
  const { tiers, meter, block } = layout;
  const first = HEAD + 38 + (block ? METER_BLOCK : 0);
  const meters = first + tiers.length * 16;
  const totals = meters + 2 * meter;
  const u32 = (at: number, digits: number) => decimal(bytes.readUInt32LE(at), digits);
  const periods = tiers.map((name, i) => {
    const at = first + i * 16;
    return {
      name,
      price: u32(at, 5),
      energy: u32(at + 4, 4),
      lossEnergy: u32(at + 8, 4),
      amount: u32(at + 12, 4),
    };
  });
  const vin = /^[^\0]*/.exec(bytes.toString('latin1', totals + 12, totals + 29))?.[0].trim() ?? '';
  return {
    frameType,
    sequence: bytes.readUInt16LE(2),
    encrypted: false,
    crc,
    tradeNo: bcd(bytes, HEAD, 16),
    pileCode: bcd(bytes, HEAD + 16, 7),
    gun: bcd(bytes, HEAD + 23, 1),
    startTime: cp56(bytes, HEAD + 24),
    endTime: cp56(bytes, HEAD + 31),
    ...(block ? meterBlock(bytes, HEAD + 38) : {}),
    periods,
    meterStart: decimal(bytes.readUIntLE(meters, meter), 4),
    meterEnd: decimal(bytes.readUIntLE(meters + meter, meter), 4),
    energy: u32(totals, 4),
    lossEnergy: u32(totals + 4, 4),
    amount: u32(totals + 8, 4),
    vin: /^0*$/.test(vin) ? '' : vin,
    startType: bytes.readUInt8(totals + 29),
    tradeTime: cp56(bytes, totals + 30),
    stopReason: bcd(bytes, totals + 37, 1),
    card: bcd(bytes, totals + 38, 8),
  };
}

function meterBlock(bytes: Buffer, at: number) {
  return {
    meterNo: bcd(bytes, at, 6),
    meterCipher: bcd(bytes, at + 6, 34),
    meterProtocol: bytes.readUInt16LE(at + 40),
    meterEncryption: bytes.readUInt8(at + 42),
  };
}
