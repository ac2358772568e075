import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Unreadable } from '../../../src/domain/unreadable.ts';
import { findFrames, type YkcRecord } from '../../../src/mapping/decoders/ykc.ts';
import { said } from '../../support/reasons.ts';
import { event, mappingOf } from '../support.ts';
import { bodyOf, checksum, type FrameValues, framed, type Time } from './ykc-encode.ts';

/** FUZZ_RUNS=1000000 npx vitest run test/mapping/decoders/ykc.test.ts takes some minutes. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);
const MINUTES = 60_000;

const SAMPLES = z
  .array(z.object({ name: z.string(), hex: z.string(), decoded: z.record(z.string(), z.unknown()) }))
  .parse(JSON.parse(readFileSync(new URL('ykc-frames.json', import.meta.url), 'utf8')));

function sample(name: string): (typeof SAMPLES)[number] {
  const found = SAMPLES.find((one) => one.name.split(/[ =]/)[0] === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
}

function bytesOf(name: string): Buffer {
  return Buffer.from(sample(name).hex, 'hex');
}

/** Each frame of a payload: its record, or why it is none. */
function read(bytes: Uint8Array): (YkcRecord | string)[] {
  const found = findFrames(bytes);
  if (found instanceof Unreadable) return [`none: ${said(found.reason)}`];
  return found.map((one) => ('why' in one ? said(one.why.reason) : one));
}

function hexDigits(bytes: number) {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((value) => Buffer.from(value).toString('hex').toUpperCase());
}

const U32 = 2 ** 32 - 1;
const u32 = fc.oneof(fc.integer({ min: 0, max: U32 }), fc.constantFrom(0, 1, U32));

const times: fc.Arbitrary<Time> = fc.record({
  year: fc.integer({ min: 2000, max: 2127 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  millis: fc.integer({ min: 0, max: 59_999 }),
  week: fc.integer({ min: 0, max: 7 }),
  flags: fc.integer({ min: 0, max: 255 }),
});

const frames: fc.Arbitrary<FrameValues> = fc
  .constantFrom(
    { type: 0x3b, tiers: 4, meterBytes: 5 } as const,
    { type: 0x3b, tiers: 5, meterBytes: 5 } as const,
    { type: 0x3b, tiers: 4, meterBytes: 4 } as const,
    { type: 0x3d, tiers: 4, meterBytes: 5 } as const,
  )
  .chain((layout) => {
    const meter = fc.integer({ min: 0, max: 2 ** (8 * layout.meterBytes) - 1 });
    return fc.record({
      type: fc.constant(layout.type),
      tiers: fc.constant(layout.tiers),
      meterBytes: fc.constant(layout.meterBytes),
      sequence: fc.integer({ min: 0, max: 65_535 }),
      tradeNo: hexDigits(16),
      pileCode: hexDigits(7),
      gun: hexDigits(1),
      start: times,
      end: times,
      tradeTime: times,
      periods: fc.array(fc.tuple(u32, u32, u32, u32), { minLength: layout.tiers, maxLength: layout.tiers }),
      meterStart: meter,
      meterEnd: meter,
      energy: u32,
      lossEnergy: u32,
      amount: u32,
      vin: fc.stringMatching(/^[A-HJ-NPR-Z1-9]{0,17}$/),
      startType: fc.integer({ min: 0, max: 255 }),
      stopReason: hexDigits(1),
      card: hexDigits(8),
      meterBlock: hexDigits(43),
    });
  });

/** A whole number of some power of ten as decimal text, by big integers. */
function scaled(value: number, digits: number): string {
  const unit = 10n ** BigInt(digits);
  return `${BigInt(value) / unit}.${String(BigInt(value) % unit).padStart(digits, '0')}`;
}

function timeText({ year, month, day, hour, minute, millis }: Time): string {
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, 0, millis)).toISOString();
  return at
    .replace('T', ' ')
    .replace('Z', '')
    .replace(/\.000$/, '');
}

function expected(of: FrameValues): object {
  return {
    frameType: of.type === 0x3b ? '3B' : '3D',
    sequence: of.sequence,
    encrypted: false,
    crc: 'ok',
    tradeNo: of.tradeNo,
    pileCode: of.pileCode,
    gun: of.gun,
    startTime: timeText(of.start),
    endTime: timeText(of.end),
    periods: of.periods.map(([price, energy, lossEnergy, amount], i) => ({
      name: ['尖', '峰', '平', '谷', '深谷'][i],
      price: scaled(price, 5),
      energy: scaled(energy, 4),
      lossEnergy: scaled(lossEnergy, 4),
      amount: scaled(amount, 4),
    })),
    meterStart: scaled(of.meterStart, 4),
    meterEnd: scaled(of.meterEnd, 4),
    energy: scaled(of.energy, 4),
    lossEnergy: scaled(of.lossEnergy, 4),
    amount: scaled(of.amount, 4),
    vin: of.vin,
    startType: of.startType,
    tradeTime: timeText(of.tradeTime),
    stopReason: of.stopReason,
    card: of.card,
    ...(of.type === 0x3b
      ? {}
      : {
          meterNo: of.meterBlock.slice(0, 12),
          meterCipher: of.meterBlock.slice(12, 80),
          meterProtocol: Buffer.from(of.meterBlock, 'hex').readUInt16LE(40),
          meterEncryption: Buffer.from(of.meterBlock, 'hex').readUInt8(42),
        }),
  };
}

function encode(of: FrameValues, swapped = false): Buffer {
  return framed(bodyOf(of), of.type, { sequence: of.sequence, swapped });
}

describe('the twelve published frames', () => {
  it.each(['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M9', 'M10', 'M11'])(
    '%s is read in every field',
    (name) => {
      const decoded = structuredClone(sample(name).decoded);
      if (decoded['meterCipher'] !== undefined) decoded['meterCipher'] = '00'.repeat(34);
      expect(read(bytesOf(name))).toEqual([decoded]);
    },
  );

  it('M8, with one bit flipped, is damaged: the checksums and the place are named', () => {
    expect(read(bytesOf('M8'))).toEqual([
      expect.stringMatching(/^the record at byte 0 is damaged: its checksum is 7CB1, computed [0-9A-F]{4}$/),
    ]);
  });

  it('M12, encrypted, says that only the platform can read it', () => {
    expect(read(bytesOf('M12'))).toEqual([expect.stringContaining('encrypted (flag 01)')]);
  });
});

describe('any frame', () => {
  it('that is encoded is decoded in every field, whatever the day of the week and the flags in its times', () => {
    fc.assert(
      fc.property(frames, (of) => {
        expect(read(encode(of))).toEqual([expected(of)]);
      }),
      { numRuns: 100 },
    );
  });

  it('whose checksum has its bytes swapped is read, and says so', () => {
    fc.assert(
      fc.property(frames, (of) => {
        const frame = encode(of, true);
        const same = frame.at(-1) === frame.at(-2);
        expect(read(frame)).toEqual([{ ...expected(of), crc: same ? 'ok' : 'ok-swapped' }]);
      }),
      { numRuns: 30 },
    );
  });

  it('is found among noise, frames of other types and halves, each once and in order', () => {
    const noise = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => Buffer.from(bytes.filter((b) => b !== 0x68)));
    const other = fc
      .tuple(fc.uint8Array({ minLength: 0, maxLength: 60 }), fc.constantFrom(0x03, 0x13, 0x33))
      .map(([body, type]) => framed(body, type));
    const between = fc.array(fc.oneof(noise, other), { maxLength: 3 }).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(between, frames), { minLength: 1, maxLength: 6 }),
        between,
        (all, last) => {
          const payload = Buffer.concat([...all.flatMap(([before, of]) => [before, encode(of)]), last]);
          expect(read(payload)).toEqual(all.map(([, of]) => expected(of)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that is cut off behind its head is told as cut off, and the whole ones beside it are read', () => {
    fc.assert(
      fc.property(frames, frames, fc.double({ min: 0, max: 1, noNaN: true }), (whole, cut, share) => {
        const frame = encode(cut);
        const kept = 6 + Math.floor(share * (frame.length - 7));
        const half = frame.subarray(0, kept);
        // A half whose bytes hold a start byte is another matter: what follows is then looked through too.
        fc.pre(half.indexOf(0x68, 1) === -1);
        expect(read(Buffer.concat([encode(whole), half]))).toEqual([
          expected(whole),
          `the record at byte ${encode(whole).length} is cut off: ${kept} of ${frame.length} bytes (does the DTU split packets?)`,
        ]);
      }),
      { numRuns: 40 },
    );
  });

  it('of a body that no version has is told by its type and length', () => {
    for (const [type, length] of [
      [0x3b, 157],
      [0x3b, 0],
      [0x3d, 158],
      [0x3d, 240],
    ] as const)
      expect(read(framed(Buffer.alloc(length), type))).toEqual([
        expect.stringContaining(`body of ${length} bytes is not known`),
      ]);
  });

  it('with an impossible time has none', () => {
    const body = bytesOf('M1').subarray(6, -2);
    for (const [at, byte] of [
      [24 + 5, 13],
      [24 + 4, 0],
      [24 + 3, 24],
      [24 + 2, 60],
      [24 + 1, 0xff],
    ] as const) {
      const wrong = Buffer.from(body);
      wrong[at] = byte;
      expect(read(framed(wrong, 0x3b))).toMatchObject([{ startTime: '', endTime: '2026-11-24 09:12:30' }]);
    }
  });
});

describe('through a mapping', () => {
  const sources = [
    { topic: 'raw', profile: 'ykc-frame' },
    { topic: 'hex', profile: 'ykc-frame', decode: ['hex', 'ykc'] },
    { topic: 'base64', profile: 'ykc-frame', decode: ['base64', 'ykc'] },
    { topic: 'json-hex', profile: 'ykc-frame', decode: ['json', { at: 'data.raw' }, 'hex', 'ykc'] },
    { topic: 'json-base64', profile: 'ykc-frame', decode: ['json', { at: 'data.raw' }, 'base64', 'ykc'] },
  ].map((source) => ({ ...source, name: source.topic, fields: { plateNo: { const: '浙BD12345' } } }));
  const mapping = mappingOf({ sources });
  const spell: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
    raw: (bytes) => bytes,
    hex: (bytes) => bytes.toString('hex').replace(/../g, '0x$& ').toUpperCase().replaceAll('0X', '0x'),
    base64: (bytes) => bytes.toString('base64url'),
    'json-hex': (bytes) => ({ data: { raw: bytes.toString('hex') } }),
    'json-base64': (bytes) => ({ data: { raw: bytes.toString('base64') } }),
  };

  it.each(Object.keys(spell))('several frames as %s become a record each', (topic) => {
    const payload = Buffer.concat([
      bytesOf('M1'),
      Buffer.from('noise'),
      bytesOf('M2'),
      bytesOf('M8'),
      bytesOf('M6'),
    ]);
    const mapped = mapping.map(event(spell[topic]?.(payload), topic));
    expect(mapped.map((one) => (one.kind === 'draft' ? one.draft.orderNo : one.kind))).toEqual([
      '33021200000101012611240800000001',
      '33021200000101017335145955320001',
      'wrong',
      '33021200000101012611240800000002',
    ]);
  });

  it('a record that comes again with another sequence is the same', () => {
    const [first, again] = ['M1', 'M9'].map((name) => mapping.map(event(bytesOf(name), 'raw')));
    const contents = [first, again].map((mapped) => {
      const [one] = mapped ?? [];
      return one?.kind === 'draft' ? one.draft.content : one?.kind;
    });
    expect(contents[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(contents[1]).toBe(contents[0]);
  });

  it('a failed start is ignored, and frames of other types are', () => {
    expect(mapping.map(event(bytesOf('M3'), 'raw'))).toMatchObject([{ kind: 'ignored' }]);
    expect(mapping.map(event(framed(Buffer.alloc(10), 0x03), 'raw'))).toMatchObject([{ kind: 'ignored' }]);
  });
});

it(
  `a frame that was changed is read only where its checksum fits, and then says what its bytes say (${RUNS} frames)`,
  () => {
    // Its own generator: a million frames through fast-check's shrinking trees take an hour.
    let state = Number(process.env['FUZZ_SEED'] ?? 20261124);
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const originals = ['M1', 'M2', 'M4', 'M10', 'M11', 'M12'].map(bytesOf);
    const counted = { same: 0, read: 0, refused: 0, none: 0 };
    for (let run = 0; run < RUNS; run++) {
      const original = originals[random(originals.length)] ?? Buffer.alloc(0);
      let frame = Buffer.from(original);
      for (let change = random(4); change >= 0; change--) {
        const at = random(frame.length);
        const what = random(6);
        if (what < 3) frame[at] = (frame[at] ?? 0) ^ (1 << random(8));
        else if (what === 3) frame[at] = random(256);
        else if (what === 4)
          frame = Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1 + random(3))]);
        else frame = Buffer.concat([frame.subarray(0, at), Buffer.from([random(256)]), frame.subarray(at)]);
        if (frame.length === 0) break;
      }
      // Half of them get a checksum that fits again, as a device with a defect would send it.
      if (random(2) === 0 && frame.length > 8 && frame[1] === frame.length - 4)
        frame.writeUInt16LE(checksum(frame.subarray(2, -2)), frame.length - 2);
      const found = findFrames(frame);
      if (found instanceof Unreadable) counted.none += 1;
      else
        for (const one of found) {
          if ('why' in one) counted.refused += 1;
          else {
            counted[frame.equals(original) ? 'same' : 'read'] += 1;
            const hex = frame.toString('hex').toUpperCase();
            const at = hex.indexOf(one.tradeNo) / 2 - 6;
            // Whatever is read has a checksum that fits, and its number, code, gun and card are in the bytes.
            const length = frame[at + 1] ?? 0;
            const crc = checksum(frame.subarray(at + 2, at + 2 + length));
            const [low = 0, high = 0] = frame.subarray(at + 2 + length);
            if (crc !== low + 256 * high && crc !== high + 256 * low)
              throw new Error(`${hex}: read in spite of its checksum`);
            if (!hex.includes(`${one.tradeNo}${one.pileCode}${one.gun}`) || !hex.includes(one.card))
              throw new Error(`${hex}: what is read is not there`);
          }
        }
    }
    if (process.env['FUZZ_RUNS'] !== undefined) console.log(counted);
    expect(counted.read).toBeGreaterThan(RUNS / 20);
    expect(counted.refused).toBeGreaterThan(RUNS / 20);
  },
  10 * MINUTES,
);
